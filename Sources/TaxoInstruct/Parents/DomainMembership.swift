import Glibc
import Inference

/// The probability that a term belongs to the vocabulary's domain.
///
/// A logistic regression over the term's embedding and its similarity to the nearest concepts. It
/// is fitted on left-out concepts against out-of-vocabulary phrases from the vocabulary's own
/// definitions, such as organs, substances, organisms and methods (``OutOfVocabularyPhrases``). For
/// a vocabulary without definitions, similarity decides alone.
package struct DomainMembership: Hashable, Codable, Sendable {
    private var means: [Float]
    private var scales: [Float]
    private var weights: [Float]
    private var bias: Float
    /// A term with a lower probability is refused.
    package var threshold: Double

    /// Accepts every term; used before anything is fitted.
    package static let any = DomainMembership(
        means: [],
        scales: [],
        weights: [],
        bias: 8,
        threshold: 0
    )

    /// The features that the probability is computed from.
    ///
    /// - Returns: Maximum and mean cosine over the nearest concepts, maximum trigram and word
    ///   similarity, then the term's embedding.
    package static func readings(_ search: ParentSearch) -> [Float] {
        let probe = search.probe
        let nearest = search.nearest.prefix(neighbours)
        guard let first = nearest.first else { return [0, 0, 0, 0] + probe.vector }
        let sum = nearest.reduce(0) { $0 + probe.bestCosines[$1] }
        return [
            nearest.reduce(probe.bestCosines[first]) { max($0, probe.bestCosines[$1]) },
            sum / Float(nearest.count),
            nearest.reduce(0) { max($0, probe.trigrams[$1]) },
            nearest.reduce(0) { max($0, probe.words[$1]) },
        ] + probe.vector
    }

    private static let neighbours = 10

    package func probability(_ readings: [Float]) -> Double {
        var sum = bias
        for index in weights.indices {
            sum += weights[index] * (readings[index] - means[index]) * scales[index]
        }
        return 1 / (1 + exp(-Double(sum)))
    }

    /// Share of the left-out concepts that the threshold refuses.
    ///
    /// Of genuinely new concepts, which resemble the vocabulary less, about twice that share is
    /// refused.
    private static let refused = 0.05
    private static let folds = 4
    /// With fewer phrases than this, no regression is fitted.
    private static let fewest = 60

    /// Fits on the readings of left-out concepts and of out-of-vocabulary phrases.
    package static func fit(_ members: [[Float]], against phrases: [[Float]]) -> DomainMembership {
        guard !members.isEmpty else { return .any }
        guard phrases.count >= fewest else {
            // Logistic in the maximum cosine: 10 · (cosine − 0.5). The slope was set by hand; it
            // affects the probability that is shown but not which terms are refused.
            let width = members[0].count
            var weights = [Float](repeating: 0, count: width)
            weights[0] = 10
            var result = DomainMembership(
                means: [0.5] + [Float](repeating: 0, count: width - 1),
                scales: [Float](repeating: 1, count: width),
                weights: weights,
                bias: 0,
                threshold: 0
            )
            result.setThreshold(members.map(result.probability), refused: 0.02)
            return result
        }
        // Cross-validation: each concept is scored by a regression that was not fitted on it.
        var judged: [Double] = []
        for fold in 0..<folds {
            let rest = members.indices.filter { $0 % folds != fold }.map { members[$0] }
            let others = phrases.indices.filter { $0 % folds != fold }.map { phrases[$0] }
            let part = regression(rest, others)
            judged += members.indices.filter { $0 % folds == fold }
                .map { part.probability(members[$0]) }
        }
        var result = regression(members, phrases)
        result.setThreshold(judged, refused: refused)
        return result
    }

    private mutating func setThreshold(_ judged: [Double], refused: Double) {
        let sorted = judged.sorted()
        threshold = sorted[min(sorted.count - 1, Int(refused * Double(sorted.count)))]
    }

    /// Full-batch Adam on the ridge-regularised logistic loss; both classes have the same total
    /// weight.
    private static func regression(_ members: [[Float]], _ phrases: [[Float]]) -> DomainMembership {
        let rows = members + phrases
        let width = rows[0].count
        var means = [Float](repeating: 0, count: width)
        var squares = means
        for row in rows {
            for index in 0..<width {
                means[index] += row[index] / Float(rows.count)
                squares[index] += row[index] * row[index] / Float(rows.count)
            }
        }
        let scales = (0..<width).map { index in
            let variance = squares[index] - means[index] * means[index]
            return variance > 1e-10 ? 1 / variance.squareRoot() : 0
        }
        let scaled = rows.map { row in
            (0..<width).map { (row[$0] - means[$0]) * scales[$0] }
        }
        let shares = [0.5 / Float(members.count), 0.5 / Float(phrases.count)]
        var values = [Float](repeating: 0, count: width + 1)
        var first = values
        var second = values
        for step in 1...steps {
            var gradient = values.map { ridge * $0 }
            gradient[width] = 0
            for (position, row) in scaled.enumerated() {
                let isMember = position < members.count
                var sum = values[width]
                for index in 0..<width { sum += values[index] * row[index] }
                let slope =
                    (1 / (1 + exp(-sum)) - (isMember ? 1 : 0)) * shares[isMember ? 0 : 1]
                for index in 0..<width { gradient[index] += slope * row[index] }
                gradient[width] += slope
            }
            for index in values.indices {
                first[index] = 0.9 * first[index] + 0.1 * gradient[index]
                second[index] = 0.99 * second[index] + 0.01 * gradient[index] * gradient[index]
                let mean = first[index] / (1 - pow(0.9, Float(step)))
                let spread = (second[index] / (1 - pow(0.99, Float(step)))).squareRoot()
                values[index] -= 0.03 * mean / (spread + 1e-8)
            }
        }
        return DomainMembership(
            means: means,
            scales: scales,
            weights: Array(values.dropLast()),
            bias: values[width],
            threshold: 0.5
        )
    }

    private static let steps = 150
    private static let ridge: Float = 0.02
}
