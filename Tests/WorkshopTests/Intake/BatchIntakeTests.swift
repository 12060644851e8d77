import Contract
import Fixtures
import Testing
import Workshop

/// The new terms of a list, on their way into queries.
@Suite("New terms of a dropped list")
struct BatchIntakeTests {
    private let tiny: TinyModels

    init() throws { tiny = try TinyModels() }

    private func load(_ text: String) throws -> (outcome: LoadOutcome, queries: [Query]) {
        let path = try tiny.space.write(text, as: "terms.txt")
        let (outcome, queries) = try Loader(tiny.configuration) { _ in }
            .load(Loader.Request(path: path, fileName: "terms.txt", task: .place))
        return (outcome, queries.map(\.query))
    }

    @Test("each query carries the new terms that may be its parents, and the receipt tells it")
    func parents() throws {
        try tiny.loadDiseases()
        let (outcome, queries) = try load(
            "methane gas bubble\ngas bubble\nDisease 1\ngas bubbles\n"
        )
        #expect(queries[0].batch.map(\.name) == ["gas bubble"])
        #expect(queries[0].batch.map(\.identifier) == [queries[1].provisionalIdentifier])
        #expect(queries[1].duplicates.map(\.key) == [queries[3].key])
        #expect(queries.allSatisfy { $0.provisionalIdentifier?.hasPrefix("TAXOD:") == true })
        #expect(outcome.notes.contains { $0.contains("may lie below other new terms") })
        #expect(outcome.notes.contains { $0.contains("“gas bubble” and “gas bubbles”") })
    }

    @Test("the same file gets the same identifiers again")
    func stable() throws {
        try tiny.loadDiseases()
        let text = "methane gas bubble\ngas bubble\n"
        #expect(try load(text).queries == load(text).queries)
        let other = try load(text + "volcano\n").queries
        #expect(try load(text).queries[0].provisionalIdentifier != other[0].provisionalIdentifier)
    }
}
