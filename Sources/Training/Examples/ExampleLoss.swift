import Glibc

/// The loss of one example, and its derivatives by the continuations' log-likelihoods.
struct ExampleLoss: Sendable {
    /// The loss, without the example's weight.
    let value: Double
    /// ∂ loss / ∂ log-likelihood of each continuation.
    let slopes: [Double]
    /// Whether the highest-scored continuation is a right one; absent for the loss `answer`.
    let isHit: Bool?

    /// - Parameters:
    ///   - example: The example.
    ///   - logLikelihoods: For each continuation, the sum of its tokens' natural log-likelihoods.
    ///   - likelihood: What a listwise loss compares.
    ///   - weight: Multiplies the likelihoods if the example has priors.
    init(
        _ example: TokenisedExample,
        logLikelihoods: [Double],
        likelihood: Recipe.Likelihood,
        besidePriors weight: Double
    ) {
        let lengths = example.continuations.map { Double($0.count) }
        switch example.loss {
        case .answer:
            value = -logLikelihoods[0] / lengths[0]
            slopes = [-1 / lengths[0]]
            isHit = nil
        case .listwise:
            let share = example.priors == nil ? 1 : weight
            let factors = lengths.map { likelihood == .sum ? share : share / $0 }
            let priors = example.priors ?? lengths.map { _ in 0 }
            let scores = logLikelihoods.indices.map {
                logLikelihoods[$0] * factors[$0] + priors[$0]
            }
            let top = scores.max() ?? 0
            let weights = scores.map { exp($0 - top) }
            let total = weights.reduce(0, +)
            // In logarithms, because the right ones' weights may all round to 0.
            let best = example.correct.map { scores[$0] }.max() ?? 0
            let rightScore =
                best + log(example.correct.reduce(0) { $0 + exp(scores[$1] - best) })
            value = top + log(total) - rightScore
            var slopes = weights.map { $0 / total }
            for index in example.correct { slopes[index] -= exp(scores[index] - rightScore) }
            self.slopes = zip(slopes, factors).map { $0 * $1 }
            let choice = scores.indices.max { scores[$0] < scores[$1] }
            isHit = choice.map(example.correct.contains)
        }
    }
}

extension ExampleLoss {
    /// Which slopes are large enough to matter.
    ///
    /// Slopes are left out in ascending order of magnitude, as long as the sum of those left out is at
    /// most `share` of the sum of all.
    ///
    /// - Parameters:
    ///   - slopes: The slopes of several examples, multiplied by the examples' weights.
    ///   - share: The share to leave out; 0 leaves out slopes of 0 only.
    /// - Returns: For each slope, whether it is kept.
    static func matters(_ slopes: [[Double]], share: Double) -> [[Bool]] {
        let magnitudes = slopes.joined().map(abs).sorted()
        let limit = share * magnitudes.reduce(0, +)
        var sum = 0.0
        // The smallest magnitude that is kept; equal ones are all kept.
        var least = Double.infinity
        for magnitude in magnitudes {
            sum += magnitude
            if sum > limit {
                least = magnitude
                break
            }
        }
        return slopes.map { $0.map { abs($0) >= least } }
    }
}
