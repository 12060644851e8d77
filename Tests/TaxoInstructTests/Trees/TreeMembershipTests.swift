import TaxoInstruct
import Taxonomy
import Testing

@Suite("Which concepts belong into a tree")
struct TreeMembershipTests {
    /// Heart Diseases over Heart Failure and Heart Arrest.
    private let tree = TreeMembership.SeedTree(nodes: [1, 2, 3], tops: [1], inner: [1])

    private func probabilities(
        where isEligible: (Concept.Index) -> Bool
    ) throws -> [Concept.Index: Double] {
        TreeMembership(try Sample.vocabulary().siblingTables)
            .probabilities(of: tree, where: isEligible)
    }

    @Test("every eligible concept has a probability, no other has")
    func eligible() throws {
        let found = try probabilities { ![1, 2, 3].contains($0) }
        #expect(Set(found.keys) == Set(0..<16).subtracting([1, 2, 3]))
        #expect(found.values.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(try probabilities { _ in false }.isEmpty)
    }

    @Test("names like the tree's belong there sooner than others")
    func likeness() throws {
        let taxonomy = try Taxonomy(
            concepts: ["Heart Diseases", "Heart Failure", "Heart Failure, Diastolic", "Asthma"]
                .map { Concept(identifier: $0, name: $0) },
            parents: [[], [], [], []]
        )
        let found = TreeMembership(try Sample.vocabulary(of: taxonomy).siblingTables)
            .probabilities(of: .init(nodes: [0, 1], tops: [0], inner: [0])) { $0 > 1 }
        #expect(try #require(found[2]) > 2 * (try #require(found[3])))
    }
}
