import Glibc

/// The candidates for one query with their labels: a training example of a ranker.
package struct RankingList: Sendable {
    /// One feature row per candidate.
    package let features: [[Float]]
    package let isRight: [Bool]

    package init(features: [[Float]], isRight: [Bool]) {
        self.features = features
        self.isRight = isRight
    }

    package var hasAnswer: Bool { isRight.contains(true) }

    /// The target distribution over the candidates.
    package var targets: [Double] {
        let right = Double(max(1, isRight.count { $0 }))
        return isRight.map { $0 ? 1 / right : 0 }
    }
}

/// Pointwise loss: each candidate's score is its log-odds.
package enum Pointwise {
    /// Mean over the lists of the logistic loss, summed over each list's candidates.
    package static func loss(_ lists: [RankingList], _ scores: [[Double]]) -> Double {
        var sum = 0.0
        for (list, scores) in zip(lists, scores) {
            for (isRight, score) in zip(list.isRight, scores) {
                sum += loss(score, isRight: isRight)
            }
        }
        return lists.isEmpty ? 0 : sum / Double(lists.count)
    }

    /// log(1 + exp(±s)), computed without overflow.
    package static func loss(_ score: Double, isRight: Bool) -> Double {
        let against = isRight ? -score : score
        return max(against, 0) + Glibc.log1p(Glibc.exp(-abs(against)))
    }
}

/// Listwise loss: the scores of a list give a distribution over its candidates.
package enum Listwise {
    /// The softmax of the scores.
    package static func probabilities(_ scores: [Double]) -> [Double] {
        Ranking.logSoftmax(scores).map(Glibc.exp)
    }

    /// Mean negative log-probability of the right candidates together, over the lists that have
    /// one.
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
