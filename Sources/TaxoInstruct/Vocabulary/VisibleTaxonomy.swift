package import Taxonomy

/// The concepts and edges of a taxonomy that a query may see.
///
/// An evaluation hides subtrees, and neither the edges nor the position of a hidden concept may
/// then show in retrieval, structure or prompts. With nothing hidden, this is the taxonomy itself:
///
///     VisibleTaxonomy(taxonomy).parents(of: 14)                         // [11, 13]
///     VisibleTaxonomy(taxonomy, hiding: ["MESH:D007674"]).parents(of: 14)  // [13]
///     VisibleTaxonomy(taxonomy, orphan: 14).parents(of: 14)             // []
package final class VisibleTaxonomy: Sendable {
    package let taxonomy: Taxonomy
    /// Whether each concept is hidden; empty if none is.
    private let hidden: [Bool]
    /// A concept whose own parents are hidden, while the rest of it is visible.
    let orphan: Concept.Index?
    private let madeLineage = Lazy<Lineage>()
    private let madeCommonParents = Lazy<[Concept.Index]>()

    /// Hides concepts with all their descendants.
    ///
    /// - Parameters:
    ///   - taxonomy: The whole taxonomy.
    ///   - identifiers: Top concepts of the hidden subtrees, by any identifier; unknown ones are
    ///     ignored.
    ///   - orphan: A concept of which only its own parents are hidden.
    package init(
        _ taxonomy: Taxonomy,
        hiding identifiers: [String] = [],
        orphan: Concept.Index? = nil
    ) {
        self.taxonomy = taxonomy
        self.orphan = orphan
        var hidden: [Bool] = []
        for top in identifiers.compactMap(taxonomy.index(ofAnyIdentifier:)) {
            if hidden.isEmpty { hidden = Array(repeating: false, count: taxonomy.concepts.count) }
            hidden[top] = true
            for below in taxonomy.descendants(of: top) { hidden[below] = true }
        }
        self.hidden = hidden
    }

    private init(_ taxonomy: Taxonomy, hidden: [Bool], orphan: Concept.Index?) {
        self.taxonomy = taxonomy
        self.hidden = hidden
        self.orphan = orphan
    }

    /// The same view, with the parents of every visible concept shown.
    var withoutOrphan: VisibleTaxonomy {
        orphan == nil ? self : VisibleTaxonomy(taxonomy, hidden: hidden, orphan: nil)
    }

    /// The same view, with one concept's own parents hidden.
    func orphaning(_ orphan: Concept.Index) -> VisibleTaxonomy {
        VisibleTaxonomy(taxonomy, hidden: hidden, orphan: orphan)
    }

    /// Whether both views hide the same concepts, regardless of any orphan.
    func hidesAsMuch(as other: VisibleTaxonomy) -> Bool { hidden == other.hidden }

    /// Whether nothing is hidden.
    var isWhole: Bool { hidden.isEmpty && orphan == nil }

    /// The ancestors of every concept.
    package var lineage: Lineage { madeLineage.value { Lineage(self) } }

    /// The classes with most children, which receive most new concepts whatever their names.
    ///
    /// Each child has weight 1, divided among its parents. Nothing in the name “Nuchal Cord”
    /// suggests Fetal Diseases: on MEDIC, including these classes raises the recall of true parents
    /// in the pool of ``Retriever`` by four points.
    package var commonParents: [Concept.Index] {
        madeCommonParents.value {
            let shares = taxonomy.concepts.indices.map { index in
                children(of: index).reduce(Float(0)) {
                    $0 + 1 / Float(max(1, parents(of: $1).count))
                }
            }
            return Ranking.top(Self.commonCount, of: shares).filter { shares[$0] > 0 }
        }
    }

    /// Maximum number of ``commonParents``.
    static let commonCount = 80

    package func isHidden(_ index: Concept.Index) -> Bool { !hidden.isEmpty && hidden[index] }

    package func parents(of index: Concept.Index) -> [Concept.Index] {
        if index == orphan { return [] }
        let parents = taxonomy.parents[index]
        if hidden.isEmpty { return parents }
        return hidden[index] ? [] : parents.filter { !hidden[$0] }
    }

    package func children(of index: Concept.Index) -> [Concept.Index] {
        let children = taxonomy.children[index]
        if hidden.isEmpty && orphan == nil { return children }
        return isHidden(index) ? [] : children.filter { !isHidden($0) && $0 != orphan }
    }

    /// All visible ancestors of `index`, without `index` itself.
    package func ancestors(of index: Concept.Index) -> Set<Concept.Index> {
        reach(from: index, along: parents(of:))
    }

    /// All visible descendants of `index`, without `index` itself.
    package func descendants(of index: Concept.Index) -> Set<Concept.Index> {
        reach(from: index, along: children(of:))
    }

    /// The names on the path from a root down to `index`; ties go to the smaller index.
    func rootPath(of index: Concept.Index) -> [String] {
        var path = [index]
        var node = index
        let depths = taxonomy.depths
        while let up = parents(of: node).min(by: { (depths[$0], $0) < (depths[$1], $1) }) {
            path.append(up)
            node = up
        }
        return path.reversed().map { taxonomy.concepts[$0].name }
    }

    private func reach(
        from start: Concept.Index,
        along edges: (Concept.Index) -> [Concept.Index]
    ) -> Set<Concept.Index> {
        var found = Set<Concept.Index>()
        var stack = edges(start)
        while let node = stack.popLast() {
            if found.insert(node).inserted { stack.append(contentsOf: edges(node)) }
        }
        return found
    }
}
