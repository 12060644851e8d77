package import Contract
import Inference
package import Taxonomy

/// Concepts of a taxonomy that are treated as if a file brought them all as new terms: single ones,
/// and branches with most of what lies below them, as releases of ontologies add them.
package struct NewTerms: Sendable {
    package let taxonomy: Taxonomy
    /// The concepts in a random order, so that the order tells nothing.
    package let concepts: [Concept.Index]
    package let terms: [Query.BatchTerm]
    /// For each term the positions of its parents among the terms.
    package let parents: [Set<Int>]

    /// Most descendants of a concept that is drawn.
    private static let branch = 30
    /// Share of a branch's concepts that are drawn with its top.
    private static let share = 0.7

    /// Draws terms.
    ///
    /// - Parameters:
    ///   - taxonomy: The taxonomy.
    ///   - count: Number of terms, if the taxonomy has as many.
    ///   - namesOnly: Whether the terms have neither synonyms nor definitions.
    ///   - isBarred: Whether nothing may be learned about the concept.
    ///   - seed: Seed of the draw.
    package init(
        of taxonomy: Taxonomy,
        count: Int,
        namesOnly: Bool,
        isBarred: (Concept) -> Bool,
        seed: UInt64
    ) {
        var generator = SplitMix64(seed: seed)
        func isOpen(_ index: Concept.Index) -> Bool {
            !taxonomy.parents[index].isEmpty && !isBarred(taxonomy.concepts[index])
        }
        let open = taxonomy.concepts.indices.filter(isOpen)
        var taken = Set<Concept.Index>()
        for (place, index) in generator.shuffled(open).enumerated() where taken.count < count {
            let below = taxonomy.descendants(of: index)
            guard below.count <= Self.branch else { continue }
            taken.insert(index)
            guard !place.isMultiple(of: 2) else { continue }
            for other in below.sorted() where isOpen(other) && generator.uniform() < Self.share {
                taken.insert(other)
            }
        }
        let concepts = generator.shuffled(taken.sorted())
        let place = Dictionary(uniqueKeysWithValues: concepts.enumerated().map { ($1, $0) })
        self.taxonomy = taxonomy
        self.concepts = concepts
        parents = concepts.map { Set(taxonomy.parents[$0].compactMap { place[$0] }) }
        terms = concepts.enumerated().map { place, index in
            let concept = taxonomy.concepts[index]
            return Query.BatchTerm(
                key: "\(place)",
                identifier: concept.identifier,
                name: concept.name,
                synonyms: namesOnly ? [] : concept.synonyms,
                definition: namesOnly ? nil : concept.definition
            )
        }
    }
}
