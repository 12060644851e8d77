package import Inference

extension RemoteLanguageModel {
    /// Scores each continuation as the text that follows `prompt`.
    ///
    /// The server tokenises prompt and continuation as one text and does not say reliably where a token
    /// begins. Therefore the prompt is scored on its own as well: the leading tokens that a text has in
    /// common with it are the prompt's, the rest are the continuation's. A token across the boundary
    /// counts as the continuation's.
    package func score(
        _ continuations: [String],
        after prompt: String
    ) throws -> [ContinuationScore] {
        var scores: [ContinuationScore] = []
        var own: [String] = []
        // The empty continuation gives the tokens of the prompt on its own.
        for texts in ([""] + continuations).chunked(by: Self.batch) {
            let request = CompletionRequest(
                model: identity.name,
                prompt: texts.map { prompt + $0 },
                // Some servers take 0 to mean as many as there is room for.
                maximumTokens: 1,
                echo: true
            )
            for (text, choice) in zip(request.prompt, try complete(request)) {
                let tokenScores = try tokenScores(of: choice)
                guard let echo = EchoedText(tokenScores, of: text) else {
                    throw unscorable(
                        "the tokens of its answer are not those of the text, which begins "
                            + "“\(choice.text.prefix(80))”"
                    )
                }
                if own.isEmpty { own = echo.tokens }
                let first = zip(own, echo.tokens).prefix { $0 == $1 }.count
                guard let sum = echo.sum(from: first) else {
                    throw unscorable("a token has no log-probability")
                }
                scores.append(
                    ContinuationScore(logLikelihood: sum, tokens: echo.tokens.count - first)
                )
            }
        }
        return Array(scores.dropFirst())
    }
}

/// The tokens of a text that a server echoed, without those that it generated after it.
struct EchoedText {
    let tokens: [String]
    private let logarithms: ArraySlice<Double?>

    /// Finds the text in the tokens of an answer; `nil` if it is not there.
    ///
    /// One generated token follows the text; a server may leave it out if it ends the text. A special
    /// token may precede the text. Blanks are not compared, because some servers show them as other
    /// characters or not at all. Neither are characters outside ASCII, because a token may hold a part
    /// of one.
    init?(_ tokenScores: CompletionReply.TokenScores, of text: String) {
        let wanted = Self.comparable(text)
        let pieces = tokenScores.tokens.map(Self.comparable)
        var joined = Array(pieces.joined())
        let last = pieces.last?.count ?? 0
        joined.removeLast(last)
        if joined.reversed().starts(with: wanted.reversed()) {
            tokens = tokenScores.tokens.dropLast()
        } else if (joined + (pieces.last ?? [])).reversed().starts(with: wanted.reversed()) {
            tokens = tokenScores.tokens
        } else {
            return nil
        }
        logarithms = tokenScores.logarithms.prefix(tokens.count)
    }

    /// The sum of the log-probabilities of the tokens from `first` on; `nil` if one has none.
    func sum(from first: Int) -> Double? {
        logarithms.dropFirst(first).reduce(0) { sum, value in
            guard let sum, let value else { return nil }
            return sum + value
        }
    }

    private static func comparable(_ text: String) -> [UInt8] {
        text.utf8.filter { $0 > 0x20 && $0 < 0x7F }
    }
}

extension Array {
    /// The elements in groups of `count`; the last group may be smaller.
    func chunked(by count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map {
            self[$0..<Swift.min($0 + count, self.count)]
        }
    }
}
