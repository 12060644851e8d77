import Glibc

/// Calibration: the probability that the candidate at a given rank is a parent.
///
/// Two logistic regressions, one for the first of the list and one for those behind it, on what
/// ``readings(_:_:)`` says; fitted on concepts that ranker and adapter did not see.
package struct Confidence: Hashable, Codable, Sendable {
    package var first: LogisticRegression
    package var further: LogisticRegression

    /// Before anything is fitted the probability is the candidate's softmax share.
    package static let plain = Confidence(
        first: LogisticRegression(weights: [1] + readingNames.dropFirst().map { _ in 0 }, bias: 0),
        further: LogisticRegression(weights: [1] + readingNames.dropFirst().map { _ in 0 }, bias: 0)
    )

    package static let readingNames = [
        "logit", "lead", "score", "cosine", "trigrams", "votes", "votesBelow",
    ]

    private static let columns = ["cosine", "trigrams", "votes", "votesBelow"].map {
        ParentFeatures.names.firstIndex(of: $0) ?? 0
    }

    /// What the probability is computed from.
    ///
    /// - Parameters:
    ///   - rank: The candidate's, counted from 0.
    ///   - shares: Softmax of the list's scores, best first.
    ///   - score: The candidate's: near to the logarithm of its odds.
    ///   - features: The candidate's.
    /// - Returns: As many numbers as ``readingNames``.
    private static func readings(
        _ rank: Int,
        shares: [Double],
        score: Double,
        _ features: [Float]
    ) -> [Double] {
        let share = min(max(shares[rank], 1e-6), 1 - 1e-6)
        let rival = rank == 0 ? (shares.count > 1 ? shares[1] : 1e-6) : shares[0]
        let lead = log(share) - log(max(rival, 1e-6))
        let own = features.isEmpty ? columns.map { _ in 0 } : columns.map { Double(features[$0]) }
        return [log(share / (1 - share)), min(max(lead, -8), 8), min(max(score, -12), 12)] + own
    }

    /// The readings of each of one term's candidates.
    ///
    /// - Parameters:
    ///   - scores: Best first.
    ///   - features: As many rows.
    /// - Returns: As many readings.
    package static func readings(_ scores: [Double], _ features: [[Float]]) -> [[Double]] {
        let shares = Listwise.probabilities(scores)
        return scores.indices.map {
            readings($0, shares: shares, score: scores[$0], features[$0])
        }
    }

    /// The probability of each of one term's candidates, given as for ``readings(_:_:)``.
    package func probabilities(_ scores: [Double], _ features: [[Float]]) -> [Double] {
        Self.readings(scores, features).enumerated().map { rank, readings in
            rank == 0 ? first.probability(readings) : further.probability(readings)
        }
    }
}
