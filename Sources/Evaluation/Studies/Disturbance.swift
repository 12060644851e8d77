import Inference
package import TaxoInstruct
import Taxonomy

/// A corruption of the taxonomy before training, to measure how much its quality matters.
package struct Disturbance: Hashable, Codable, Sendable {
    /// Share of the concepts that is kept; `nil` keeps all.
    ///
    /// Children of removed concepts are attached to the nearest remaining ancestors.
    package var thin: Double?
    /// Share of the concepts whose parents are replaced by a single wrong one; `nil` replaces none.
    package var wrong: Double?
    package var seed: UInt64

    package init(thin: Double? = nil, wrong: Double? = nil, seed: UInt64) {
        self.thin = thin
        self.wrong = wrong
        self.seed = seed
    }

    /// Corrupts a vocabulary.
    ///
    /// Roots are kept. Hidden concepts are left unchanged: one that moved out of its hidden subtree
    /// would become visible.
    ///
    /// - Parameters:
    ///   - vocabulary: The original vocabulary.
    ///   - hidden: Identifiers of concepts that are hidden with all their descendants.
    /// - Returns: A vocabulary with the same name and version.
    /// - Throws: `TaxonomyError`, which cannot happen for a DAG.
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

    /// Assigns a wrong parent to the first `count` concepts, in a given order, for which one
    /// exists.
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
        // An inner concept only gets a parent with fewer ancestors, so no cycle can arise; a leaf
        // cannot close one in any case.
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
