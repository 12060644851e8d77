import Glibc
package import Taxonomy

/// What the visible edges say about the kind of a seed set.
///
/// A class that holds many seeds and few other concepts says most. For an ancestor *a* of a seed:
///
///     weight(a) = share of seeds below a · ln(C / (concepts below a + 1)) / ln C
///
/// and the agreement of a concept is the greatest weight over its own ancestors, relative to the
/// greatest of all. The paper asks for siblings “of the same granularity” (section 3.1), so a
/// direct parent shared with the seeds counts in addition.
package struct SeedStructure {
    private let view: VisibleTaxonomy
    private let weights: [Concept.Index: Double]
    private let parentShares: [Concept.Index: Double]
    private let heaviest: Double
    /// The class the seeds most likely belong to: the one named, or the ancestor of most weight.
    package let category: Concept.Index?
    /// Concepts below ``category`` if it was named; else empty.
    private let members: Set<Concept.Index>
    /// Direct parents of at least half of the seeds, and the class if it was named.
    package let sharedParents: Set<Concept.Index>

    package init(seeds: [Concept.Index], category named: Concept.Index?, view: VisibleTaxonomy) {
        self.view = view
        var counts: [Concept.Index: Int] = [:]
        var parentCounts: [Concept.Index: Int] = [:]
        for seed in seeds {
            for ancestor in view.ancestors(of: seed) { counts[ancestor, default: 0] += 1 }
            for parent in view.parents(of: seed) { parentCounts[parent, default: 0] += 1 }
        }
        let total = Double(max(seeds.count, 1))
        let all = log(Double(max(view.taxonomy.concepts.count, 2)))
        weights = Dictionary(
            uniqueKeysWithValues: counts.map { ancestor, count in
                let below = Double(view.descendants(of: ancestor).count + 1)
                return (ancestor, Double(count) / total * (1 - log(below) / all))
            }
        )
        parentShares = parentCounts.mapValues { Double($0) / total }
        heaviest = weights.values.max() ?? 0
        let concepts = view.taxonomy.concepts
        let guessed = weights.min {
            (-$0.value, concepts[$0.key].identifier) < (-$1.value, concepts[$1.key].identifier)
        }
        category = named ?? guessed?.key
        members = named.map(view.descendants(of:)) ?? []
        var shared = Set(parentCounts.filter { 2 * $0.value >= seeds.count }.keys)
        if let named { shared.insert(named) }
        sharedParents = shared
    }

    /// How well a concept's place agrees with those of the seeds, 0 to 1.
    package func agreement(of index: Concept.Index) -> Double {
        var weight = 0.0
        if heaviest > 0 {
            for ancestor in view.ancestors(of: index) {
                weight = max(weight, weights[ancestor] ?? 0)
            }
            weight /= heaviest
        }
        let direct = view.parents(of: index).reduce(0) { max($0, parentShares[$1] ?? 0) }
        let placed = 0.5 * weight + 0.5 * direct
        // A named class outweighs what the seeds have in common by chance.
        return members.isEmpty ? placed : 0.5 * placed + (members.contains(index) ? 0.5 : 0)
    }

    /// Whether the vocabulary lists the concept beside the seeds already.
    package func isKnownSibling(_ index: Concept.Index) -> Bool {
        view.parents(of: index).contains(where: sharedParents.contains)
    }
}
