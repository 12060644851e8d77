import Glibc

/// Orders items by score and normalises scores.
package enum Ranking {
    /// The indices of the `count` highest scores, best first; ties go to the smaller index.
    package static func top(_ count: Int, of scores: [Float]) -> [Int] {
        var heap: [Int] = []
        heap.reserveCapacity(count + 1)
        for index in scores.indices {
            if heap.count == count, let last = heap.last, scores[index] <= scores[last] { continue }
            // Few scores pass the guard above, so inserting by bisection is cheap.
            var low = 0
            var high = heap.count
            while low < high {
                let middle = (low + high) / 2
                if scores[heap[middle]] >= scores[index] { low = middle + 1 } else { high = middle }
            }
            if low < count {
                heap.insert(index, at: low)
                if heap.count > count { heap.removeLast() }
            }
        }
        return heap
    }

    /// All positions by descending score; ties go to the smaller position.
    package static func order(_ scores: [Double]) -> [Int] {
        scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    }

    /// Log-softmax of `scores`.
    package static func logSoftmax(_ scores: [Double]) -> [Double] {
        guard let highest = scores.max() else { return [] }
        let normaliser = highest + log(scores.reduce(0) { $0 + exp($1 - highest) })
        return scores.map { $0 - normaliser }
    }

    /// Scores standardised to mean 0 and standard deviation 1; zeros if all are equal.
    package static func standardised(_ scores: [Double]) -> [Double] {
        guard !scores.isEmpty else { return [] }
        let mean = scores.reduce(0, +) / Double(scores.count)
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
        guard variance > 0 else { return scores.map { _ in 0 } }
        let deviation = variance.squareRoot()
        return scores.map { ($0 - mean) / deviation }
    }

    /// Rounded to six decimals for readable tables.
    package static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}
