package import Inference
import Models

extension EmbeddedLanguageModel {
    package func score(
        _ continuations: [String],
        after prompt: String
    ) throws -> [ContinuationScore] {
        try score(continuations.map { tokenizer.encode($0) }, after: promptTokens(prompt))
    }

    /// Scores continuations given as tokens.
    ///
    /// The prompt and a branch for each continuation go through the model in one packed pass, or in
    /// several if the branches do not fit into one. A branch leaves out its last token, whose logits
    /// are not needed.
    ///
    /// - Parameters:
    ///   - continuations: C sequences of tokens below the vocabulary's size.
    ///   - prompt: At least one token.
    /// - Returns: C scores, in their order.
    /// - Throws: `InferenceError.contextExceeded`, `CancellationError`.
    package func score(
        _ continuations: [[Int32]],
        after prompt: [Int32]
    ) throws -> [ContinuationScore] {
        precondition(!prompt.isEmpty, "a prompt without tokens")
        try requireFits(prompt.count + (continuations.map(\.count).max() ?? 0))
        var logLikelihoods = [Double](repeating: 0, count: continuations.count)
        TokenMeter.add(continuations.reduce(prompt.count) { $0 + $1.count })
        let groups = groups(of: continuations)
        let slots = groups.map { $0.reduce(0) { $0 + branchLength(continuations[$1]) } }.max() ?? 0

        try promptCaches.withCache(for: prompt, slots: prompt.count + slots) { promptCache in
            for (number, group) in groups.enumerated() {
                try Task.checkCancellation()
                var batch = DecoderBatch()
                // The continuations and tokens that each output row scores.
                var targets: [[(index: Int, token: Int32)]] = []
                if number == 0 {
                    appendPrompt(
                        prompt,
                        upTo: prompt.count,
                        outputs: .last,
                        to: &batch,
                        promptCache
                    )
                    targets.append(
                        continuations.enumerated().compactMap { index, tokens in
                            tokens.first.map { (index, $0) }
                        }
                    )
                }
                var start = prompt.count
                for index in group {
                    let tokens = continuations[index]
                    batch.append(
                        tokens.dropLast(),
                        after: 0..<Int32(prompt.count),
                        ownStart: start,
                        seen: 0,
                        outputs: .all
                    )
                    start += branchLength(tokens)
                    targets += tokens.dropFirst().map { [(index, $0)] }
                }
                model.forward(batch, cache: promptCache.keyValues, workspace: promptCache.workspace)
                promptCache.tokens = prompt
                forEachOutput(targets.count, promptCache) { row, logits in
                    for target in targets[row] {
                        logLikelihoods[target.index] += logits.logProbability(of: target.token)
                    }
                }
            }
        }
        return zip(logLikelihoods, continuations).map {
            ContinuationScore(logLikelihood: $0, tokens: $1.count)
        }
    }

    private func branchLength(_ tokens: [Int32]) -> Int { max(tokens.count - 1, 0) }

    /// Groups of continuations that go through the model together; at least one, for the prompt.
    private func groups(of continuations: [[Int32]]) -> [[Int]] {
        var groups: [[Int]] = [[]]
        var slots = 0
        for (index, tokens) in continuations.enumerated() {
            let length = branchLength(tokens)
            if slots + length > Self.branchSlots, slots > 0 {
                groups.append([])
                slots = 0
            }
            groups[groups.count - 1].append(index)
            slots += length
        }
        return groups
    }
}
