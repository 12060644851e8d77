import Contract
import Inference
import Taxonomy
import Testing

import TaxoInstruct
import Fixtures

@Suite("Growing a tree")
struct ConstructionTests {
    private static let organs = ["Heart", "Kidney", "Lung", "Bone", "Skin", "Liver"]
    private static let kinds = ["Failure", "Neoplasms", "Abscess", "Injuries"]
    private static let forms = ["Chronic", "Acute"]

    /// Six organs, four kinds of disease of each, two forms of every kind.
    private func vocabulary(isBare: Bool = false) throws -> Vocabulary {
        var names = ["Diseases"]
        var parents: [[Int]] = [[]]
        func add(_ name: String, under parent: Int) -> Int {
            names.append(name)
            parents.append(isBare ? [] : [parent])
            return names.count - 1
        }
        for organ in Self.organs {
            let top = add("\(organ) Diseases", under: 0)
            for kind in Self.kinds {
                let inner = add("\(organ) \(kind)", under: top)
                for form in Self.forms { _ = add("\(organ) \(kind), \(form)", under: inner) }
            }
        }
        let taxonomy = try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: parents
        )
        return try Sample.vocabulary(of: taxonomy)
    }

    private func grow(
        _ edges: [(child: String, parent: String)],
        in vocabulary: Vocabulary,
        hide: [String] = []
    ) throws -> Answer {
        try Expander(
            vocabulary: vocabulary,
            model: nil,
            encoder: HashingEncoder(),
            settings: MethodSettings(),
            settingsSHA256: "s"
        )
        .answer(
            Query(
                key: "1",
                task: .grow,
                tree: edges.map { Query.Edge(child: $0.child, parent: $0.parent) },
                hide: hide
            )
        )
    }

    private let seeds = [
        (child: "Heart Failure", parent: "Heart Diseases"),
        (child: "Heart Abscess", parent: "Heart Diseases"),
        (child: "Heart Failure, Chronic", parent: "Heart Failure"),
    ]

    @Test("in a bare list a name hangs below the longest that it holds")
    func bare() throws {
        let answer = try grow(seeds, in: try vocabulary(isBare: true))
        let parents = Dictionary(
            uniqueKeysWithValues: answer.proposals.map { ($0.identifier, $0.parent) }
        )
        for organ in Self.organs {
            for kind in Self.kinds where "\(organ) \(kind)" != "Heart Failure" {
                #expect(parents["\(organ) \(kind), Acute"] == "\(organ) \(kind)")
            }
        }
        #expect(parents["Heart Failure, Acute"] == "Heart Failure")
    }

    @Test("a hidden subtree is found again, below what was found, too")
    func hidden() throws {
        let answer = try grow(seeds, in: try vocabulary(), hide: ["Heart Diseases"])
        let names = answer.proposals.map(\.name)
        // Thirteen less those of the seeds; of the other organs there are 65, and “Diseases”.
        #expect(names.count { $0.hasPrefix("Heart") } == 9)
        #expect(names.count { !$0.hasPrefix("Heart") } < 66)
        let edges = Set(answer.proposals.map { "\($0.name) < \($0.parent ?? "")" })
        #expect(edges.contains("Heart Neoplasms, Acute < Heart Neoplasms"))
        #expect(edges.contains("Heart Injuries, Acute < Heart Injuries"))
    }

    @Test("the same tree grows the same")
    func determinism() throws {
        let first = try grow(seeds, in: try vocabulary(), hide: ["Heart Diseases"])
        let second = try grow(seeds, in: try vocabulary(), hide: ["Heart Diseases"])
        #expect(first.proposals == second.proposals)
    }

    @Test("what the vocabulary places elsewhere is no member of a tree whose place it knows")
    func elsewhere() throws {
        let answer = try grow(seeds, in: try vocabulary())
        let names = Set(answer.proposals.map(\.name))
        #expect(names.contains("Heart Neoplasms, Acute"))
        // Three siblings of each node's children are taken in any case.
        #expect(names.count { !$0.hasPrefix("Heart") } <= 2 * 3)
    }
}
