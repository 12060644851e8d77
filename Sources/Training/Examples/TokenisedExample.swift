import Inference
import Tokenizers

/// A training example in tokens.
struct TokenisedExample: Sendable {
    let task: TrainingExample.Task
    let loss: TrainingExample.Loss
    /// At least one token.
    let prompt: [Int32]
    /// None is empty; for the loss `answer`, the first right one alone.
    let continuations: [[Int32]]
    /// Indices of the right ones.
    let correct: [Int]
    /// As in the example; absent for the loss `answer`.
    let priors: [Double]?
    /// Multiplies the loss.
    let weight: Double

    /// Rows through the decoder; the last token of a continuation is a target only, not a row.
    var rows: Int { continuations.reduce(prompt.count) { $0 + $1.count - 1 } }

    /// The greatest position plus one.
    var reach: Int { prompt.count + (continuations.map(\.count).max() ?? 0) }

    /// - Throws: ``TrainingError/malformedExample(index:reason:)``.
    init(
        _ example: TrainingExample,
        index: Int,
        tokenizer: any Tokenizer,
        weight: Double
    ) throws(TrainingError) {
        func malformed(_ reason: String) -> TrainingError {
            .malformedExample(index: index, reason: reason)
        }
        guard let answer = example.correct.first else {
            throw malformed("it marks no continuation as right")
        }
        guard example.correct.allSatisfy(example.continuations.indices.contains) else {
            throw malformed(
                "it marks \(example.correct) as right, but has "
                    + "\(example.continuations.count) continuations"
            )
        }
        let isListwise = example.loss == .listwise
        if let priors = example.priors {
            guard priors.count == example.continuations.count, priors.allSatisfy(\.isFinite) else {
                throw malformed(
                    "it has \(priors.count) priors for \(example.continuations.count) "
                        + "continuations, or one that is not finite"
                )
            }
        }
        let texts = isListwise ? example.continuations : [example.continuations[answer]]
        continuations = texts.map { tokenizer.encode($0) }
        guard continuations.allSatisfy({ !$0.isEmpty }) else {
            throw malformed("a continuation has no tokens")
        }
        correct = isListwise ? Array(Set(example.correct)).sorted() : [0]
        priors = isListwise ? example.priors : nil
        prompt = tokenizer.promptTokens(example.prompt)
        task = example.task
        loss = example.loss
        self.weight = weight
    }

    /// A placement example whose first continuation is right.
    init(prompt: [Int32], continuations: [[Int32]]) {
        task = .place
        loss = .listwise
        self.prompt = prompt
        self.continuations = continuations
        correct = [0]
        priors = nil
        weight = 1
    }
}
