import Glibc
import Inference

/// How ranker and language model are joined: a weighted sum of the ranker's score and of the
/// logarithms of the candidates' shares by the model's likelihoods, as sums and per token.
///
/// A sum favours short names, a mean long ones; how much of each is right depends on the model and
/// on what it was tuned on, so that both have a weight. A small model is at times sure and wrong:
/// its shares are mixed with equal ones, so that it can rule out no candidate.
package struct ModelWeight: Hashable, Codable, Sendable {
    package var ranker = 1.0
    package var sum = 0.0
    package var perToken = 0.0

    package var usesModel: Bool { sum != 0 || perToken != 0 }

    /// Share of ``logShares(_:)`` that is spread evenly over the candidates.
    private static let doubt = 0.05

    /// Logarithms of the candidates' shares.
    ///
    /// - Parameter logLikelihoods: Of the candidates, or their means per token.
    /// - Returns: As many, none much below `log(doubt / count)`.
    package static func logShares(_ logLikelihoods: [Double]) -> [Double] {
        let even = doubt / Double(max(1, logLikelihoods.count))
        return Ranking.logSoftmax(logLikelihoods).map { log((1 - doubt) * exp($0) + even) }
    }

    /// What holds where nothing was fitted: fitted on four taxonomies together, with the model as it
    /// comes.
    package static let standard = ModelWeight(ranker: 0.8, sum: 0.17, perToken: 0.2)
    package static let withoutModel = ModelWeight()

    package func joined(_ score: Double, sum: Double, perToken: Double) -> Double {
        ranker * score + part(sum: sum, perToken: perToken)
    }

    /// What the model adds.
    package func part(sum: Double, perToken: Double) -> Double {
        self.sum * sum + self.perToken * perToken
    }
}

/// Candidates of one query with the ranker's scores and the language model's log-shares.
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

    /// Negative logarithm of the right candidates' share.
    package func loss(_ weight: ModelWeight) -> Double {
        Listwise.loss([RankingList(features: features, isRight: isRight)], [joined(weight)])
    }

    package func hits(_ weight: ModelWeight) -> Bool {
        Ranking.order(joined(weight)).first.map { isRight[$0] } ?? false
    }
}

extension ModelWeight {
    /// What the model adds to the ranker, cross-validated.
    package struct Gain {
        /// Hits at 1, as a share.
        package let hits: Bootstrap.Interval
        /// By how much the loss is lower.
        package let loss: Bootstrap.Interval
    }

    private static let folds = 5

    /// Fits the weights, if the model gains anything on lists they were not fitted on.
    ///
    /// - Parameters:
    ///   - lists: Of concepts that neither ranker nor adapter had seen.
    ///   - seed: For the interval.
    /// - Returns: The weights, zero for a model that does not lower the loss, and the gain.
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
        // With few lists a negative mean may be chance: the model is dropped only if the whole
        // interval is negative.
        let isHelpful = lists.count < decisive ? gain.loss.high > 0 : gain.loss.mean > 0
        return (isHelpful ? fit(lists) : .withoutModel, gain)
    }

    /// For each list the weights that were fitted on folds without it.
    package static func crossFitted(_ lists: [RatedList]) -> [ModelWeight] {
        let weights = (0..<folds).map { fold in
            fit(lists.indices.filter { $0 % folds != fold }.map { lists[$0] })
        }
        return lists.indices.map { weights[$0 % folds] }
    }

    /// The same as at use: weight zero for a model that does not lower the loss on those folds.
    package static func crossFitted(_ lists: [RatedList], seed: UInt64) -> [ModelWeight] {
        let weights = (0..<folds).map { fold in
            fit(lists.indices.filter { $0 % folds != fold }.map { lists[$0] }, seed: seed).weight
        }
        return lists.indices.map { weights[$0 % folds] }
    }

    /// From this many lists on the mean decides.
    private static let decisive = 100
    /// Strength of the pull towards the standard weights, in lists.
    private static let pull = 1.0
    /// Typical standard deviations of the three scores over the candidates, so that the pull is the
    /// same for each in units of its score.
    private static let spreads = [1.3, 1.5, 1.4]

    /// Newton's method on the listwise loss, three weights.
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
