/// A language model that scores and generates continuations.
///
/// The method depends only on this protocol. The engines implement it locally or by calling a
/// server; tests use a scripted model. Calls block the calling thread until the result is
/// available. The embedded engine gives the same answer to the same call; a server's may differ in
/// the last digits.
package protocol LanguageModel: Sendable {
    /// The model that answers, for provenance.
    var identity: ModelIdentity { get }

    /// Scores each continuation as the text that follows `prompt`.
    ///
    /// The continuations share the prompt and do not see each other. Prompt and continuation may be
    /// tokenised separately, so a continuation brings its own leading space.
    ///
    /// - Returns: One score per continuation, in their order.
    /// - Throws: ``InferenceError`` when the prompt exceeds the model's context.
    func score(_ continuations: [String], after prompt: String) throws -> [ContinuationScore]

    /// Generates one continuation for each prompt.
    ///
    /// - Returns: One generation per prompt, in their order.
    /// - Throws: ``InferenceError`` when a prompt exceeds the model's context.
    func generate(after prompts: [String], _ options: GenerationOptions) throws -> [Generation]
}

/// A model's log-likelihood of a continuation.
package struct ContinuationScore: Hashable, Sendable {
    /// Sum of the tokens' log-probabilities (natural logarithm).
    package let logLikelihood: Double
    /// Number of tokens in the continuation.
    package let tokens: Int

    package init(logLikelihood: Double, tokens: Int) {
        self.logLikelihood = logLikelihood
        self.tokens = tokens
    }

    /// Log-likelihood per token; 0 for an empty continuation.
    package var perToken: Double { tokens == 0 ? 0 : logLikelihood / Double(tokens) }
}

/// How a continuation is generated.
package struct GenerationOptions: Sendable {
    /// Maximum number of tokens to generate for each prompt.
    package var maximumTokens: Int
    /// Sampling temperature; 0 takes the most likely token.
    package var temperature: Double
    /// Sampling seed; each prompt of a batch uses its own stream derived from it.
    package var seed: UInt64
    /// Strings at which the text ends; they are not part of it.
    package var stops: [String]
    /// If set, the text is constrained to a list of these names.
    package var names: NameList?

    package init(
        maximumTokens: Int,
        temperature: Double = 0,
        seed: UInt64 = 0,
        stops: [String] = ["\n"],
        names: NameList? = nil
    ) {
        self.maximumTokens = maximumTokens
        self.temperature = temperature
        self.seed = seed
        self.stops = stops
        self.names = names
    }
}

/// The names allowed in a constrained generation, and the format of the list.
///
/// The text is `prefix name (separator name)*`, with at most ``maximumNames`` names and none
/// repeated. It is a class so that an engine can cache data derived from the names, keyed by
/// identity.
package final class NameList: Sendable {
    /// The names as they are to be written, without repetition.
    package let names: [String]
    /// Text before the first name; usually a space.
    package let prefix: String
    /// Text between two names; no name contains it.
    package let separator: String
    /// Maximum number of names in a list.
    package let maximumNames: Int

    package init(
        names: [String],
        prefix: String = " ",
        separator: String = " | ",
        maximumNames: Int = 20
    ) {
        self.names = names
        self.prefix = prefix
        self.separator = separator
        self.maximumNames = maximumNames
    }
}

/// A continuation that the model generated.
package struct Generation: Hashable, Sendable {
    /// The text, without the stop string.
    package let text: String
    /// For a constrained generation, indices into ``NameList/names`` in the order written.
    package let names: [Int]
    /// Sum of the log-probabilities of the generated tokens (natural logarithm).
    package let logLikelihood: Double
    package let tokens: Int
    /// Whether the text ended on its own rather than at the token limit.
    package let isComplete: Bool

    package init(
        text: String,
        names: [Int] = [],
        logLikelihood: Double,
        tokens: Int,
        isComplete: Bool
    ) {
        self.text = text
        self.names = names
        self.logLikelihood = logLikelihood
        self.tokens = tokens
        self.isComplete = isComplete
    }
}

/// The model that gave an answer, identified by hash.
package struct ModelIdentity: Hashable, Codable, Sendable {
    /// The model's name, such as `SmolLM2-135M-Instruct`.
    package let name: String
    /// SHA-256 of the weight file, lower-case hexadecimal.
    package let sha256: String
    /// The arithmetic and kernel level, such as `int8 avx512`.
    package let path: String
    /// SHA-256 of the adapter's weights, if the model runs with one.
    package let adapterSHA256: String?

    package init(name: String, sha256: String, path: String, adapterSHA256: String? = nil) {
        self.name = name
        self.sha256 = sha256
        self.path = path
        self.adapterSHA256 = adapterSHA256
    }
}

/// A model's refusal of one particular input; another may succeed.
package enum InferenceError: Error, Hashable, CustomStringConvertible {
    /// Prompt and continuation together exceed the context.
    case contextExceeded(tokens: Int, limit: Int)

    package var description: String {
        switch self {
        case .contextExceeded(let tokens, let limit):
            "a prompt has \(tokens) tokens, but the model's context holds \(limit): "
                + "configure a model with a longer context"
        }
    }
}
