import Taxonomy

/// Grows a small seed tree: seed-guided taxonomy construction, section 3.3 of the paper.
///
/// The children of each node are expanded as a seed set whose class is the node, and each concept
/// found is then attached to the best node of the tree. If the vocabulary has no edges, as a bare
/// list of terms, all its concepts become nodes and only their parents are sought.
struct Construction {
    struct Edge: Hashable {
        let child: Concept.Index
        /// The parent; `nil` for a top node of the tree.
        let parent: Concept.Index?
    }

    /// A concept attached to the tree.
    struct Child {
        let index: Concept.Index
        /// The parent in the tree; `nil` for an additional top node.
        let parent: Concept.Index?
        let score: Double
        let parts: [String: Double]
        /// The parent's children in the tree that are most similar to the concept.
        let nearest: [Concept.Index]
        /// The path from the top of the tree down to the parent.
        let path: [Concept.Index]
    }

    let expansion: SetExpansion
    let settings: MethodSettings

    private var concepts: [Concept] { view.concepts }
    private var view: VocabularyView { expansion.view }

    /// Grows a tree.
    ///
    /// - Parameter edges: The seed tree; any cycles and second parents in it are kept.
    /// - Returns: The attached concepts by level from the top, best first within a level; ties go
    ///   by identifier.
    /// - Throws: Errors of the model.
    func grow(_ edges: [Edge]) throws -> [Child] {
        var tree = GrowingTree(edges)
        let isBare = view.vocabulary.taxonomy.edgeCount == 0
        let found: [Concept.Index: Find]
        var further: [(index: Concept.Index, probability: Double)] = []
        if isBare, concepts.count <= Self.nodes {
            found = Dictionary(
                uniqueKeysWithValues: concepts.indices.filter { !tree.nodes.contains($0) }
                    .map { ($0, Find(parent: nil, probability: 1)) }
            )
        } else {
            (found, further) = try finds(tree)
        }
        var grown = further.map { top in
            Child(
                index: top.index,
                parent: nil,
                score: top.probability,
                parts: ["expansion": Ranking.rounded(top.probability)],
                nearest: [],
                path: []
            )
        }
        for top in further { tree.add(Edge(child: top.index, parent: nil)) }

        let attachment = NodeAttachment(
            view,
            tops: Set(tree.tops),
            children: tree.childrenOf
        )
        let nodes = found.keys.sorted()
        let attached = attachment.attach(
            nodes,
            to: (nodes + tree.nodes).sorted(),
            given: tree.parentOf,
            bonus: found.compactMapValues { find in find.parent.map { [$0: Self.foundThere] } }
        )
        for entry in attached { tree.add(Edge(child: entry.child, parent: entry.parent)) }
        grown += attached.map { entry in
            let siblings = tree.children(of: entry.parent).filter { $0 != entry.child }
            let embeddings = view.vocabulary.embeddings
            let cosines = siblings.map { embeddings.cosine(entry.child, $0) }
            return Child(
                index: entry.child,
                parent: entry.parent,
                score: entry.probability,
                parts: [
                    "expansion": Ranking.rounded(found[entry.child]?.probability ?? 0),
                    "placement": Ranking.rounded(entry.score),
                ],
                nearest: Ranking.top(3, of: cosines).map { siblings[$0] },
                path: tree.path(to: entry.parent)
            )
        }
        return grown.sorted {
            ($0.path.count, -$0.score, concepts[$0.index].identifier)
                < ($1.path.count, -$1.score, concepts[$1.index].identifier)
        }
    }

    /// Largest vocabulary without edges of which all concepts become nodes.
    private static let nodes = 2_500
    /// Score bonus for the parent under which the concept was found.
    private static let foundThere = 1.0

    private struct Find {
        /// The node under which the concept was found; `nil` for a concept that was given.
        let parent: Concept.Index?
        let probability: Double
    }

    /// Expands the children of each node and the set of tops, and adds concepts that fit the tree
    /// as a whole.
    private func finds(
        _ tree: GrowingTree
    ) throws -> ([Concept.Index: Find], tops: [(index: Concept.Index, probability: Double)]) {
        var found: [Concept.Index: Find] = [:]
        for parent in tree.inner {
            let siblings = try siblings(of: tree.children(of: parent), class: parent, tree)
            // A concept may be found under several parents; the most probable find counts.
            for sibling in siblings
            where sibling.probability > (found[sibling.index]?.probability ?? 0) {
                found[sibling.index] = Find(parent: parent, probability: sibling.probability)
            }
        }
        for (index, probability) in members(of: tree) where found[index] == nil {
            found[index] = Find(parent: nil, probability: probability)
        }
        guard tree.tops.count > 1 else { return (found, []) }
        // Additional tops must be found by expanding the tops, not as children of a node.
        let tops = try siblings(of: tree.tops, class: nil, tree)
            .filter { found[$0.index]?.parent == nil }
        for top in tops { found[top.index] = nil }
        return (found, tops.map { ($0.index, $0.probability) })
    }

    /// Concepts similar to the tree as a whole; they may belong under any node, leaves included.
    private func members(of tree: GrowingTree) -> [Concept.Index: Double] {
        let nodes = tree.nodes
        var above = Set<Concept.Index>()
        for node in nodes { above.formUnion(view.ancestors(of: node)) }
        let below = nodes.reduce(into: nodes) { $0.formUnion(view.descendants(of: $1)) }
        // If the vocabulary shows where the tree belongs, concepts placed elsewhere are excluded.
        let isPlaced = nodes.contains { !view.parents(of: $0).isEmpty }
        let probabilities = TreeMembership(view.vocabulary.siblingTables)
            .probabilities(
                of: TreeMembership.SeedTree(
                    nodes: nodes.sorted(),
                    tops: tree.tops,
                    inner: tree.inner
                )
            ) { index in
                !nodes.contains(index) && !above.contains(index)
                    && (!isPlaced || below.contains(index) || view.parents(of: index).isEmpty)
            }
        return probabilities.filter { $0.value >= Self.member }
    }

    /// Minimum probability for a concept to be taken into the tree.
    ///
    /// At this threshold, about as many concepts are taken as the trees used for fitting have. Edge
    /// and ancestor F1 differ by less than half a point between 0.15 and 0.3; on trees of at least
    /// 350 nodes, ancestor F1 is 14.6 at 0.15 and 12.3 at 0.25.
    private static let member = 0.15

    private func siblings(
        of seeds: [Concept.Index],
        class parent: Concept.Index?,
        _ tree: GrowingTree
    ) throws -> [SetExpansion.Sibling] {
        try expansion.expand(
            seeds: seeds,
            category: parent.flatMap { view.isHidden($0) ? nil : $0 },
            categoryName: parent.map { concepts[$0].name },
            maximum: settings.childrenPerNode,
            excluding: tree.nodes
        ).siblings.enumerated()
            .filter { $0.offset < Self.certain || $0.element.probability >= Self.probable }
            .map(\.element)
    }

    /// Number of top-ranked siblings that are taken regardless of their probability.
    private static let certain = 3
    /// Minimum probability for further siblings to be taken.
    private static let probable = 0.2
}

/// A tree under construction.
private struct GrowingTree {
    private(set) var childrenOf: [Concept.Index: [Concept.Index]] = [:]
    private(set) var parentOf: [Concept.Index: Concept.Index] = [:]
    /// Nodes with children, in order of insertion.
    private(set) var inner: [Concept.Index] = []
    /// Nodes given explicitly as tops, in order of insertion.
    private var named: [Concept.Index] = []

    init(_ edges: [Construction.Edge]) {
        for edge in edges { add(edge) }
    }

    mutating func add(_ edge: Construction.Edge) {
        guard let parent = edge.parent else {
            if !named.contains(edge.child) { named.append(edge.child) }
            return
        }
        if childrenOf[parent] == nil { inner.append(parent) }
        if childrenOf[parent]?.contains(edge.child) != true {
            childrenOf[parent, default: []].append(edge.child)
        }
        if parentOf[edge.child] == nil { parentOf[edge.child] = parent }
    }

    var nodes: Set<Concept.Index> { Set(childrenOf.keys).union(parentOf.keys).union(named) }

    /// Nodes without a parent, in order of insertion.
    var tops: [Concept.Index] {
        (named + inner.filter { !named.contains($0) }).filter { parentOf[$0] == nil }
    }

    func children(of index: Concept.Index) -> [Concept.Index] { childrenOf[index] ?? [] }

    /// The path from the top down to `index`.
    func path(to index: Concept.Index) -> [Concept.Index] {
        var path = [index]
        while let last = path.last, let up = parentOf[last], !path.contains(up) { path.append(up) }
        return path.reversed()
    }
}
