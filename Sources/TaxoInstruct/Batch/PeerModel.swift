import Glibc

/// The probability that a new term of a file is the parent of another one.
///
/// A logistic regression over ``PeerFeatures`` rates each pair by itself; two more over the rating
/// and its lead turn it into a probability, one for the best of a term's candidates and one for the
/// others. It is comparable with the probability of a concept of the vocabulary
/// (``Confidence``).
package struct PeerModel: Hashable, Codable, Sendable {
    package var pair: LogisticRegression
    package var first: LogisticRegression
    package var further: LogisticRegression
    /// Turns the probability by the file alone into one beside the vocabulary; see
    /// ``jointReadings(_:beside:)``.
    package var joint: LogisticRegression

    package init(
        pair: LogisticRegression,
        first: LogisticRegression,
        further: LogisticRegression,
        joint: LogisticRegression = LogisticRegression(weights: [1, 0], bias: 0)
    ) {
        self.pair = pair
        self.first = first
        self.further = further
        self.joint = joint
    }

    /// The probability of a candidate, given what the vocabulary has for the same term.
    ///
    /// - Parameters:
    ///   - probability: The probability by ``probabilities(_:)``.
    ///   - best: That of the vocabulary's first candidate; `nil` if it has none.
    /// - Returns: A number from 0 to 1.
    package func joint(_ probability: Double, beside best: Double?) -> Double {
        guard let best else { return probability }
        return joint.probability(Self.jointReadings(probability, beside: best))
    }

    /// The logarithms of the odds of the candidate and of the vocabulary's first one.
    package static func jointReadings(_ probability: Double, beside best: Double) -> [Double] {
        [probability, best].map { probability in
            let inside = min(max(probability, 1e-3), 1 - 1e-3)
            return log(inside / (1 - inside))
        }
    }

    /// The logarithm of the odds that the pair is one of child and parent, by itself.
    package func rating(_ row: [Double]) -> Double {
        zip(pair.weights, row).reduce(pair.bias) { $0 + $1.0 * $1.1 }
    }

    /// The probability of each of one term's candidates.
    ///
    /// - Parameter ratings: The ratings of the candidates, in any order.
    /// - Returns: As many numbers from 0 to 1.
    package func probabilities(_ ratings: [Double]) -> [Double] {
        var probabilities = ratings.map { _ in 0.0 }
        for (rank, (position, readings)) in Self.readings(ratings).enumerated() {
            probabilities[position] = (rank == 0 ? first : further).probability(readings)
        }
        return probabilities
    }

    /// What the second step reads of each candidate, best first: the rating, and by how much it is
    /// above the next one, or below the best.
    package static func readings(_ ratings: [Double]) -> [(position: Int, readings: [Double])] {
        let order = Ranking.order(ratings)
        return order.enumerated().map { rank, position in
            let own = min(max(ratings[position], -8), 8)
            let rival = rank == 0 ? (order.count > 1 ? ratings[order[1]] : -8) : ratings[order[0]]
            return (position, [own, min(max(own - min(max(rival, -8), 8), -8), 8)])
        }
    }
}
