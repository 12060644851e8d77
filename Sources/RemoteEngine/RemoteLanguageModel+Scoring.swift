package import Inference

extension RemoteLanguageModel {
    /// Rates each continuation as the text that follows `prompt`.
    ///
    /// The server tokenises prompt and continuation as one text, and tells no token's place that could be
    /// relied on. The prompt is therefore rated by itself as well: what a text has in common with it
    /// are the prompt's tokens, the rest are the continuation's. A token across the boundary
    /// counts to the continuation.
    package func score(
        _ continuations: [String],
        after prompt: String
    ) throws -> [ContinuationScore] {
        var scores: [ContinuationScore] = []
        var own: [String] = []
        // An empty continuation is the prompt by itself.
        for texts in ([""] + continuations).chunked(by: Self.batch) {
            let request = CompletionRequest(
                model: identity.name,
                prompt: texts.map { prompt + $0 },
                // Some servers take 0 for as many as there is room for.
                maximumTokens: 1,
                echo: true
            )
            for (text, choice) in zip(request.prompt, try complete(request)) {
                let ratings = try ratings(of: choice)
                guard let echo = EchoedText(ratings, of: text) else {
                    throw unratable(
                        "its tokens are not those of the text, such as “\(choice.text.prefix(80))”"
                    )
                }
                if own.isEmpty { own = echo.tokens }
                let first = zip(own, echo.tokens).prefix { $0 == $1 }.count
                guard let sum = echo.sum(from: first) else {
                    throw unratable("a token has no rating")
                }
                scores.append(
                    ContinuationScore(logLikelihood: sum, tokens: echo.tokens.count - first)
                )
            }
        }
        return Array(scores.dropFirst())
    }
}

/// The tokens of a text that a server repeated, without what it wrote behind it.
struct EchoedText {
    let tokens: [String]
    private let logarithms: ArraySlice<Double?>

    /// Finds the text in the tokens of an answer; `nil` if it is not there.
    ///
    /// One token was written behind it, which a server may leave out if it is the end of a text. A
    /// special one may stand before it. Blanks are not compared, as some servers show them by other
    /// characters or not at all; nor are other than ASCII characters, of which a token may hold a part.
    init?(_ ratings: CompletionReply.Ratings, of text: String) {
        let wanted = Self.comparable(text)
        let pieces = ratings.tokens.map(Self.comparable)
        var joined = Array(pieces.joined())
        let last = pieces.last?.count ?? 0
        joined.removeLast(last)
        if joined.reversed().starts(with: wanted.reversed()) {
            tokens = ratings.tokens.dropLast()
        } else if (joined + (pieces.last ?? [])).reversed().starts(with: wanted.reversed()) {
            tokens = ratings.tokens
        } else {
            return nil
        }
        logarithms = ratings.logarithms.prefix(tokens.count)
    }

    /// Sum of the logarithms of the tokens from one on; `nil` if one of them has none.
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
    /// The elements in groups of `count`, the last of which may be smaller.
    func chunked(by count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map {
            self[$0..<Swift.min($0 + count, self.count)]
        }
    }
}
