import Glibc
import Inference

/// Gradient-boosted regression trees whose sum is added to a base score.
///
/// ## Source
/// Friedman, *Greedy Function Approximation: A Gradient Boosting Machine*, 2001; histograms and the
/// second-order gain follow Ke et al., *LightGBM*, 2017. The loss is pointwise logistic. On recent
/// MEDIC descriptors, a listwise softmax ranks a right parent first three points less often: it
/// makes several right answers compete with each other.
package struct BoostedTrees: Hashable, Codable, Sendable {
    /// A complete binary tree; the children of node *n* are at 2n + 1 and 2n + 2.
    package struct Tree: Hashable, Codable, Sendable {
        /// The feature that a node splits on; −1 for a leaf.
        var features: [Int16]
        /// A row goes left if its feature is at most the threshold.
        var thresholds: [Float]
        /// The value that a leaf adds to the score.
        var values: [Float]

        func value(_ row: [Float]) -> Double {
            var node = 0
            while features[node] >= 0 {
                node = 2 * node + (row[Int(features[node])] <= thresholds[node] ? 1 : 2)
            }
            return Double(values[node])
        }
    }

    package var trees: [Tree] = []

    package func score(_ row: [Float]) -> Double { trees.reduce(0) { $0 + $1.value(row) } }

    /// Hyperparameters.
    package struct Options {
        package init() {}

        package var rounds = 320
        package var depth = 5
        package var rate = 0.06
        /// Minimum number of rows in a node.
        package var leaf = 60
        /// Number of candidates per list, highest base score first, that are always used.
        package var width = 40
        /// Of the remaining candidates, one in this many is used, with this weight.
        ///
        /// Without them, the trees would raise the scores of candidates unlike any in their
        /// training data.
        package var thinning = 4
        /// Ridge term added to the sum of second derivatives in a node.
        package var ridge = 5.0
        package var featureShare = 0.5
        package var listShare = 0.8
        package var seed: UInt64 = 1
    }

    /// Grows trees on top of existing scores.
    ///
    /// - Parameters:
    ///   - lists: Training lists; lists without a right candidate are skipped.
    ///   - base: The base score of each candidate of each list, as log-odds.
    ///   - options: Hyperparameters.
    ///   - round: Called after each tree with the trees so far; returning `false` stops the growth.
    /// - Returns: At most `options.rounds` trees.
    package static func grow(
        _ lists: [RankingList],
        base: [[Double]],
        _ options: Options,
        round: (BoostedTrees) -> Bool = { _ in true }
    ) -> BoostedTrees {
        var booster = Booster(lists, base: base, options)
        var result = BoostedTrees()
        for _ in 0..<options.rounds {
            guard let tree = booster.tree() else { break }
            result.trees.append(tree)
            if !round(result) { break }
        }
        return result
    }
}

/// The training state: binned features, scores and gradients.
private struct Booster {
    /// The few right candidates have the highest values, which fewer bins would merge.
    private static let bins = 255

    private let options: BoostedTrees.Options
    private let width: Int
    /// Number of rows R of all lists, concatenated.
    private let count: Int
    private let listOfRow: [Int]
    private let listCount: Int
    /// The bin of each feature of each row, `[width, R]`, column-major.
    private let codes: [UInt8]
    /// Upper edges of the bins of each feature.
    private let edges: [[Float]]
    private let targets: [Float]
    private let weights: [Float]
    private var scores: [Float]
    private var gradients: [Float]
    private var curvatures: [Float]
    private var generator: SplitMix64

    init(_ lists: [RankingList], base: [[Double]], _ options: BoostedTrees.Options) {
        var generator = SplitMix64(seed: options.seed)
        let kept = lists.indices.flatMap { list -> [(list: Int, row: Int, weight: Float)] in
            let best = Set(Ranking.top(options.width, of: base[list].map(Float.init)))
            return lists[list].isRight.indices.compactMap { row in
                if best.contains(row) || lists[list].isRight[row] { return (list, row, 1) }
                let isTaken = generator.uniform() * Double(options.thinning) < 1
                return isTaken ? (list, row, Float(options.thinning)) : nil
            }
        }
        let rows = kept.map { lists[$0.list].features[$0.row] }
        self.options = options
        width = rows.first?.count ?? 0
        count = rows.count
        listOfRow = kept.map(\.list)
        listCount = lists.count
        targets = kept.map { lists[$0.list].isRight[$0.row] ? 1 : 0 }
        weights = kept.map(\.weight)
        scores = kept.map { Float(base[$0.list][$0.row]) }
        gradients = [Float](repeating: 0, count: count)
        curvatures = gradients
        self.generator = generator
        var edges: [[Float]] = []
        var codes = [UInt8](repeating: 0, count: width * count)
        for feature in 0..<width {
            let column = rows.map { $0[feature] }
            let its = Self.edges(of: column)
            edges.append(its)
            for (row, value) in column.enumerated() {
                codes[feature * count + row] = UInt8(Self.bin(of: value, its))
            }
        }
        self.edges = edges
        self.codes = codes
    }

    /// Bin edges with about equally many rows in each bin; a value equal to an edge is in the lower
    /// bin.
    private static func edges(of column: [Float]) -> [Float] {
        let sorted = column.sorted()
        var edges: [Float] = []
        for part in 1..<bins {
            guard !sorted.isEmpty else { break }
            let edge = sorted[min(sorted.count - 1, part * sorted.count / bins)]
            if edges.last.map({ edge > $0 }) ?? true { edges.append(edge) }
        }
        if let last = sorted.last, edges.last == last { edges.removeLast() }
        return edges
    }

    private static func bin(of value: Float, _ edges: [Float]) -> Int {
        var low = 0
        var high = edges.count
        while low < high {
            let middle = (low + high) / 2
            if value <= edges[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Grows one tree and adds it to the scores; returns `nil` if no split is possible.
    mutating func tree() -> BoostedTrees.Tree? {
        guard count > 0, width > 0 else { return nil }
        let sample = derivatives()
        let features = Array(
            generator.shuffled(Array(0..<width))
                .prefix(max(1, Int(Double(width) * options.featureShare)))
        )
        let nodes = (1 << (options.depth + 1)) - 1
        var tree = BoostedTrees.Tree(
            features: [Int16](repeating: -1, count: nodes),
            thresholds: [Float](repeating: 0, count: nodes),
            values: [Float](repeating: 0, count: nodes)
        )
        var bins = [Int](repeating: 0, count: nodes)
        // The node of each row; rows outside the sample are routed too, but with weight zero.
        var places = [UInt8](repeating: 0, count: count)
        var sums = [(Double, Double, Double)](repeating: (0, 0, 0), count: nodes)
        for row in 0..<count where sample[row] {
            sums[0].0 += Double(gradients[row])
            sums[0].1 += Double(curvatures[row])
            sums[0].2 += 1
        }
        for level in 0..<options.depth {
            let range = ((1 << level) - 1)..<((1 << (level + 1)) - 1)
            let splits = splits(of: range, features, places, sample, sums)
            var hasSplit = false
            for (node, split) in zip(range, splits) {
                guard let split else { continue }
                hasSplit = true
                tree.features[node] = Int16(split.feature)
                tree.thresholds[node] = edges[split.feature][split.bin]
                bins[node] = split.bin
                sums[2 * node + 1] = split.left
                sums[2 * node + 2] = (
                    sums[node].0 - split.left.0, sums[node].1 - split.left.1,
                    sums[node].2 - split.left.2
                )
            }
            guard hasSplit else { break }
            for row in 0..<count {
                let node = Int(places[row])
                guard range.contains(node), tree.features[node] >= 0 else { continue }
                let code = codes[Int(tree.features[node]) * count + row]
                places[row] = UInt8(2 * node + (Int(code) <= bins[node] ? 1 : 2))
            }
        }
        guard tree.features[0] >= 0 else { return nil }
        for node in 0..<nodes where tree.features[node] < 0 && sums[node].2 > 0 {
            let step = -sums[node].0 / (sums[node].1 + options.ridge)
            tree.values[node] = Float(options.rate * step)
        }
        for row in 0..<count { scores[row] += tree.values[Int(places[row])] }
        return tree
    }

    /// Updates first and second derivatives; returns which rows are in this tree's sample.
    private mutating func derivatives() -> [Bool] {
        let isIn = (0..<listCount).map { _ in generator.uniform() < options.listShare }
        for row in 0..<count {
            let probability = 1 / (1 + exp(-scores[row]))
            gradients[row] = weights[row] * (probability - targets[row])
            curvatures[row] = weights[row] * probability * (1 - probability) + 1e-6
        }
        return listOfRow.map { isIn[$0] }
    }

    private struct Split {
        let feature: Int
        let bin: Int
        let gain: Double
        /// Sums of gradients, second derivatives and counts over the rows that go left.
        let left: (Double, Double, Double)
    }

    /// The best split for each node of a level.
    private func splits(
        of range: Range<Int>,
        _ features: [Int],
        _ places: [UInt8],
        _ sample: [Bool],
        _ sums: [(Double, Double, Double)]
    ) -> [Split?] {
        var best = [Split?](repeating: nil, count: range.count)
        let size = range.count * Self.bins
        var histogram = [SIMD4<Float>](repeating: .zero, count: size)
        for feature in features {
            for index in 0..<size { histogram[index] = .zero }
            fill(&histogram, feature, range, places, sample)
            for node in range where sums[node].2 >= Double(2 * options.leaf) {
                let start = (node - range.lowerBound) * Self.bins
                let whole = sums[node]
                let alone = whole.0 * whole.0 / (whole.1 + options.ridge)
                var left = (0.0, 0.0, 0.0)
                for bin in edges[feature].indices {
                    let entry = histogram[start + bin]
                    left.0 += Double(entry.x)
                    left.1 += Double(entry.y)
                    left.2 += Double(entry.z)
                    let right = whole.2 - left.2
                    guard left.2 >= Double(options.leaf), right >= Double(options.leaf) else {
                        continue
                    }
                    let other = whole.0 - left.0
                    let gain =
                        left.0 * left.0 / (left.1 + options.ridge)
                        + other * other / (whole.1 - left.1 + options.ridge) - alone
                    if gain > max(1e-6, best[node - range.lowerBound]?.gain ?? 0) {
                        best[node - range.lowerBound] = Split(
                            feature: feature,
                            bin: bin,
                            gain: gain,
                            left: left
                        )
                    }
                }
            }
        }
        return best
    }

    private func fill(
        _ histogram: inout [SIMD4<Float>],
        _ feature: Int,
        _ range: Range<Int>,
        _ places: [UInt8],
        _ sample: [Bool]
    ) {
        let column = feature * count
        histogram.withUnsafeMutableBufferPointer { histogram in
            for row in 0..<count where sample[row] {
                let node = Int(places[row])
                guard node >= range.lowerBound, node < range.upperBound else { continue }
                let slot = (node - range.lowerBound) * Self.bins + Int(codes[column + row])
                histogram[slot] += SIMD4(gradients[row], curvatures[row], 1, 0)
            }
        }
    }
}
