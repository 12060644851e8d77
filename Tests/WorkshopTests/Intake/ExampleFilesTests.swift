import Contract
import FoundationEssentials
import TaxoInstruct
import Taxonomy
import TaxonomyFormats
import Testing
import Workshop

/// The files that `make demo` drops are read as the README says.
@Suite("Example files")
struct ExampleFilesTests {
    private func read(_ name: String) throws -> Submission {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return try Submission.read("/\(root)/Inbox/_examples/\(name)")
    }

    private func vocabulary(_ name: String) throws -> VocabularyFile {
        guard case .vocabulary(let file) = try read(name) else {
            throw CocoaError(.fileReadUnknown)
        }
        return file
    }

    @Test("the vocabularies are whole, and deep enough to place something")
    func vocabularies() throws {
        for (name, kind) in [
            ("mini-medic.xml", VocabularyFile.Kind.medic), ("mesh-descriptors.xml", .mesh),
        ] {
            let file = try vocabulary(name)
            #expect(file.kind == kind)
            #expect(file.problems.isEmpty && file.warnings.isEmpty && file.orphans.isEmpty)
            #expect(file.counts.roots == 1)
            #expect((file.taxonomy.depths.max() ?? 0) >= 4)
            #expect(file.counts.severalParents > 5)
        }
    }

    @Test("the supplementary records map to descriptors of the other file")
    func supplementary() throws {
        let descriptors = try vocabulary("mesh-descriptors.xml").taxonomy
        let records = try vocabulary("mesh-supplementary.xml").supplementary
        #expect(!records.isEmpty)
        for record in records {
            #expect(record.recordClass == 3)
            #expect(record.mappedTo.allSatisfy { descriptors.index(ofIdentifier: $0) != nil })
        }
    }

    @Test(
        "the lists become the queries they are meant to be",
        arguments: [
            ("heart-seeds.json", [Query.Task.expand]),
            ("new-terms.txt", [Query.Task](repeating: .place, count: 7)),
            ("grow-tree.json", [.grow]), ("paper-style.jsonl", [.expand, .expand, .place]),
        ]
    )
    func lists(name: String, tasks: [Query.Task]) throws {
        guard case .list(let list) = try read(name) else {
            Issue.record("\(name) was not read as a list")
            return
        }
        let plan = try TaskRule.queries(
            from: list,
            folder: nil,
            names: NameIndex(vocabulary("mini-medic.xml").taxonomy),
            vocabularyName: "MEDIC"
        )
        #expect(plan.queries.map(\.task) == tasks)
        #expect(plan.refusals.isEmpty)
    }
}
