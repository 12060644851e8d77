import Inference

/// Candidates of one query with the ranker's scores and the language model's log-softmax.
struct RatedList: Sendable {
    let scores: [Double]
    let logProbabilities: [Double]
    let isRight: [Bool]
    let features: [[Float]]

    func joined(_ weight: Double) -> [Double] {
        zip(scores, logProbabilities).map { $0 + weight * $1 }
    }

    /// Negative logarithm of the right candidates' share.
    func loss(_ weight: Double) -> Double {
        Listwise.loss([RankingList(features: features, isRight: isRight)], [joined(weight)])
    }

    func hits(_ weight: Double) -> Bool {
        let scores = joined(weight)
        guard let best = scores.indices.min(by: { (-scores[$0], $0) < (-scores[$1], $1) }) else {
            return false
        }
        return isRight[best]
    }
}

/// How much the language model counts beside the ranker.
enum ModelWeight {
    /// What the model adds, on lists that its weight was not chosen on.
    struct Gain {
        /// Hits at 1, as a share.
        let hits: Bootstrap.Interval
        /// Loss taken off.
        let loss: Bootstrap.Interval
    }

    private static let weights = [0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2]
    private static let folds = 5

    /// Chooses the weight with the least loss, if the gain holds on lists it was not chosen on.
    ///
    /// - Parameters:
    ///   - lists: Of concepts that neither ranker nor adapter had seen.
    ///   - seed: For the interval.
    /// - Returns: The weight, 0 where the 95 % interval of the loss's gain reaches 0, and the gain.
    static func fit(_ lists: [RatedList], seed: UInt64) -> (weight: Double, gain: Gain) {
        var hits: [Double] = []
        var losses: [Double] = []
        for fold in 0..<folds {
            let rest = lists.indices.filter { $0 % folds != fold }.map { lists[$0] }
            let weight = best(rest)
            for index in lists.indices where index % folds == fold {
                let list = lists[index]
                hits.append((list.hits(weight) ? 1 : 0) - (list.hits(0) ? 1 : 0))
                if list.isRight.contains(true) {
                    losses.append(list.loss(0) - list.loss(weight))
                }
            }
        }
        let bootstrap = Bootstrap(seed: seed)
        let gain = Gain(hits: bootstrap.interval(hits), loss: bootstrap.interval(losses))
        return (gain.loss.low > 0 ? best(lists) : 0, gain)
    }

    private static func best(_ lists: [RatedList]) -> Double {
        let losses = weights.map { weight in lists.reduce(0) { $0 + $1.loss(weight) } }
        return zip(weights, losses).min { $0.1 < $1.1 }?.0 ?? 0
    }
}
