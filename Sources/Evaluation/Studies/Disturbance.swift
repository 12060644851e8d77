import Inference
package import TaxoInstruct
import Taxonomy

/// What is done to a taxonomy before it is taught, to see how much its quality matters.
package struct Disturbance: Hashable, Codable, Sendable {
    /// Share of the concepts that stay; `nil` keeps all.
    ///
    /// Children of removed concepts get the nearest ancestors that stay as parents.
    package var thin: Double?
    /// Share of the concepts whose parents are replaced by a wrong one; `nil` replaces none.
    package var wrong: Double?
    package var seed: UInt64

    package init(thin: Double? = nil, wrong: Double? = nil, seed: UInt64) {
        self.thin = thin
        self.wrong = wrong
        self.seed = seed
    }

    /// Disturbs a vocabulary.
    ///
    /// Roots stay, and what is hidden is left as it is: its place must not change, lest it be seen.
    ///
    /// - Parameters:
    ///   - vocabulary: The undisturbed one.
    ///   - hidden: Identifiers of concepts that are hidden with all that is below them.
    /// - Returns: Of the same name and version.
    /// - Throws: `TaxonomyError`, which a DAG does not cause.
    package func applied(to vocabulary: Vocabulary, hiding hidden: [String]) throws -> Vocabulary {
        var generator = SplitMix64(seed: seed, stream: 3)
        var result = vocabulary
        if let thin {
            let movable = Self.movable(result, hidden)
            let gone = Int((Double(movable.count) * (1 - thin)).rounded())
            let removed = Set(generator.shuffled(movable).prefix(gone))
            let part = try result.taxonomy.removing(removed)
            result = result.replaced(by: part.taxonomy, keeping: part.kept)
        }
        if let wrong {
            let movable = Self.movable(result, hidden)
            let count = Int((Double(movable.count) * wrong).rounded())
            let order = generator.shuffled(movable)
            result = try Self.rewired(result, count, of: order, hidden, &generator)
        }
        return result
    }

    private static func movable(_ vocabulary: Vocabulary, _ hidden: [String]) -> [Concept.Index] {
        let taxonomy = vocabulary.taxonomy
        let view = VisibleTaxonomy(taxonomy, hiding: hidden)
        return taxonomy.concepts.indices.filter {
            !view.isHidden($0) && !taxonomy.parents[$0].isEmpty
        }
    }

    /// Gives a wrong parent to the first `count` concepts of an order for which there is one.
    private static func rewired(
        _ vocabulary: Vocabulary,
        _ count: Int,
        of order: [Concept.Index],
        _ hidden: [String],
        _ generator: inout SplitMix64
    ) throws -> Vocabulary {
        let taxonomy = vocabulary.taxonomy
        let view = VisibleTaxonomy(taxonomy, hiding: hidden)
        let inner = taxonomy.concepts.indices.filter { !view.children(of: $0).isEmpty }
        // No edge leads to a concept with as many ancestors, so that no cycle can arise; a leaf
        // closes none anyway.
        let ancestors = taxonomy.concepts.indices.map { taxonomy.ancestors(of: $0).count }
        var parents = taxonomy.parents
        var moved = 0
        for index in order where moved < count {
            let isLeaf = taxonomy.children[index].isEmpty
            let open = inner.filter {
                $0 != index && !taxonomy.parents[index].contains($0)
                    && (isLeaf || ancestors[$0] < ancestors[index])
            }
            guard !open.isEmpty else { continue }
            parents[index] = [open[generator.next(below: open.count)]]
            moved += 1
        }
        return vocabulary.replaced(
            by: try Taxonomy(concepts: taxonomy.concepts, parents: parents),
            keeping: Array(taxonomy.concepts.indices)
        )
    }
}
