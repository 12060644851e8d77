import Glibc
import Inference

/// The weights that combine ranker and language model: a weighted sum of the ranker's score and of
/// two log-probabilities of the candidate, one from the model's summed log-likelihoods and one from
/// its log-likelihoods per token.
///
/// A sum favours short names and a mean favours long ones. Which mixture is right depends on the
/// model and its tuning, so each has a weight. A small model is sometimes confidently wrong; its
/// probabilities are therefore smoothed with a uniform distribution, so that it cannot rule out any
/// candidate.
package struct ModelWeight: Hashable, Codable, Sendable {
    package var ranker = 1.0
    package var sum = 0.0
    package var perToken = 0.0

    package var usesModel: Bool { sum != 0 || perToken != 0 }

    /// Share of the probability in ``logShares(_:)`` that is spread uniformly over the candidates.
    private static let doubt = 0.05

    /// Smoothed log-softmax over the candidates.
    ///
    /// - Parameter logLikelihoods: The candidates' log-likelihoods, summed or per token.
    /// - Returns: One log-probability per candidate, none much below `log(doubt / count)`.
    package static func logShares(_ logLikelihoods: [Double]) -> [Double] {
        let even = doubt / Double(max(1, logLikelihoods.count))
        return Ranking.logSoftmax(logLikelihoods).map { log((1 - doubt) * exp($0) + even) }
    }

    /// The weights used when nothing was fitted; they were fitted on four taxonomies jointly, with
    /// an untuned model.
    package static let standard = ModelWeight(ranker: 0.8, sum: 0.17, perToken: 0.2)
    package static let withoutModel = ModelWeight()

    package func joined(_ score: Double, sum: Double, perToken: Double) -> Double {
        ranker * score + part(sum: sum, perToken: perToken)
    }

    /// The language model's part of the score.
    package func part(sum: Double, perToken: Double) -> Double {
        self.sum * sum + self.perToken * perToken
    }
}

/// The candidates of one query with the ranker's scores and the model's log-probabilities.
package struct RatedList: Sendable {
    package let scores: [Double]
    package let sums: [Double]
    package let perTokens: [Double]
    package let isRight: [Bool]
    package let features: [[Float]]

    package init(
        scores: [Double],
        sums: [Double],
        perTokens: [Double],
        isRight: [Bool],
        features: [[Float]]
    ) {
        self.scores = scores
        self.sums = sums
        self.perTokens = perTokens
        self.isRight = isRight
        self.features = features
    }

    package func joined(_ weight: ModelWeight) -> [Double] {
        scores.indices.map { weight.joined(scores[$0], sum: sums[$0], perToken: perTokens[$0]) }
    }

    /// Negative log-probability of the right candidates together.
    package func loss(_ weight: ModelWeight) -> Double {
        Listwise.loss([RankingList(features: features, isRight: isRight)], [joined(weight)])
    }

    package func hits(_ weight: ModelWeight) -> Bool {
        Ranking.order(joined(weight)).first.map { isRight[$0] } ?? false
    }
}

extension ModelWeight {
    /// The cross-validated improvement from adding the model to the ranker.
    package struct Gain {
        /// Gain in hits at 1, as a share.
        package let hits: Bootstrap.Interval
        /// Reduction of the loss.
        package let loss: Bootstrap.Interval
    }

    private static let folds = 5

    /// Fits the weights and sets them to zero for a model that does not lower the held-out loss.
    ///
    /// - Parameters:
    ///   - lists: Lists of concepts that neither ranker nor adapter has seen.
    ///   - seed: Seed of the bootstrap interval.
    /// - Returns: The weights and the cross-validated gain.
    package static func fit(_ lists: [RatedList], seed: UInt64) -> (weight: ModelWeight, gain: Gain)
    {
        var hits: [Double] = []
        var losses: [Double] = []
        for (list, weight) in zip(lists, crossFitted(lists)) {
            hits.append((list.hits(weight) ? 1 : 0) - (list.hits(.withoutModel) ? 1 : 0))
            if list.isRight.contains(true) {
                losses.append(list.loss(.withoutModel) - list.loss(weight))
            }
        }
        let bootstrap = Bootstrap(seed: seed)
        let gain = Gain(hits: bootstrap.interval(hits), loss: bootstrap.interval(losses))
        // With few lists a negative mean may be chance, so the model is dropped only if the whole
        // interval is negative.
        let isHelpful = lists.count < decisive ? gain.loss.high > 0 : gain.loss.mean > 0
        return (isHelpful ? fit(lists) : .withoutModel, gain)
    }

    /// For each list, the weights fitted on the folds without it.
    package static func crossFitted(_ lists: [RatedList]) -> [ModelWeight] {
        let weights = (0..<folds).map { fold in
            fit(lists.indices.filter { $0 % folds != fold }.map { lists[$0] })
        }
        return lists.indices.map { weights[$0 % folds] }
    }

    /// The same, but as in use: zero for a model that does not lower the loss on those folds.
    package static func crossFitted(_ lists: [RatedList], seed: UInt64) -> [ModelWeight] {
        let weights = (0..<folds).map { fold in
            fit(lists.indices.filter { $0 % folds != fold }.map { lists[$0] }, seed: seed).weight
        }
        return lists.indices.map { weights[$0 % folds] }
    }

    /// Number of lists from which the mean alone decides.
    private static let decisive = 100
    /// Strength of the regularisation towards the standard weights, in numbers of lists.
    private static let pull = 1.0
    /// Typical standard deviations of the three scores over the candidates; they make the
    /// regularisation equally strong for each score.
    private static let spreads = [1.3, 1.5, 1.4]

    /// Minimises the listwise loss over the three weights by Newton's method.
    private static func fit(_ lists: [RatedList]) -> ModelWeight {
        let start = [standard.ranker, standard.sum, standard.perToken]
        var values = start
        for _ in 0..<20 {
            var gradient = (0..<3).map {
                pull * spreads[$0] * spreads[$0] * (values[$0] - start[$0])
            }
            var curvature = [[Double]](repeating: [0, 0, 0], count: 3)
            for index in 0..<3 { curvature[index][index] = pull * spreads[index] * spreads[index] }
            for list in lists where list.isRight.contains(true) {
                let rows = list.scores.indices.map { index in
                    [list.scores[index], list.sums[index], list.perTokens[index]]
                }
                let scores = rows.map { row in zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } }
                let shares = Listwise.probabilities(scores)
                let right = Double(list.isRight.count { $0 })
                let mean = (0..<3).map { part in
                    zip(rows, shares).reduce(0) { $0 + $1.0[part] * $1.1 }
                }
                for (position, row) in rows.enumerated() {
                    let target = list.isRight[position] ? 1 / right : 0
                    for one in 0..<3 {
                        gradient[one] += (shares[position] - target) * row[one]
                        for other in 0...one {
                            curvature[one][other] +=
                                shares[position] * (row[one] - mean[one])
                                * (row[other] - mean[other])
                        }
                    }
                }
            }
            guard let step = LogisticRegression.solve(curvature, gradient) else { break }
            for index in 0..<3 { values[index] -= step[index] }
        }
        guard values.allSatisfy(\.isFinite) else { return .withoutModel }
        return ModelWeight(ranker: values[0], sum: values[1], perToken: values[2])
    }
}
