import Glibc
package import Taxonomy

/// The class of a seed set, as far as the visible edges show it.
///
/// The most informative class holds many seeds and few other concepts. For an ancestor *a* of a
/// seed:
///
///     weight(a) = share of seeds below a · ln(C / (concepts below a + 1)) / ln C
///
/// The agreement of a concept is the greatest weight among its own ancestors, relative to the
/// greatest weight of all. Because the paper asks for siblings “of the same granularity” (section
/// 3.1), a direct parent shared with the seeds adds to the agreement.
package struct SeedStructure {
    private let view: VisibleTaxonomy
    private let weights: [Concept.Index: Double]
    private let parentShares: [Concept.Index: Double]
    private let heaviest: Double
    /// The most likely class of the seeds: the one that was named, or else the ancestor of greatest
    /// weight.
    package let category: Concept.Index?
    /// Descendants of ``category`` if it was named, else empty.
    private let members: Set<Concept.Index>
    /// Direct parents of at least half of the seeds, plus the class if it was named.
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

    /// Agreement of a concept's position with those of the seeds, 0 to 1.
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
        // A named class counts more than an ancestor that the seeds may share by chance.
        return members.isEmpty ? placed : 0.5 * placed + (members.contains(index) ? 0.5 : 0)
    }

    /// Whether the vocabulary already lists the concept as a sibling of the seeds.
    package func isKnownSibling(_ index: Concept.Index) -> Bool {
        view.parents(of: index).contains(where: sharedParents.contains)
    }
}
