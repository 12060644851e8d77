/// A hidden subtree to be rebuilt: one line of a file of trees.
///
/// Keys: `id`, `name`, `hide` (the top concept), `seedEdges` and `edges` (pairs of identifiers,
/// child and parent), `nodes`.
package struct TreeQuery: Hashable, Codable, Sendable {
    package let id: String
    package let name: String
    package let hide: String
    package let seedEdges: [[String]]
    package let nodes: [String]
    package let edges: [[String]]

    package init(
        id: String,
        name: String,
        hide: String,
        seedEdges: [[String]],
        nodes: [String],
        edges: [[String]]
    ) {
        self.id = id
        self.name = name
        self.hide = hide
        self.seedEdges = seedEdges
        self.nodes = nodes
        self.edges = edges
    }
}

/// A parent edge between identifiers.
package struct TreeEdge: Hashable, Sendable {
    package let child: String
    package let parent: String

    package init(child: String, parent: String) {
        self.child = child
        self.parent = parent
    }

    /// Returns `nil` unless there are exactly two identifiers.
    init?(_ pair: [String]) {
        guard pair.count == 2 else { return nil }
        self.init(child: pair[0], parent: pair[1])
    }

    /// The transitive closure: an edge from each concept to each of its ancestors.
    static func closure(of edges: Set<TreeEdge>) -> Set<TreeEdge> {
        var parents: [String: [String]] = [:]
        for edge in edges { parents[edge.child, default: []].append(edge.parent) }
        var closure = Set<TreeEdge>()
        for child in parents.keys {
            var stack = parents[child] ?? []
            var seen: Set<String> = [child]
            while let node = stack.popLast() {
                guard seen.insert(node).inserted else { continue }
                closure.insert(TreeEdge(child: child, parent: node))
                stack += parents[node] ?? []
            }
        }
        return closure
    }
}
