import Glibc

/// The candidates for one query and which of them are right: what a ranker is fitted on.
struct RankingList: Sendable {
    /// A row of features for each candidate.
    let features: [[Float]]
    let isRight: [Bool]

    var hasAnswer: Bool { isRight.contains(true) }

    /// The share of the probability that each candidate ought to have.
    var targets: [Double] {
        let right = Double(max(1, isRight.count { $0 }))
        return isRight.map { $0 ? 1 / right : 0 }
    }
}

/// The probability of each candidate of a list, from its score.
enum Listwise {
    /// The softmax of the scores.
    static func probabilities(_ scores: [Double]) -> [Double] {
        Ranking.logSoftmax(scores).map(Glibc.exp)
    }

    /// Negative logarithm of the right candidates' share, mean over the lists that have one.
    static func loss(_ lists: [RankingList], _ scores: [[Double]]) -> Double {
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
