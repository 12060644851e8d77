/// One question with its answers, as a model is taught it.
///
/// Written as one JSON object a line, so that a person or another tool can read what a model was
/// taught.
package struct TrainingExample: Hashable, Codable, Sendable {
    /// The skill it teaches.
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

    /// What is minimised.
    package enum Loss: String, Hashable, Codable, Sendable {
        /// Negative log-likelihood of the tokens of the first right continuation, their mean.
        case answer
        /// Negative logarithm of the right continuations' share of the softmax over all
        /// continuations' log-likelihoods.
        case listwise
    }

    package var task: Task
    package var loss: Loss
    /// Read by the model; shared by all continuations.
    package var prompt: String
    /// What may follow; each brings its own leading space and does not see the others.
    package var continuations: [String]
    /// Positions of the right ones; at least one.
    package var correct: [Int]
    /// What is known of each continuation without the model, in the units of a log-likelihood, up
    /// to a constant; a listwise loss adds it to the model's, so that the model is taught the rest.
    package var priors: [Double]?
    /// Identifiers of all concepts whose names stand in the prompt or in a continuation.
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
