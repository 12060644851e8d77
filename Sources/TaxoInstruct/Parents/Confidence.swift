import Glibc

/// Calibration: the probability that a candidate is a parent.
///
/// Two logistic regressions over ``readings(_:_:)``, one for the first candidate of a list and one
/// for those after it. They are fitted on concepts that neither the ranker nor the adapter has
/// seen.
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

    /// The inputs of the calibration for one candidate.
    ///
    /// - Parameters:
    ///   - rank: The candidate's rank, counted from 0.
    ///   - shares: Softmax of the list's scores, best first.
    ///   - score: The candidate's score, approximately its log-odds.
    ///   - features: The candidate's features.
    /// - Returns: One number for each of ``readingNames``.
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

    /// The calibration inputs of each candidate of one term.
    ///
    /// - Parameters:
    ///   - scores: The candidates' scores, best first.
    ///   - features: One feature row per candidate.
    /// - Returns: One row of readings per candidate.
    package static func readings(_ scores: [Double], _ features: [[Float]]) -> [[Double]] {
        let shares = Listwise.probabilities(scores)
        return scores.indices.map {
            readings($0, shares: shares, score: scores[$0], features[$0])
        }
    }

    /// The calibrated probability of each candidate of one term; arguments as for
    /// ``readings(_:_:)``.
    package func probabilities(_ scores: [Double], _ features: [[Float]]) -> [Double] {
        Self.readings(scores, features).enumerated().map { rank, readings in
            rank == 0 ? first.probability(readings) : further.probability(readings)
        }
    }
}
