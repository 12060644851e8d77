import HeapModule

/// Merges the tokens of a word: always the pair with the lowest rank, the leftmost of equal ones.
///
/// It reuses its buffers from word to word.
struct PairMerger {
    /// Up to this many tokens, scanning for the lowest rank is faster than maintaining a heap.
    private static let scanLimit = 48

    private let table: MergeTable
    /// The merge of each token with its right neighbour.
    private var merges: [MergeTable.Merge] = []

    init(_ table: MergeTable) {
        self.table = table
    }

    /// Merges `tokens` in place until no pair of neighbours merges.
    mutating func merge(_ tokens: inout [Int32]) {
        if tokens.count <= Self.scanLimit {
            scan(&tokens)
        } else {
            mergeByHeap(&tokens)
        }
    }

    private mutating func scan(_ tokens: inout [Int32]) {
        guard tokens.count > 1 else { return }
        merges.removeAll(keepingCapacity: true)
        for index in 1..<tokens.count {
            merges.append(table.merge(tokens[index - 1], tokens[index]))
        }
        while true {
            var best = -1
            var rank = Int32.max
            for index in merges.indices where merges[index].rank < rank {
                best = index
                rank = merges[index].rank
            }
            guard best >= 0 else { return }
            tokens[best] = merges[best].result
            tokens.remove(at: best + 1)
            merges.remove(at: best)
            if best > 0 { merges[best - 1] = table.merge(tokens[best - 1], tokens[best]) }
            if best < merges.count { merges[best] = table.merge(tokens[best], tokens[best + 1]) }
        }
    }

    /// Merges in n log n, for long words, which nobody writes but a hostile file may contain.
    private func mergeByHeap(_ tokens: inout [Int32]) {
        let end = tokens.count
        var next = (0..<end).map { $0 + 1 }
        var previous = (0..<end).map { $0 - 1 }
        let gone: Int32 = -1
        // Rank in the upper bits, position in the lower: the least element is the pair to merge.
        var heap = Heap<UInt64>()
        func push(_ left: Int) {
            guard left >= 0, next[left] < end else { return }
            let rank = table.merge(tokens[left], tokens[next[left]]).rank
            guard rank != MergeTable.Merge.none.rank else { return }
            heap.insert(UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(left))
        }
        for left in 0..<end { push(left) }
        while let least = heap.popMin() {
            let left = Int(least & 0xFFFF_FFFF)
            guard tokens[left] != gone, next[left] < end else { continue }
            let right = next[left]
            let merge = table.merge(tokens[left], tokens[right])
            // Every pair has its own rank, so a different rank means that the tokens have changed.
            guard UInt64(UInt32(bitPattern: merge.rank)) == least >> 32 else { continue }
            tokens[left] = merge.result
            tokens[right] = gone
            next[left] = next[right]
            if next[right] < end { previous[next[right]] = left }
            push(left)
            push(previous[left])
        }
        tokens.removeAll { $0 == gone }
    }
}
