/// Why training cannot start, continue or be saved.
package enum TrainingError: Error, Hashable, Sendable {
    /// There are no training examples, or none that is short enough.
    case noExamples(skipped: Int, longest: Int)
    /// An example has no continuation or no right one, or contradicts itself.
    case malformedExample(index: Int, reason: String)
    /// A value of the recipe is out of range; `reason` says which.
    case malformedRecipe(reason: String)
    /// The starting adapter does not fit the base model or the recipe.
    case adapterMismatch(reason: String)
    /// The base model needs something that the backward pass does not implement.
    case unsupportedModel(reason: String)
    /// The checkpoint is damaged.
    case checkpointCorrupt(path: String, reason: String)
    /// The checkpoint belongs to another training run; `what` differs.
    case checkpointMismatch(path: String, what: String, found: String, expected: String)
    /// A file could not be read or written; an earlier version of it is unchanged.
    case file(operation: String, path: String, reason: String)
    /// The loss or a gradient is not a finite number.
    case diverged(step: Int)
}

extension TrainingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noExamples(let skipped, let longest):
            """
            there are no training examples\
            \(skipped > 0 ? " (\(skipped) are longer than \(longest) tokens)" : ""). \
            Use a taxonomy with more concepts, or a larger limit
            """
        case .malformedExample(let index, let reason):
            "training example \(index + 1): \(reason)"
        case .malformedRecipe(let reason):
            "the training recipe is not valid: \(reason)"
        case .adapterMismatch(let reason):
            "the adapter to start from does not fit: \(reason)"
        case .unsupportedModel(let reason):
            "this model cannot be trained: \(reason)"
        case .checkpointCorrupt(let path, let reason):
            "the checkpoint \(path) is damaged: \(reason). Delete it to start over"
        case .checkpointMismatch(let path, let what, let found, let expected):
            """
            the checkpoint \(path) belongs to another training run: \(what) is \(found), not \
            \(expected). Use the options of that run to resume it, choose another folder, or \
            delete the checkpoint to start over
            """
        case .file(let operation, let path, let reason):
            "cannot \(operation) \(path): \(reason). The checkpoint saved before is unchanged"
        case .diverged(let step):
            "the loss or gradient of step \(step + 1) is not finite; use a lower learning rate"
        }
    }
}
