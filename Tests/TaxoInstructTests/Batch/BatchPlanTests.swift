import Contract
import Inference
import TaxoInstruct
import Taxonomy
import Testing

@Suite("New terms of one file")
struct BatchPlanTests {
    private let names: NameIndex

    init() throws { names = NameIndex(try Sample.taxonomy()) }

    private func terms(_ lines: [(name: String, definition: String?)]) -> [Query.BatchTerm] {
        lines.enumerated().map { place, line in
            Query.BatchTerm(
                key: "q\(100 + place)",
                identifier: "N:\(place)",
                name: line.name,
                definition: line.definition
            )
        }
    }

    private static let bubbles: [(name: String, definition: String?)] = [
        ("methane gas bubble", "A gas bubble which is composed of methane."),
        ("bubble", "A mass of gas in a liquid."),
        ("gas bubble", "A bubble that holds gas."),
        ("volcano", "A rupture in the crust of a planet."),
    ]

    @Test("a name within a name, and the class that a definition names, make a parent")
    func parents() {
        let plan = BatchPlan(terms(Self.bubbles), beside: names)
        #expect(plan.parents[0].first == 2)
        #expect(plan.parents[2].first == 1)
        #expect(plan.parents[1].isEmpty)
        #expect(plan.parents[3].isEmpty)
    }

    @Test("the order of the file changes nothing")
    func order() {
        func pairs(_ lines: [(name: String, definition: String?)]) -> Set<String> {
            let plan = BatchPlan(terms(lines), beside: names)
            return Set(
                plan.parents.enumerated().flatMap { child, parents in
                    parents.map { "\(lines[child].name) < \(lines[$0].name)" }
                }
            )
        }
        #expect(pairs(Self.bubbles) == pairs(Self.bubbles.reversed()))
    }

    /// Whether no term can be reached from itself.
    private func isAcyclic(_ parents: [[Int]]) -> Bool {
        var open = parents.map(\.count)
        var children = parents.map { _ in [Int]() }
        for (child, its) in parents.enumerated() {
            for parent in its { children[parent].append(child) }
        }
        var queue = open.indices.filter { open[$0] == 0 }
        var head = 0
        while head < queue.count {
            for child in children[queue[head]] {
                open[child] -= 1
                if open[child] == 0 { queue.append(child) }
            }
            head += 1
        }
        return queue.count == parents.count
    }

    @Test("terms that define each other, and a thousand like ones, close no cycle")
    func cycles() {
        let circle = terms([
            ("alpha form", "A beta form that is first."),
            ("beta form", "A gamma form that is next."),
            ("gamma form", "An alpha form that is last."),
        ])
        let plan = BatchPlan(circle, beside: names)
        #expect(isAcyclic(plan.parents))
        #expect(plan.parents.contains { !$0.isEmpty })
        let words = ["acid", "lake", "cold", "deep", "salt", "water"]
        var generator = SplitMix64(seed: 3)
        let many = terms(
            (0..<300).map { _ in
                let name = (0..<(1 + generator.next(below: 4)))
                    .map { _ in words[generator.next(below: words.count)] }
                let class_ = (0..<(1 + generator.next(below: 3)))
                    .map { _ in words[generator.next(below: words.count)] }
                return (
                    name.joined(separator: " "), "A \(class_.joined(separator: " ")) that is so."
                )
            }
        )
        let large = BatchPlan(many, beside: names)
        #expect(isAcyclic(large.parents))
        #expect(large.parents.allSatisfy { $0.count <= BatchPlan.width })
        #expect(large.parents.contains { $0.count > 1 })
    }

    @Test(
        "near duplicates are told, but never across a number, a letter or an acronym",
        arguments: [
            ("pulmonary oedema", "Pulmonary Edema", true),
            ("edema, pulmonary", "pulmonary edema", true),
            ("retinitis pigmentosa 98", "retinitis pigmentosa 99", false),
            ("hepatitis X", "hepatitis Y", false), ("ALS", "ATS", false),
            ("acid lake", "acid lake", true), ("acid lake", "salt lake", false),
        ]
    )
    func duplicates(_ one: String, _ other: String, _ isSame: Bool) {
        let plan = BatchPlan(terms([(one, nil), ("volcano", nil), (other, nil)]), beside: names)
        #expect(plan.duplicates == (isSame ? [[2], [], [0]] : [[], [], []]))
        if isSame { #expect(!plan.parents[0].contains(2)) }
    }

    @Test("a synonym of one that names the other makes both the same")
    func synonyms() {
        let terms = [
            Query.BatchTerm(key: "1", identifier: "N:1", name: "acid lake"),
            Query.BatchTerm(
                key: "2",
                identifier: "N:2",
                name: "lake of low pH",
                synonyms: ["Acid lakes"]
            ),
        ]
        #expect(BatchPlan(terms, beside: names).duplicates == [[1], [0]])
    }

    @Test("a synonym that names another term does not keep that from being its parent")
    func synonymOfParent() {
        let terms = [
            Query.BatchTerm(
                key: "1",
                identifier: "N:1",
                name: "petroleum oil refinery",
                synonyms: ["oil refinery"],
                definition: "An oil refinery that uses petroleum."
            ),
            Query.BatchTerm(key: "2", identifier: "N:2", name: "oil refinery"),
        ]
        let plan = BatchPlan(terms, beside: names)
        #expect(plan.duplicates == [[1], [0]])
        #expect(plan.parents == [[1], []])
    }

    @Test("the same line thousands of times costs little and tells eight of the others")
    func repeated() {
        let many = terms((0..<5_000).map { _ in ("acid lake", "A lake that is acid.") })
        let plan = BatchPlan(many, beside: names)
        #expect(plan.duplicates.allSatisfy { (8...9).contains($0.count) })
        #expect(plan.parents.allSatisfy { $0.isEmpty })
    }

    @Test("queries get the other new terms, but none that the vocabulary knows")
    func queries() {
        let lines = [
            ("methane gas bubble", nil), ("bubble", "X:1"), ("Lung Diseases", nil), ("bubble", nil),
            ("lung disease of a bubble", nil),
        ]
        let queries = lines.enumerated().map { place, line in
            Query(key: "q\(place)", task: .place, term: line.0, identifier: line.1)
        }
        let joined = BatchPlan.joined(queries, fileSHA256: "f", beside: names)
        #expect(joined.map(\.key) == queries.map(\.key))
        #expect(joined[0].batch.map(\.identifier) == ["X:1"])
        #expect(joined[0].batch.map(\.key) == ["q1"])
        #expect(joined[1].duplicates.map(\.key) == ["q3"])
        #expect(joined[1].duplicates.map(\.identifier) == [joined[3].provisionalIdentifier])
        #expect(joined[2].batch.isEmpty)
        #expect(joined.allSatisfy { !$0.batch.contains { $0.name == "Lung Diseases" } })
        let identifiers = joined.compactMap(\.provisionalIdentifier)
        #expect(Set(identifiers).count == lines.count)
        #expect(identifiers.allSatisfy { $0.hasPrefix("TAXOD:") && $0.count == 18 })
        #expect(BatchPlan.joined(queries, fileSHA256: "f", beside: names) == joined)
        let other = BatchPlan.joined(queries, fileSHA256: "g", beside: names)
        #expect(
            Set(identifiers).isDisjoint(with: other.compactMap(\.provisionalIdentifier))
        )
    }

    @Test("queries of other tasks stay as they are")
    func others() {
        let query = Query(key: "1", task: .expand, seeds: ["bubble", "gas bubble"])
        #expect(BatchPlan.joined([query], fileSHA256: "f", beside: names) == [query])
    }
}
