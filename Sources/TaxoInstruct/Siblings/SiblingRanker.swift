import Glibc

/// Orders candidate siblings by their features; see ``SiblingFeatures``.
///
/// A weighted sum and sixteen bounded sums on top: the mean of two fits from different beginnings,
/// each by the logistic loss of every candidate by itself (a listwise softmax makes rivals of
/// siblings and finds 1.2 points less). Fitted on 389 seed sets under 21 subtrees of MEDIC, hidden
/// one at a time, none of whose classes lies in the cardiovascular, digestive, eye or
/// musculoskeletal subtree; nothing in them is MEDIC's own, so that they serve other vocabularies
/// too. With the subtrees left out of the fit in six parts, MAP@10 is 36.4, and 15.2 for sets whose
/// siblings share few words with the seeds.
package struct SiblingRanker: Sendable {
    /// A sum through a hyperbolic tangent.
    package struct Unit: Sendable {
        package let bias: Float
        package let output: Float
        package let weights: [Float]

        package init(bias: Float, output: Float, weights: [Float]) {
            self.bias = bias
            self.output = output
            self.weights = weights
        }
    }

    package let means: [Float]
    /// 1 / standard deviation of each feature.
    package let scales: [Float]
    package let weights: [Float]
    package let units: [Unit]

    package init(means: [Float], scales: [Float], weights: [Float], units: [Unit]) {
        self.means = means
        self.scales = scales
        self.weights = weights
        self.units = units
    }

    /// The score of each row.
    package func scores(_ features: [[Float]]) -> [Double] {
        features.map { row in
            let values = row.indices.map { index in
                let value = (row[index] - means[index]) * scales[index]
                return min(max(value, -Self.bound), Self.bound)
            }
            var score = Self.dot(values, weights)
            for unit in units {
                score += unit.output * tanh(unit.bias + Self.dot(values, unit.weights))
            }
            return Double(score)
        }
    }

    /// Features are clipped to ±4 standard deviations.
    private static let bound: Float = 4

    private static func dot(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The calibrated probability that each concept of a ranked list is a sibling.
    ///
    /// Logistic in the logarithm of its share of the list and in that of its rank; fitted on the
    /// same seed sets, each scored by weights that had not seen its subtree (calibration error 0.013
    /// over the first 50).
    ///
    /// - Parameter scores: Best first.
    /// - Returns: As many probabilities.
    package static func probabilities(_ scores: [Double]) -> [Double] {
        Ranking.logSoftmax(scores).enumerated().map { rank, share in
            1 / (1 + exp(-(1.69 * share + 0.31 * log(Double(rank + 1)) + 4.99)))
        }
    }
}
