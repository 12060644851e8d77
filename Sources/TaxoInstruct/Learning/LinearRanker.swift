import Glibc

/// A weighted sum of standardised features.
package struct LinearRanker: Hashable, Codable, Sendable {
    /// Shifts the score to log-odds, see ``asOdds(of:)``; does not affect the order.
    package var bias = 0.0
    package var means: [Double]
    /// 1 / standard deviation of each feature; 0 for a feature that does not vary.
    package var scales: [Double]
    package var weights: [Double]

    package func score(_ row: [Float]) -> Double {
        var sum = bias
        for index in weights.indices {
            sum += weights[index] * (Double(row[index]) - means[index]) * scales[index]
        }
        return sum
    }

    /// The contribution of each feature to the score.
    package func contributions(_ row: [Float]) -> [Double] {
        weights.indices.map { weights[$0] * (Double(row[$0]) - means[$0]) * scales[$0] }
    }

    /// Fits the weights by listwise softmax, regularised towards the weights of `prior`.
    ///
    /// - Parameters:
    ///   - lists: Training lists; lists without a right candidate are skipped.
    ///   - prior: The ranker whose weights, in units of the raw features, the fit is regularised
    ///     towards; zeros if not given.
    ///   - strength: Strength of the regularisation, in numbers of lists.
    /// - Returns: The fitted ranker, or the prior if no list has a right candidate.
    package static func fit(
        _ lists: [RankingList],
        prior: LinearRanker? = nil,
        strength: Double = 5
    ) -> LinearRanker {
        let lists = lists.filter(\.hasAnswer)
        guard let width = lists.first?.features.first?.count else {
            return prior ?? LinearRanker(means: [], scales: [], weights: [])
        }
        var ranker = standardising(lists, width)
        // The prior's weights, converted to features standardised over these lists.
        let start = (0..<width).map { index in
            guard let prior, prior.weights.count == width, ranker.scales[index] > 0 else {
                return 0.0
            }
            return prior.weights[index] * prior.scales[index] / ranker.scales[index]
        }
        ranker.weights = start
        let rows = lists.map { list in
            list.features.map { row in
                row.indices.map { (Double(row[$0]) - ranker.means[$0]) * ranker.scales[$0] }
            }
        }
        let targets = lists.map(\.targets)
        // Full-batch Adam suffices: the loss is convex, with about forty weights.
        var first = [Double](repeating: 0, count: width)
        var second = first
        let pull = strength / Double(lists.count)
        for step in 1...steps {
            var gradient = zip(ranker.weights, start).map { pull * ($0 - $1) }
            for (rows, targets) in zip(rows, targets) {
                let scores = rows.map { row in
                    var sum = 0.0
                    for index in 0..<width { sum += row[index] * ranker.weights[index] }
                    return sum
                }
                let probabilities = Listwise.probabilities(scores)
                for (position, row) in rows.enumerated() {
                    let slope = (probabilities[position] - targets[position]) / Double(lists.count)
                    guard abs(slope) > 1e-9 else { continue }
                    for index in 0..<width { gradient[index] += slope * row[index] }
                }
            }
            let rate = 0.1 * (1 - Double(step - 1) / Double(steps))
            for index in 0..<width {
                first[index] = 0.9 * first[index] + 0.1 * gradient[index]
                second[index] = 0.99 * second[index] + 0.01 * gradient[index] * gradient[index]
                let mean = first[index] / (1 - pow(0.9, Double(step)))
                let spread = (second[index] / (1 - pow(0.99, Double(step)))).squareRoot()
                ranker.weights[index] -= rate * mean / (spread + 1e-9)
            }
        }
        return ranker
    }

    private static let steps = 120

    /// The same ranking, rescaled so that a score is the candidate's log-odds.
    ///
    /// - Parameter lists: The lists on which scale and bias are fitted by logistic loss.
    /// - Returns: The rescaled ranker, or this one unchanged if no valid scale is found.
    package func asOdds(of lists: [RankingList]) -> LinearRanker {
        let scores = lists.map { $0.features.map(score) }
        // Only the top twenty, because the odds matter only for candidates that have a chance.
        let best = scores.map { Ranking.top(20, of: $0.map(Float.init)) }
        let fitted = LogisticRegression.fit(
            zip(scores, best).flatMap { scores, best in best.map { [scores[$0]] } },
            zip(lists, best).flatMap { list, best in best.map { list.isRight[$0] } },
            prior: LogisticRegression(weights: [1], bias: 0)
        )
        guard let scale = fitted.weights.first, scale > 0 else { return self }
        var ranker = self
        ranker.weights = weights.map { $0 * scale }
        ranker.bias = scale * bias + fitted.bias
        return ranker
    }

    private static func standardising(_ lists: [RankingList], _ width: Int) -> LinearRanker {
        var sums = [Double](repeating: 0, count: width)
        var squares = sums
        var count = 0.0
        for list in lists {
            for row in list.features {
                count += 1
                for index in 0..<width {
                    let value = Double(row[index])
                    sums[index] += value
                    squares[index] += value * value
                }
            }
        }
        let means = sums.map { $0 / max(1, count) }
        let scales = (0..<width).map { index in
            let variance = squares[index] / max(1, count) - means[index] * means[index]
            return variance > 1e-10 ? 1 / variance.squareRoot() : 0
        }
        return LinearRanker(
            means: means,
            scales: scales,
            weights: [Double](repeating: 0, count: width)
        )
    }
}
