package import Inference
package import Models

/// How an adapter is trained: everything that the result depends on besides model and examples.
package struct Recipe: Hashable, Codable, Sendable {
    /// The quantity by which the listwise loss compares continuations.
    package enum Likelihood: String, Hashable, Codable, Sendable, CaseIterable {
        /// The sum of their tokens' log-likelihoods.
        case sum
        /// The mean of their tokens' log-likelihoods.
        case perToken = "per-token"
    }

    /// How the learning rate changes after the warm-up.
    package enum Decay: String, Hashable, Codable, Sendable, CaseIterable {
        /// Linearly to 0 after the last step.
        case linear
        /// Along half a cosine to 0.
        case cosine
        case none
    }

    package var rank = 16
    /// The product of the factors is multiplied by alpha / rank.
    package var alpha: Float = 32
    package var projections = LoRAAdapter.Projection.allCases
    /// The peak, at the end of the warm-up.
    package var learningRate = 5e-4
    /// Steps of warm-up, as a share of all steps.
    package var warmUp = 0.05
    package var decay = Decay.linear
    package var weightDecay = 0.01
    /// A gradient with a larger norm, taken over all factors, is scaled down to this norm.
    package var gradientNorm = 1.0
    package var examplesPerStep = 16
    package var epochs = 1
    /// The seed of the initial factors and of the examples' order.
    package var seed: UInt64 = 1
    package var likelihood = Likelihood.sum
    /// Multiplies the likelihoods of examples with priors; about the weight that the model has beside
    /// a fitted ranker.
    package var weightBesidePriors = 0.5
    /// Multiplies the loss of a task's examples, by the task's raw value; 1 if there is none.
    package var taskWeights: [String: Double] = [:]

    /// The arithmetic of the frozen weights: ``WeightPath/bfloat16`` or ``WeightPath/float32``.
    package var path = WeightPath.bfloat16
    /// Threads, each with its own examples; the order of sums, and so the result, depends on it.
    package var workers = 2
    /// Share of the gradient of a few examples, measured by the slopes of their continuations'
    /// log-likelihoods, that may be left out.
    ///
    /// Most candidates of a placement are so unlikely that their backward pass only costs time. A
    /// thousandth is a quarter of the relative error of rounding a number to bfloat16.
    package var negligibleShare = 1e-3
    /// Rows that go through the decoder together, unless a single example has more.
    package var rowsPerPass = 320
    /// Examples with more rows (tokens of the prompt and of all continuations) are skipped.
    package var longestExample = 1536

    /// Steps between validations; 0 validates only before the first and after the last step.
    package var validationInterval = 50
    /// Steps between checkpoints; 0 writes one only when training stops or ends.
    package var checkpointInterval = 20

    package init() {}

    /// The weight of a task's examples in the loss.
    package func weight(of task: TrainingExample.Task) -> Double {
        taskWeights[task.rawValue] ?? 1
    }

    /// The learning rate of a step.
    ///
    /// - Parameters:
    ///   - step: The step, counted from 0.
    ///   - steps: Steps of the whole training run.
    /// - Returns: The factor on the optimiser's direction.
    package func learningRate(at step: Int, of steps: Int) -> Double {
        let warm = (warmUp * Double(steps)).rounded(.up)
        if Double(step) < warm { return learningRate * Double(step + 1) / warm }
        let rest = max(Double(steps) - warm, 1)
        return learningRate * decay.factor((Double(step) - warm) / rest)
    }
}

extension Recipe {
    /// - Throws: ``TrainingError/malformedRecipe(reason:)``.
    func check() throws(TrainingError) {
        func require(_ holds: Bool, _ reason: String) throws(TrainingError) {
            guard holds else { throw .malformedRecipe(reason: reason) }
        }
        try require((1...1024).contains(rank), "rank \(rank); it must be 1 to 1024")
        try require(alpha > 0 && alpha.isFinite, "alpha \(alpha); it must be positive")
        try require(!projections.isEmpty, "no projections; at least one must be adapted")
        try require(
            learningRate > 0 && learningRate.isFinite,
            "learning rate \(learningRate); it must be positive"
        )
        try require(
            (0...1).contains(warmUp),
            "warm-up \(warmUp); it must be a share of the steps, 0 to 1"
        )
        try require(
            weightDecay >= 0 && weightDecay.isFinite,
            "weight decay \(weightDecay); it must not be negative"
        )
        try require(gradientNorm > 0, "gradient norm \(gradientNorm); it must be positive")
        try require(
            examplesPerStep > 0,
            "\(examplesPerStep) examples per step; it must be at least 1"
        )
        try require(epochs > 0, "\(epochs) epochs; it must be at least 1")
        try require((1...64).contains(workers), "\(workers) workers; it must be 1 to 64")
        try require(
            rowsPerPass > 0 && longestExample > 0,
            "\(rowsPerPass) rows per pass, \(longestExample) rows of an example; both must be at "
                + "least 1"
        )
        try require(
            (0..<0.1).contains(negligibleShare),
            "negligible share \(negligibleShare); it must be 0 or more and below 0.1"
        )
        try require(
            weightBesidePriors > 0 && weightBesidePriors.isFinite,
            "weight \(weightBesidePriors) beside priors; it must be positive"
        )
        try require(
            taskWeights.values.allSatisfy { $0 > 0 && $0.isFinite },
            "a task's weight; each must be positive"
        )
    }
}
