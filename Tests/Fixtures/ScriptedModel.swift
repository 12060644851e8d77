package import Inference

/// A language model that says what it is told to.
package struct ScriptedModel: LanguageModel {
    /// Log-likelihood of a continuation after a prompt; each counts as one token.
    package var likelihood: @Sendable (_ continuation: String, _ prompt: String) throws -> Double
    /// Which names are written after a prompt.
    package var writes: @Sendable (_ prompt: String, _ names: [String]) -> [Int]

    package init(
        likelihood:
            @escaping @Sendable (_ continuation: String, _ prompt: String) throws -> Double = {
                _,
                _ in -1
            },
        writes: @escaping @Sendable (_ prompt: String, _ names: [String]) -> [Int] = { _, _ in [] }
    ) {
        self.likelihood = likelihood
        self.writes = writes
    }

    package var identity: ModelIdentity {
        ModelIdentity(name: "scripted", sha256: "m", path: "test")
    }

    package func score(
        _ continuations: [String],
        after prompt: String
    ) throws -> [ContinuationScore] {
        TokenMeter.add(continuations.count)
        return try continuations.map {
            ContinuationScore(logLikelihood: try likelihood($0, prompt), tokens: 1)
        }
    }

    package func generate(
        after prompts: [String],
        _ options: GenerationOptions
    ) throws -> [Generation] {
        let names = options.names?.names ?? []
        return prompts.map { prompt in
            let written = writes(prompt, names)
            let text = written.map { names[$0] }.joined(separator: " | ")
            return Generation(
                text: text,
                names: written,
                logLikelihood: -1,
                tokens: written.count,
                isComplete: true
            )
        }
    }
}
