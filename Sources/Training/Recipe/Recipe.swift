package import Inference
package import Models

/// How an adapter is trained; everything that the result depends on besides model and examples.
package struct Recipe: Hashable, Codable, Sendable {
    /// What the listwise loss compares continuations by.
    package enum Likelihood: String, Hashable, Codable, Sendable, CaseIterable {
        /// The log-likelihood of all tokens.
        case sum
        /// Their mean.
        case perToken = "per-token"
    }

    /// How the learning rate goes on after the warm-up.
    package enum Decay: String, Hashable, Codable, Sendable, CaseIterable {
        /// Straight to 0 after the last step.
        case linear
        /// Half a cosine to 0.
        case cosine
        case none
    }

    package var rank = 16
    /// The product of the factors is scaled by alpha / rank.
    package var alpha: Float = 32
    package var projections = LoRAAdapter.Projection.allCases
    /// The highest, at the end of the warm-up.
    package var learningRate = 5e-4
    /// Steps of warm-up, as a share of all steps.
    package var warmUp = 0.05
    package var decay = Decay.linear
    package var weightDecay = 0.01
    /// Gradients of a greater norm, over all factors, are scaled down to this one.
    package var gradientNorm = 1.0
    package var examplesPerStep = 16
    package var epochs = 1
    /// Of the first factors and of the examples' order.
    package var seed: UInt64 = 1
    package var likelihood = Likelihood.sum
    /// Multiplies the likelihoods of examples with priors: about what they are worth beside a
    /// fitted ranker.
    package var weightBesidePriors = 0.5
    /// Multiplies the loss of a task's examples, by the task's raw value; 1 where none is given.
    package var taskWeights: [String: Double] = [:]

    /// The frozen weights' arithmetic: ``WeightPath/bfloat16`` or ``WeightPath/float32``.
    package var path = WeightPath.bfloat16
    /// Threads, each with examples of its own; sums are taken in an order that depends on it.
    package var workers = 2
    /// Share of a few examples' gradient, by the slopes of their continuations' log-likelihoods,
    /// that may be left out.
    ///
    /// Most candidates of a placement are so unlikely that their way back is nothing but time;
    /// a thousandth is a quarter of what rounding to bfloat16 does to a number.
    package var negligibleShare = 1e-3
    /// Rows that go through the decoder together, where an example alone has no more.
    package var rowsPerPass = 320
    /// Examples with more rows (tokens of the prompt and of all continuations) are skipped.
    package var longestExample = 1536

    /// Steps between looks at the validation examples; 0 looks at the end only.
    package var validationInterval = 50
    /// Steps between checkpoints; 0 writes one when training stops.
    package var checkpointInterval = 20

    package init() {}

    /// The weight of a task's examples in the loss.
    package func weight(of task: TrainingExample.Task) -> Double {
        taskWeights[task.rawValue] ?? 1
    }

    /// The learning rate of a step.
    ///
    /// - Parameters:
    ///   - step: From 0.
    ///   - steps: Of the whole training.
    /// - Returns: What multiplies a direction of the optimiser.
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
        try require((1...1024).contains(rank), "rank \(rank); it is 1 to 1024")
        try require(alpha > 0 && alpha.isFinite, "alpha \(alpha); it is positive")
        try require(!projections.isEmpty, "no projection is adapted")
        try require(
            learningRate > 0 && learningRate.isFinite,
            "learning rate \(learningRate); it is positive"
        )
        try require((0...1).contains(warmUp), "warm-up \(warmUp); it is a share of the steps")
        try require(weightDecay >= 0 && weightDecay.isFinite, "weight decay \(weightDecay)")
        try require(gradientNorm > 0, "gradient norm \(gradientNorm); it is positive")
        try require(examplesPerStep > 0, "\(examplesPerStep) examples per step")
        try require(epochs > 0, "\(epochs) epochs")
        try require((1...64).contains(workers), "\(workers) workers; 1 to 64 are possible")
        try require(rowsPerPass > 0 && longestExample > 0, "no rows per pass or example")
        try require(
            (0..<0.1).contains(negligibleShare),
            "negligible share \(negligibleShare); it is below 0.1"
        )
        try require(
            weightBesidePriors > 0 && weightBesidePriors.isFinite,
            "weight \(weightBesidePriors) beside priors; it is positive"
        )
        try require(
            taskWeights.values.allSatisfy { $0 > 0 && $0.isFinite },
            "a task's weight is not positive"
        )
    }
}
