import Evaluation
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Disturbed taxonomies")
struct DisturbanceTests {
    /// A root over four classes of ten leaves, the last class under the third.
    private static func vocabulary() throws -> Vocabulary {
        var names = ["root"]
        var parents: [[Int]] = [[]]
        for class_ in 1...4 {
            let index = names.count
            names.append("class \(class_)")
            parents.append([class_ == 4 ? index - 11 : 0])
            for leaf in 1...10 {
                names.append("leaf \(class_) \(leaf)")
                parents.append([index])
            }
        }
        let taxonomy = try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: parents
        )
        return try Sample.vocabulary(of: taxonomy)
    }

    private static func parents(_ vocabulary: Vocabulary, _ identifier: String) -> Set<String> {
        let taxonomy = vocabulary.taxonomy
        guard let index = taxonomy.index(ofIdentifier: identifier) else { return [] }
        return Set(taxonomy.parents[index].map { taxonomy.concepts[$0].identifier })
    }

    @Test("thinned, the share of the concepts that have a parent stays, each below an ancestor")
    func thin() throws {
        let whole = try Self.vocabulary()
        let thin = try Disturbance(thin: 0.25, seed: 3).applied(to: whole, hiding: [])
        #expect(thin.taxonomy.concepts.count == 1 + 11)
        #expect(thin.embeddings.count == 12)
        for (index, concept) in thin.taxonomy.concepts.enumerated() {
            let before = try #require(whole.taxonomy.index(ofIdentifier: concept.identifier))
            let above = Set(
                whole.taxonomy.ancestors(of: before).map { whole.taxonomy.concepts[$0].identifier }
            )
            #expect(thin.taxonomy.parents[index].isEmpty == (concept.identifier == "root"))
            #expect(Self.parents(thin, concept.identifier).isSubset(of: above))
            #expect(thin.embeddings.row(index) == whole.embeddings.row(before))
        }
    }

    @Test("the share of wrong parents is wrong, and the rest as it was")
    func wrong() throws {
        let whole = try Self.vocabulary()
        let disturbed = try Disturbance(wrong: 0.25, seed: 3).applied(to: whole, hiding: [])
        let changed = whole.taxonomy.concepts.map(\.identifier).filter {
            Self.parents(whole, $0) != Self.parents(disturbed, $0)
        }
        #expect(changed.count == 11)
        for identifier in changed {
            let parents = Self.parents(disturbed, identifier)
            #expect(parents.count == 1)
            #expect(parents.isDisjoint(with: Self.parents(whole, identifier)))
            #expect(parents.allSatisfy { !$0.hasPrefix("leaf") })
        }
    }

    @Test("what is hidden keeps its place", arguments: [0.1, 0.9])
    func hidden(share: Double) throws {
        let whole = try Self.vocabulary()
        for seed in 1...5 {
            let disturbed = try Disturbance(thin: 1 - share, wrong: share, seed: UInt64(seed))
                .applied(to: whole, hiding: ["class 2", "leaf 1 1"])
            let kept = ["class 2"] + (1...10).map { "leaf 2 \($0)" }
            for identifier in kept {
                #expect(Self.parents(disturbed, identifier) == Self.parents(whole, identifier))
            }
            // Its parent may be gone, but no other has taken its place.
            let own = Self.parents(disturbed, "leaf 1 1")
            #expect(own == ["class 1"] || own == ["root"])
            // Nothing visible hangs on what is hidden.
            for concept in disturbed.taxonomy.concepts where !kept.contains(concept.identifier) {
                #expect(Self.parents(disturbed, concept.identifier).isDisjoint(with: kept))
            }
        }
    }

    @Test("the same seed disturbs alike, another otherwise")
    func seeds() throws {
        let whole = try Self.vocabulary()
        func edges(_ seed: UInt64) throws -> [[Int]] {
            try Disturbance(wrong: 0.5, seed: seed).applied(to: whole, hiding: []).taxonomy.parents
        }
        #expect(try edges(1) == edges(1))
        #expect(try edges(1) != edges(2))
    }
}
