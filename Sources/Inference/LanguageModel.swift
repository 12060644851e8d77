/// A text model that rates and writes continuations.
///
/// The method sees only this; the engine implements it on tensors, a test by script. Calls block
/// the calling thread for as long as the computation takes. The same call gives the same answer.
package protocol LanguageModel: Sendable {
    /// What answers, for provenance.
    var identity: ModelIdentity { get }

    /// Rates each continuation as the text that follows `prompt`.
    ///
    /// The prompt is computed once; the continuations share it and do not see each other. Prompt
    /// and continuation are tokenised apart, so a continuation brings its own leading space.
    ///
    /// - Returns: As many scores as continuations, in their order.
    /// - Throws: ``InferenceError`` when the prompt exceeds the model's context.
    func score(_ continuations: [String], after prompt: String) throws -> [ContinuationScore]

    /// Writes one continuation for each prompt, all of them decoded in one batch.
    ///
    /// - Returns: As many generations as prompts, in their order.
    /// - Throws: ``InferenceError`` when a prompt exceeds the model's context.
    func generate(after prompts: [String], _ options: GenerationOptions) throws -> [Generation]
}

/// How likely a model finds a continuation.
package struct ContinuationScore: Hashable, Sendable {
    /// Sum over tokens of the natural logarithm of their probability.
    package let logLikelihood: Double
    /// Tokens of the continuation.
    package let tokens: Int

    package init(logLikelihood: Double, tokens: Int) {
        self.logLikelihood = logLikelihood
        self.tokens = tokens
    }

    /// Log-likelihood per token; 0 for an empty continuation.
    package var perToken: Double { tokens == 0 ? 0 : logLikelihood / Double(tokens) }
}

/// How a continuation is written.
package struct GenerationOptions: Sendable {
    /// Tokens written at most for each prompt.
    package var maximumTokens: Int
    /// 0 writes the likeliest token; above, tokens are sampled at this temperature.
    package var temperature: Double
    /// Seed of the sampling; prompt *i* of a batch uses a stream of its own derived from it.
    package var seed: UInt64
    /// Strings that end the writing; they are not part of the text.
    package var stops: [String]
    /// If given, the text is a list of these names and nothing else.
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

/// The names that a constrained generation may write, and how it lists them.
///
/// The text is `prefix name (separator name)*`, at most ``maximumNames`` names, none twice. A class,
/// so that an engine can keep what it derived from the names and recognise the list by identity.
package final class NameList: Sendable {
    /// Names as they are to be written, without repetition.
    package let names: [String]
    /// Written before the first name; usually a space.
    package let prefix: String
    /// Written between two names; no name contains it.
    package let separator: String
    /// Names written at most.
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

/// A continuation that the model wrote.
package struct Generation: Hashable, Sendable {
    /// The text, without the stop string.
    package let text: String
    /// For a constrained generation, indices into ``NameList/names`` in the order written.
    package let names: [Int]
    /// Sum over the written tokens of the natural logarithm of their probability.
    package let logLikelihood: Double
    package let tokens: Int
    /// Whether the writing came to an end by itself rather than at the token limit.
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

/// Which model answered, by hash.
package struct ModelIdentity: Hashable, Codable, Sendable {
    /// Such as `SmolLM2-135M-Instruct`.
    package let name: String
    /// SHA-256 of the weight file, lower-case hexadecimal.
    package let sha256: String
    /// The arithmetic that ran, such as `int8 avx512`.
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

/// Why a model cannot answer; the fault is the question's, another question may succeed.
package enum InferenceError: Error, Hashable {
    /// The prompt with its continuation does not fit into the context.
    case contextExceeded(tokens: Int, limit: Int)
}
