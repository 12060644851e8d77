import Glibc

/// Orders candidate siblings by their features; see ``SiblingFeatures``.
///
/// A linear score plus sixteen tanh units, as the mean of two fits from different initial weights.
/// The loss is pointwise logistic; with a listwise softmax, which makes siblings compete, MAP@10 is
/// 1.2 points lower. Fitted on 389 seed sets under 21 subtrees of MEDIC, hidden one at a time; none
/// of the classes lies in the cardiovascular, digestive, eye or musculoskeletal subtree. No feature
/// is specific to MEDIC, so the weights serve other vocabularies too. In six-fold cross-validation
/// over the subtrees, MAP@10 is 36.4, and 15.2 for sets whose siblings share few words with the
/// seeds.
package struct SiblingRanker: Sendable {
    /// A hidden unit: a weighted sum passed through tanh.
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

    /// The score of each feature row.
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

    /// The calibrated probability of each concept of a ranked list being a sibling.
    ///
    /// Logistic in the log of the concept's softmax share and the log of its rank; fitted on the
    /// same seed sets, each scored by weights that had not seen its subtree (calibration error
    /// 0.013 over the first 50).
    ///
    /// - Parameter scores: The scores, best first.
    /// - Returns: One probability per score.
    package static func probabilities(_ scores: [Double]) -> [Double] {
        Ranking.logSoftmax(scores).enumerated().map { rank, share in
            1 / (1 + exp(-(1.69 * share + 0.31 * log(Double(rank + 1)) + 4.99)))
        }
    }
}
