package import Taxonomy

/// Wu & Palmer's similarity of two concepts in a graph.
///
///     similarity(a, b) = 2 · depth(lowest common ancestor) / (depth(a) + depth(b))
///
/// A root has depth 1 and a concept is its own ancestor. In a DAG, depth is that of the shortest
/// path from a root, and the deepest common ancestor counts. The similarity is 0 without a common
/// ancestor.
///
/// Source: Wu and Palmer, *Verb semantics and lexical selection*, 1994.
package struct WuPalmer {
    private let taxonomy: Taxonomy

    package init(_ taxonomy: Taxonomy) { self.taxonomy = taxonomy }

    package func similarity(_ a: Concept.Index, _ b: Concept.Index) -> Double {
        let common = taxonomy.ancestors(of: a).union([a])
            .intersection(taxonomy.ancestors(of: b).union([b]))
        let deepest = common.map { taxonomy.depths[$0] }.max() ?? 0
        return 2 * Double(deepest) / Double(taxonomy.depths[a] + taxonomy.depths[b])
    }
}
