import Glibc

/// The loss of one example, and how it depends on each continuation's log-likelihood.
struct ExampleLoss: Sendable {
    /// Not weighted.
    let value: Double
    /// ∂ loss / ∂ log-likelihood of each continuation.
    let slopes: [Double]
    /// Whether the most likely continuation is a right one; absent where there is no choice.
    let isHit: Bool?

    /// - Parameters:
    ///   - example: What was asked.
    ///   - logLikelihoods: Natural logarithms, of all tokens of each continuation.
    ///   - likelihood: What a listwise loss compares.
    ///   - weight: Of the likelihoods where priors stand beside them.
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
            // By logarithms, since the right ones' weights may all round to 0.
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
    /// Which slopes matter.
    ///
    /// The least ones, by magnitude, are left out as long as their sum is within `share` of the sum
    /// of all.
    ///
    /// - Parameters:
    ///   - slopes: Of several examples, with their weights.
    ///   - share: 0 leaves out slopes of 0 only.
    /// - Returns: In the shape of `slopes`.
    static func matters(_ slopes: [[Double]], share: Double) -> [[Bool]] {
        let magnitudes = slopes.joined().map(abs).sorted()
        let limit = share * magnitudes.reduce(0, +)
        var sum = 0.0
        // The least magnitude that is kept; of equal ones all are kept.
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
