import Taxonomy

extension VocabularyBuilder {
    /// How many concepts of a cycle are named.
    private static let shownSteps = 20

    /// Drops the edges that close a cycle, and reports each.
    ///
    /// The graph is walked depth-first from the roots down, then from what no root reaches, both in
    /// the order of the file. So the edge that goes is the one by which a concept is called a child
    /// of its own descendant.
    mutating func breakCycles(in edges: inout Edges, of concepts: [Concept]) {
        let dropped = closingEdges(edges.parents)
        guard !dropped.isEmpty else { return }
        for edge in dropped.sorted(by: { ($0.child, $0.parent) < ($1.child, $1.parent) }) {
            let child = concepts[edge.child]
            let names = edge.chain.map { Text.cut(concepts[$0].identifier) }
            let end = edge.isWhole ? "" : " → …"
            var record = Record()
            record.identifier = child.identifier
            record.line = edges.lines[edge.child]
            if let index = known[child.identifier] {
                record.ordinal = records[index].ordinal
                if let parent = records[index].parentIdentifiers
                    .firstIndex(of: concepts[edge.parent].identifier)
                {
                    record.line = records[index].line(ofParent: parent)
                }
            }
            note(
                problem(
                    record,
                    "cyclic-parent",
                    """
                    found a cycle, each a child of the next: \
                    \(names.joined(separator: " → "))\(end); the first of these edges was dropped
                    """
                ),
                of: record
            )
        }
        let goners = Dictionary(grouping: dropped, by: \.child).mapValues { Set($0.map(\.parent)) }
        for (child, parents) in goners {
            edges.parents[child].removeAll(where: parents.contains)
            if edges.parents[child].isEmpty { edges.orphans.insert(child) }
        }
    }

    private struct ClosingEdge {
        let child: Concept.Index
        let parent: Concept.Index
        /// The cycle from the child up to itself, or the beginning of it.
        let chain: [Concept.Index]
        let isWhole: Bool
    }

    private func closingEdges(_ parents: [[Concept.Index]]) -> [ClosingEdge] {
        var children = [[Concept.Index]](repeating: [], count: parents.count)
        for (child, its) in parents.enumerated() {
            for parent in its { children[parent].append(child) }
        }
        enum State { case unseen, open, done }
        var states = [State](repeating: .unseen, count: parents.count)
        var places = [Int](repeating: 0, count: parents.count)
        var path: [(node: Concept.Index, next: Int)] = []
        var closing: [ClosingEdge] = []
        let roots = parents.indices.filter { parents[$0].isEmpty }
        for start in roots + Array(parents.indices) where states[start] == .unseen {
            path.append((start, 0))
            states[start] = .open
            places[start] = 0
            while let (node, next) = path.last {
                guard next < children[node].count else {
                    states[node] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let child = children[node][next]
                switch states[child] {
                case .done: continue
                case .unseen:
                    states[child] = .open
                    places[child] = path.count
                    path.append((child, 0))
                case .open:
                    let cycle = path[places[child]...].reversed().prefix(Self.shownSteps)
                    let isWhole = path.count - places[child] <= Self.shownSteps
                    closing.append(
                        ClosingEdge(
                            child: child,
                            parent: node,
                            chain: [child] + cycle.map(\.node),
                            isWhole: isWhole
                        )
                    )
                }
            }
        }
        return closing
    }
}
