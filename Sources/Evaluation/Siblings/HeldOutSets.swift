import Inference
package import Taxonomy

/// Seed sets for held-out leaves: the seeds are known children of a class, and the answers are its
/// held-out children.
package enum HeldOutSets {
    /// A seed set and the siblings to be found among the held-out leaves.
    package struct Query: Hashable, Sendable {
        package let seeds: [Concept.Index]
        package let gold: Set<Concept.Index>
    }

    /// Draws one set for each class that has held-out children and enough known ones.
    ///
    /// - Parameters:
    ///   - taxonomy: The full taxonomy.
    ///   - heldOut: Identifiers of the held-out leaves.
    ///   - count: Number of seeds per set. For a given class they are a prefix of one fixed order,
    ///     so smaller sets are subsets of larger ones.
    ///   - least: Minimum number of known children of a class; at least `count`.
    ///   - seed: Seed of the draw.
    ///   - limit: Maximum number of sets.
    /// - Returns: The sets in the order of their classes.
    package static func queries(
        of taxonomy: Taxonomy,
        heldOut: [String],
        seeds count: Int,
        least: Int,
        seed: UInt64,
        limit: Int?
    ) -> [Query] {
        precondition(count <= least, "HeldOutSets: \(count) seeds of at least \(least)")
        let hidden = Set(heldOut.compactMap(taxonomy.index(ofIdentifier:)))
        let classes = taxonomy.concepts.indices.filter { class_ in
            let children = taxonomy.children[class_]
            return children.contains(where: hidden.contains)
                && children.count(where: { !hidden.contains($0) }) >= least
        }
        return classes.sampled(limit, seed: seed).map { class_ in
            var generator = SplitMix64(seed: seed, stream: class_)
            let children = taxonomy.children[class_]
            let known = generator.shuffled(children.filter { !hidden.contains($0) })
            return Query(
                seeds: Array(known.prefix(count)),
                gold: Set(children.filter(hidden.contains))
            )
        }
    }
}
