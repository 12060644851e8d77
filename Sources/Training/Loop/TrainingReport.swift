package import Inference
package import Models

/// The progress of a training run after a step.
package struct TrainingProgress: Hashable, Sendable {
    /// Steps done, out of ``steps``.
    package var step: Int
    package var steps: Int
    /// Weighted mean over the step's examples.
    package var loss: Double
    package var learningRate: Double
    /// The norm of the gradient over all factors, before clipping.
    package var gradientNorm: Double
    /// Rows through the decoder per second, since this process began training.
    package var tokensPerSecond: Double
    /// Estimated from the average speed so far.
    package var secondsLeft: Double
    /// The validation after this step, if there was one.
    package var validation: ValidationResult?
    /// Whether a checkpoint was written after this step.
    package var isSaved: Bool
}

/// An adapter's results on examples that it is not trained on.
package struct ValidationResult: Hashable, Codable, Sendable {
    package var step: Int
    /// Mean over the examples, weighted as in training.
    package var loss: Double
    /// Share of the listwise examples whose highest-scored continuation is right; absent if there are
    /// no listwise examples.
    package var hitAt1: Double?
    package var examples: Int
}

/// The result of a training run.
package struct TrainingOutcome: Sendable {
    /// The one with the lowest validation loss; without validation examples, the last one.
    package var adapter: LoRAAdapter
    /// False if training was cancelled; it can be resumed from the checkpoint.
    package var isComplete: Bool
    package var step: Int
    package var steps: Int
    /// All validations, in order; the first one is of the starting factors.
    package var validations: [ValidationResult]
    /// The step after which ``adapter`` was saved.
    package var adapterStep: Int
    /// The losses of all steps, in order.
    package var losses: [Double]
    /// Rows through the decoder in training steps, including those before an interruption.
    package var tokens: Int
    /// Elapsed time, including that before an interruption.
    package var seconds: Double
    /// CPU time of all threads, including that before an interruption.
    package var processorSeconds: Double
    /// Training examples used, by task.
    package var examples: [TrainingExample.Task: Int]
    /// Training and validation examples skipped because they are longer than the recipe's limit or
    /// the model's context.
    package var skipped: Int
}
