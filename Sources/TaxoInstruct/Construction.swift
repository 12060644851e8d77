import Taxonomy

/// Grows a small seed tree: seed-guided taxonomy construction, section 3.3 of the paper.
///
/// Level by level from the top, the children of each node are expanded as a seed set whose class
/// is that node, and each concept found is then placed among the nodes of the tree. The paper
/// does the two with one model and two instructions; so does this.
struct Construction {
    struct Edge: Hashable {
        let child: Concept.Index
        let parent: Concept.Index
    }

    /// A concept attached to the tree.
    struct Child {
        let index: Concept.Index
        let parent: Concept.Index
        let score: Double
        let parts: [String: Double]
        /// Children that the parent has in the tree and that are most like it.
        let nearest: [Concept.Index]
        /// From the top of the tree down to the parent.
        let path: [Concept.Index]
    }

    let expansion: SetExpansion
    let placement: Placement
    let settings: MethodSettings

    /// Grows a tree.
    ///
    /// - Parameter edges: The seed tree; cycles and second parents in it are left as they are.
    /// - Returns: What was attached, level by level, best first within a level; ties go by
    ///   identifier.
    /// - Throws: What the model throws.
    func grow(_ edges: [Edge]) throws -> [Child] {
        var tree = Tree(edges)
        var grown: [Child] = []
        for level in tree.levels {
            // One concept may be found under several parents; the best find is placed.
            var found: [Concept.Index: Double] = [:]
            for parent in level {
                let seeds = tree.children(of: parent)
                guard !seeds.isEmpty else { continue }
                let result = try expansion.expand(
                    seeds: seeds,
                    category: placement.retriever.view.isHidden(parent) ? nil : parent,
                    categoryName: expansion.vocabulary.taxonomy.concepts[parent].name,
                    maximum: settings.childrenPerNode,
                    excluding: tree.nodes
                )
                for sibling in result.siblings {
                    found[sibling.index] = max(found[sibling.index] ?? -.infinity, sibling.score)
                }
            }
            let concepts = expansion.vocabulary.taxonomy.concepts
            let order = found.keys.sorted {
                (-found[$0, default: 0], concepts[$0].identifier)
                    < (-found[$1, default: 0], concepts[$1].identifier)
            }
            let attached = try order.compactMap {
                try attach($0, to: tree, expansionScore: found[$0] ?? 0)
            }
            for child in attached { tree.add(Edge(child: child.index, parent: child.parent)) }
            grown += attached
        }
        return grown
    }

    /// Places a concept among the inner nodes of the tree.
    private func attach(
        _ index: Concept.Index,
        to tree: Tree,
        expansionScore: Double
    ) throws -> Child? {
        let probe = placement.retriever.probe(index)
        let below = placement.retriever.view.descendants(of: index)
        let judgement = try placement.judge(
            probe,
            excluding: below.union([index]),
            among: tree.inner
        )
        guard let best = judgement.candidates.first else { return nil }
        let nearest = tree.children(of: best.index).sorted {
            (-probe.cosines[$0], $0) < (-probe.cosines[$1], $1)
        }
        var parts = ["expansion": expansionScore, "retrieval": best.retrieval]
        if let logProbability = best.logProbability { parts["languageModel"] = logProbability }
        return Child(
            index: index,
            parent: best.index,
            score: best.fused,
            parts: parts.mapValues(Ranking.rounded),
            nearest: Array(nearest.prefix(3)),
            path: tree.path(to: best.index)
        )
    }
}

/// A tree under construction.
private struct Tree {
    private var childrenOf: [Concept.Index: [Concept.Index]] = [:]
    private var parentOf: [Concept.Index: Concept.Index] = [:]
    /// In the order they came.
    private var parents: [Concept.Index] = []

    init(_ edges: [Construction.Edge]) {
        for edge in edges { add(edge) }
    }

    mutating func add(_ edge: Construction.Edge) {
        if childrenOf[edge.parent] == nil { parents.append(edge.parent) }
        if childrenOf[edge.parent]?.contains(edge.child) != true {
            childrenOf[edge.parent, default: []].append(edge.child)
        }
        if parentOf[edge.child] == nil { parentOf[edge.child] = edge.parent }
    }

    var nodes: Set<Concept.Index> { Set(childrenOf.keys).union(parentOf.keys) }

    /// Nodes with children, in the order they came.
    var inner: [Concept.Index] { parents }

    func children(of index: Concept.Index) -> [Concept.Index] { childrenOf[index] ?? [] }

    /// Inner nodes by their distance from the top.
    var levels: [[Concept.Index]] {
        var levels: [[Concept.Index]] = []
        for parent in parents {
            let depth = path(to: parent).count - 1
            while levels.count <= depth { levels.append([]) }
            levels[depth].append(parent)
        }
        return levels
    }

    /// From the top down to `index`.
    func path(to index: Concept.Index) -> [Concept.Index] {
        var path = [index]
        while let last = path.last, let up = parentOf[last], !path.contains(up) { path.append(up) }
        return path.reversed()
    }
}
