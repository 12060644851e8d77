/// A training that cannot begin, go on or be kept.
package enum TrainingError: Error, Hashable, Sendable {
    /// No training example, or none that is short enough.
    case noExamples(skipped: Int, longest: Int)
    /// An example without a continuation, without a right one, or with a position out of range.
    case malformedExample(index: Int, reason: String)
    /// A recipe that makes no sense; `reason` says which value.
    case malformedRecipe(reason: String)
    /// The starting adapter does not fit the base model or the recipe.
    case adapterMismatch(reason: String)
    /// The base model has something that the backward pass lacks.
    case unsupportedModel(reason: String)
    /// The checkpoint is damaged.
    case checkpointCorrupt(path: String, reason: String)
    /// The checkpoint belongs to another training; `what` differs.
    case checkpointMismatch(path: String, what: String, found: String, expected: String)
    /// A file could not be read or written; what was there before is still there.
    case file(operation: String, path: String, reason: String)
    /// The loss or a gradient is no number.
    case diverged(step: Int)
}

extension TrainingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noExamples(let skipped, let longest):
            """
            there is nothing to train on: no example is left\
            \(skipped > 0 ? " (\(skipped) are longer than \(longest) tokens)" : ""). \
            Give a taxonomy with more concepts, or a greater limit
            """
        case .malformedExample(let index, let reason):
            "training example \(index + 1): \(reason)"
        case .malformedRecipe(let reason):
            "the training recipe cannot be followed: \(reason)"
        case .adapterMismatch(let reason):
            "the adapter to start from does not fit: \(reason)"
        case .unsupportedModel(let reason):
            "this model cannot be trained: \(reason)"
        case .checkpointCorrupt(let path, let reason):
            "the checkpoint \(path) is damaged (\(reason)). Delete it to begin anew"
        case .checkpointMismatch(let path, let what, let found, let expected):
            """
            the checkpoint \(path) belongs to another training: \(what) is \(found), not \
            \(expected). Give the options of that training to go on with it, another folder, or \
            delete the checkpoint to begin anew
            """
        case .file(let operation, let path, let reason):
            "cannot \(operation) \(path): \(reason). What was saved before is still there"
        case .diverged(let step):
            "the loss of step \(step + 1) is no number; train with a lower learning rate"
        }
    }
}
