/// A trie of the token sequences of names.
///
/// Nodes are numbered breadth first, so the children of a node are a range. Node 0 is the root.
final class NameTrie: Sendable {
    /// The token that leads to each node; that of the root is unused.
    let tokens: [Int32]
    let parents: [Int32]
    /// Children of each node.
    let children: [Range<Int32>]
    /// The name that ends at each node, or −1.
    let names: [Int32]
    /// The number of names that end at or below each node.
    let leaves: [Int32]
    /// The node at which each name ends; `nil` for a name that is not in the trie.
    let ends: [Int32?]

    /// - Parameter sequences: The tokens of each name. Empty sequences are left out, and of equal ones
    ///   all but the first.
    init(_ sequences: [[Int32]]) {
        let order = sequences.indices.filter { !sequences[$0].isEmpty }.sorted {
            let (one, other) = (sequences[$0], sequences[$1])
            return one == other ? $0 < $1 : one.lexicographicallyPrecedes(other)
        }
        var unique: [Int] = []
        for index in order where unique.last.map({ sequences[$0] != sequences[index] }) ?? true {
            unique.append(index)
        }

        var tokens: [Int32] = [0]
        var parents: [Int32] = [0]
        var children: [Range<Int32>] = []
        var names: [Int32] = []
        var leaves: [Int32] = [Int32(unique.count)]
        var ends = [Int32?](repeating: nil, count: sequences.count)
        // The names below each node: a range of `unique` whose first `depth` tokens are equal.
        var below = [(range: unique.indices, depth: 0)]
        var node = 0
        while node < below.count {
            var (range, depth) = below[node]
            if let first = range.first, sequences[unique[first]].count == depth {
                names.append(Int32(unique[first]))
                ends[unique[first]] = Int32(node)
                range = range.dropFirst()
            } else {
                names.append(-1)
            }
            let firstChild = Int32(tokens.count)
            while let first = range.first {
                let token = sequences[unique[first]][depth]
                let end = range.first { sequences[unique[$0]][depth] != token } ?? range.upperBound
                tokens.append(token)
                parents.append(Int32(node))
                leaves.append(Int32(end - first))
                below.append((first..<end, depth + 1))
                range = end..<range.upperBound
            }
            children.append(firstChild..<Int32(tokens.count))
            node += 1
        }
        (self.tokens, self.parents, self.children) = (tokens, parents, children)
        (self.names, self.leaves, self.ends) = (names, leaves, ends)
    }
}
