package import Taxonomy

/// The ancestors of every visible concept, and its number of descendants.
package struct Lineage: Sendable {
    /// Number of descendants of each concept, `[C]`.
    package let descendantCounts: [Int32]
    private let starts: [Int32]
    private let entries: [Int32]

    /// - Parameter view: The view of C concepts; a hidden concept has no ancestors.
    package init(_ view: VisibleTaxonomy) {
        let count = view.taxonomy.concepts.count
        // Parents come before children, so each list is built from complete ones.
        var order: [Int] = []
        order.reserveCapacity(count)
        var open = (0..<count).map { view.parents(of: $0).count }
        order = (0..<count).filter { open[$0] == 0 }
        var head = 0
        while head < order.count {
            for child in view.children(of: order[head]) {
                open[child] -= 1
                if open[child] == 0 { order.append(child) }
            }
            head += 1
        }
        var lists = [[Int32]](repeating: [], count: count)
        var seen = [Int32](repeating: -1, count: count)
        for node in order {
            var list: [Int32] = []
            for parent in view.parents(of: node) {
                for ancestor in lists[parent] + [Int32(parent)]
                where seen[Int(ancestor)] != Int32(node) {
                    seen[Int(ancestor)] = Int32(node)
                    list.append(ancestor)
                }
            }
            lists[node] = list
        }
        var counts = [Int32](repeating: 0, count: count)
        var starts: [Int32] = [0]
        var entries: [Int32] = []
        for list in lists {
            for ancestor in list { counts[Int(ancestor)] += 1 }
            entries += list
            starts.append(Int32(entries.count))
        }
        descendantCounts = counts
        self.starts = starts
        self.entries = entries
    }

    /// All ancestors of a concept, each once.
    package func ancestors(of index: Concept.Index) -> ArraySlice<Int32> {
        entries[Int(starts[index])..<Int(starts[index + 1])]
    }
}
