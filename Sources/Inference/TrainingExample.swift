/// A question with its possible answers, for training a model.
///
/// Stored as one JSON object per line, so that a person or another tool can read what a model was
/// trained on.
package struct TrainingExample: Hashable, Codable, Sendable {
    /// The skill that the example trains.
    package enum Task: String, Hashable, Codable, Sendable, CaseIterable {
        /// A term and its candidate parents, “Taxo-Expan”.
        case place
        /// Seeds and their siblings, “Set-Expan”.
        case expand
        /// Seeds and their class, “Find-Parent”.
        case findParent = "find-parent"
        /// A class and its members, “Find-Child”.
        case findChildren = "find-children"
    }

    /// The loss to minimise.
    package enum Loss: String, Hashable, Codable, Sendable {
        /// Mean negative log-likelihood of the tokens of the first right continuation.
        case answer
        /// Negative log-probability of the right continuations together, under the softmax over the
        /// log-likelihoods of all continuations.
        case listwise
    }

    package var task: Task
    package var loss: Loss
    /// The text that the model reads; shared by all continuations.
    package var prompt: String
    /// The possible answers; each includes its own leading space and does not see the others.
    package var continuations: [String]
    /// Indices of the right continuations; at least one.
    package var correct: [Int]
    /// An external score of each continuation, as a log-likelihood up to a constant.
    ///
    /// A listwise loss adds it to the model's own, so that the model learns what the score lacks.
    package var priors: [Double]?
    /// Identifiers of all concepts whose names are in the prompt or in a continuation.
    package var concepts: [String]

    package init(
        task: Task,
        loss: Loss,
        prompt: String,
        continuations: [String],
        correct: [Int],
        priors: [Double]? = nil,
        concepts: [String]
    ) {
        self.task = task
        self.loss = loss
        self.prompt = prompt
        self.continuations = continuations
        self.correct = correct
        self.priors = priors
        self.concepts = concepts
    }
}
