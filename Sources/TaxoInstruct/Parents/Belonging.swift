import Glibc
import Inference

/// How probable it is that a term has a place in the vocabulary at all.
///
/// A logistic regression on the term's vector and on how near the nearest concepts are, fitted on
/// concepts that were left out against phrases of the vocabulary's own definitions that are no terms
/// of it: organs, substances, organisms, methods. A vocabulary without definitions is judged by
/// nearness alone.
package struct Belonging: Hashable, Codable, Sendable {
    private var means: [Float]
    private var scales: [Float]
    private var weights: [Float]
    private var bias: Float
    /// A term below this probability is refused.
    package var threshold: Double

    /// Refuses nothing.
    package static let any = Belonging(means: [], scales: [], weights: [], bias: 8, threshold: 0)

    /// What the probability is computed from: how near the nearest concepts are, and the vector.
    ///
    /// - Returns: Four nearnesses, then the vector.
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

    /// Share of the concepts that were left out which the threshold may refuse: what is new is less
    /// like the rest than what is there, so that about twice as many of it are refused.
    private static let refused = 0.05
    private static let folds = 4
    /// Fewer phrases than this say nothing.
    private static let fewest = 60

    /// Fits on readings of concepts that were left out and of phrases that are no terms.
    package static func fit(_ members: [[Float]], against strangers: [[Float]]) -> Belonging {
        guard !members.isEmpty else { return .any }
        guard strangers.count >= fewest else {
            // Nearness alone: the probability grows with the cosine of the nearest concept.
            let width = members[0].count
            var weights = [Float](repeating: 0, count: width)
            weights[0] = 10
            var result = Belonging(
                means: [0.5] + [Float](repeating: 0, count: width - 1),
                scales: [Float](repeating: 1, count: width),
                weights: weights,
                bias: 0,
                threshold: 0
            )
            result.setThreshold(members.map(result.probability), refused: 0.02)
            return result
        }
        // Each concept is judged by a regression that it was not fitted on.
        var judged: [Double] = []
        for fold in 0..<folds {
            let rest = members.indices.filter { $0 % folds != fold }.map { members[$0] }
            let others = strangers.indices.filter { $0 % folds != fold }.map { strangers[$0] }
            let part = regression(rest, others)
            judged += members.indices.filter { $0 % folds == fold }
                .map { part.probability(members[$0]) }
        }
        var result = regression(members, strangers)
        result.setThreshold(judged, refused: refused)
        return result
    }

    private mutating func setThreshold(_ judged: [Double], refused: Double) {
        let sorted = judged.sorted()
        threshold = sorted[min(sorted.count - 1, Int(refused * Double(sorted.count)))]
    }

    /// Adam on the whole set, both sides of equal weight, with a ridge.
    private static func regression(_ members: [[Float]], _ strangers: [[Float]]) -> Belonging {
        let rows = members + strangers
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
        let shares = [0.5 / Float(members.count), 0.5 / Float(strangers.count)]
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
        return Belonging(
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
