import Inference
package import Taxonomy

/// Seed sets whose missing siblings are held-out leaves: some known children of a class, and those
/// of its children that were held out.
package enum HeldOutSets {
    /// A seed set and the siblings to be found among the held-out leaves.
    package struct Query: Hashable, Sendable {
        package let seeds: [Concept.Index]
        package let gold: Set<Concept.Index>
    }

    /// Draws one set of every class that has held-out children and enough known ones.
    ///
    /// - Parameters:
    ///   - taxonomy: The whole.
    ///   - heldOut: Leaves, by identifier.
    ///   - count: Seeds of a set. A class's seeds are the first of one order, so that sets of more
    ///     seeds hold those of fewer.
    ///   - least: Known children that a class must have; at least `count`.
    ///   - seed: Of the drawing.
    ///   - limit: Sets at most.
    /// - Returns: In the order of the classes.
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
