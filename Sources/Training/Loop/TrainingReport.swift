package import Inference
package import Models

/// How far a training has come, after a step.
package struct TrainingProgress: Hashable, Sendable {
    /// Steps done, of ``steps``.
    package var step: Int
    package var steps: Int
    /// Mean of the step's examples.
    package var loss: Double
    package var learningRate: Double
    /// Of all factors, before it was limited.
    package var gradientNorm: Double
    /// Rows through the decoder, since this process began training.
    package var tokensPerSecond: Double
    /// At the present rate.
    package var secondsLeft: Double
    /// What the validation examples said after this step, if they were asked.
    package var validation: ValidationResult?
    /// Whether a checkpoint was written after this step.
    package var isSaved: Bool
}

/// What an adapter reaches on examples that it is not taught.
package struct ValidationResult: Hashable, Codable, Sendable {
    package var step: Int
    /// Mean over the examples, weighted as in training.
    package var loss: Double
    /// Share of the listwise examples whose most likely continuation is right; absent without such.
    package var hitAt1: Double?
    package var examples: Int
}

/// What a training came to.
package struct TrainingOutcome: Sendable {
    /// The best one on the validation examples; the last one where there are none.
    package var adapter: LoRAAdapter
    /// False when it was stopped; the checkpoint goes on from there.
    package var isComplete: Bool
    package var step: Int
    package var steps: Int
    /// All looks at the validation examples, in order; the first one is of the starting factors.
    package var validations: [ValidationResult]
    /// The step after which ``adapter`` was taken.
    package var adapterStep: Int
    /// The losses of all steps, in order.
    package var losses: [Double]
    /// Rows through the decoder in training steps, over all runs of this training.
    package var tokens: Int
    /// Over all runs of this training.
    package var seconds: Double
    /// Processor time of all threads, over all runs of this training.
    package var processorSeconds: Double
    /// Training examples used, by task.
    package var examples: [TrainingExample.Task: Int]
    /// Training and validation examples left out because they are longer than the recipe's limit
    /// or the model's context.
    package var skipped: Int
}
