import Glibc

/// The candidates for one query and which of them are right: what a ranker is fitted on.
package struct RankingList: Sendable {
    /// A row of features for each candidate.
    package let features: [[Float]]
    package let isRight: [Bool]

    package init(features: [[Float]], isRight: [Bool]) {
        self.features = features
        self.isRight = isRight
    }

    package var hasAnswer: Bool { isRight.contains(true) }

    /// The share of the probability that each candidate ought to have.
    package var targets: [Double] {
        let right = Double(max(1, isRight.count { $0 }))
        return isRight.map { $0 ? 1 / right : 0 }
    }
}

/// Each candidate by itself: its score is the logarithm of its odds.
package enum Pointwise {
    /// Negative logarithm of the probability of what is so, summed over a list's candidates; mean
    /// over the lists.
    package static func loss(_ lists: [RankingList], _ scores: [[Double]]) -> Double {
        var sum = 0.0
        for (list, scores) in zip(lists, scores) {
            for (isRight, score) in zip(list.isRight, scores) {
                sum += loss(score, isRight: isRight)
            }
        }
        return lists.isEmpty ? 0 : sum / Double(lists.count)
    }

    /// log(1 + exp(±s)), without an overflow.
    package static func loss(_ score: Double, isRight: Bool) -> Double {
        let against = isRight ? -score : score
        return max(against, 0) + Glibc.log1p(Glibc.exp(-abs(against)))
    }
}

/// The probability of each candidate of a list, from its score.
package enum Listwise {
    /// The softmax of the scores.
    package static func probabilities(_ scores: [Double]) -> [Double] {
        Ranking.logSoftmax(scores).map(Glibc.exp)
    }

    /// Negative logarithm of the right candidates' share, mean over the lists that have one.
    package static func loss(_ lists: [RankingList], _ scores: [[Double]]) -> Double {
        var sum = 0.0
        var count = 0
        for (list, scores) in zip(lists, scores) where list.hasAnswer {
            let probabilities = probabilities(scores)
            let right = zip(list.isRight, probabilities).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
            sum -= Glibc.log(max(right, 1e-12))
            count += 1
        }
        return count == 0 ? 0 : sum / Double(count)
    }
}
