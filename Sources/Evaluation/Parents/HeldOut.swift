import Inference
package import Taxonomy

/// Concepts held out from everything that is fitted, as a test set.
package enum HeldOut {
    /// Draws a share of the leaves that have a parent, such that no parent loses its place in the
    /// taxonomy: roots and inner concepts always stay.
    ///
    /// - Returns: Identifiers in taxonomy order; the same for the same seed.
    package static func leaves(of taxonomy: Taxonomy, share: Double, seed: UInt64) -> [String] {
        let leaves = taxonomy.concepts.indices.filter {
            taxonomy.children[$0].isEmpty && !taxonomy.parents[$0].isEmpty
        }
        var generator = SplitMix64(seed: seed)
        let count = Int((Double(leaves.count) * share).rounded())
        let drawn = generator.shuffled(leaves).prefix(min(max(count, 0), leaves.count))
        return drawn.sorted().map { taxonomy.concepts[$0].identifier }
    }
}
