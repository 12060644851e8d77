package import Inference
package import Models

/// Fits a LoRA adapter to a frozen decoder.
///
/// Two runs with the same base model, recipe, examples and kernel level give the same factors bit
/// for bit, whether they were interrupted or not.
///
/// ## Source
/// Hu et al., *LoRA*, 2021 (arXiv:2106.09685).
package final class Trainer {
    /// Packs the base model and tokenises the examples.
    ///
    /// - Parameters:
    ///   - base: An open GGUF file; it stays mapped, for the embeddings.
    ///   - baseSHA256: Its hash, which a checkpoint is bound to.
    ///   - recipe: How to train.
    ///   - start: The adapter to go on from, with rank and projections of the recipe; without one,
    ///     A is drawn by the recipe's seed and B is 0.
    ///   - training: What to teach, in any order.
    ///   - validation: What to judge by; may be empty.
    /// - Throws: `ModelFileError`, ``TrainingError``.
    package init(
        base: GGUFFile,
        baseSHA256: String,
        recipe: Recipe,
        start: LoRAAdapter? = nil,
        training: [TrainingExample],
        validation: [TrainingExample] = []
    ) throws {
    }

    /// Steps of the whole training.
    package var steps: Int { 0 }

    /// Trains to the end, or until it is told to stop.
    ///
    /// - Parameters:
    ///   - checkpoint: A file that is written at the recipe's interval and when training stops or
    ///     ends; when it is there already, training goes on from it. Nothing is kept without one.
    ///   - isCancelled: Asked before every step.
    ///   - progress: Called after every step.
    /// - Throws: ``TrainingError``.
    package func run(
        checkpoint: String? = nil,
        isCancelled: () -> Bool = { false },
        progress: (TrainingProgress) -> Void = { _ in }
    ) throws -> TrainingOutcome {
        throw TrainingError.unsupportedModel(reason: "the backward pass is not written yet")
    }
}
