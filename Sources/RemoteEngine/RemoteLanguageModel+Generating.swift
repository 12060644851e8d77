package import Inference

extension RemoteLanguageModel {
    /// Generates one continuation for each prompt.
    ///
    /// A server cannot be constrained to a list of names and generates free text, in which the names of
    /// the list are then found; see ``names(in:_:isCutOff:)``.
    package func generate(
        after prompts: [String],
        _ options: GenerationOptions
    ) throws -> [Generation] {
        var generations: [Generation] = []
        // A sampled text has its own seed and therefore its own request.
        let isSampled = options.temperature > 0
        for group in prompts.chunked(by: isSampled ? 1 : Self.batch) {
            let seed = options.seed &+ UInt64(isSampled ? group.startIndex : 0)
            let request = CompletionRequest(
                model: identity.name,
                prompt: Array(group),
                maximumTokens: options.maximumTokens,
                temperature: options.temperature,
                seed: Int(seed & UInt64(Int64.max)),
                stop: options.stops.isEmpty ? nil : options.stops
            )
            for choice in try complete(request) {
                let tokenScores = try tokenScores(of: choice)
                let isComplete = choice.finishReason == "stop"
                let written = options.names.map {
                    Self.names(in: choice.text, $0, isCutOff: !isComplete)
                }
                generations.append(
                    Generation(
                        text: choice.text,
                        names: written ?? [],
                        logLikelihood: tokenScores.logarithms.reduce(0) { $0 + ($1 ?? 0) },
                        tokens: tokenScores.tokens.count,
                        isComplete: isComplete
                    )
                )
            }
        }
        return generations
    }

    /// The names of a list that a text contains, in their order and without repetition.
    ///
    /// A name matches as it is spelt, or else ignoring letter case and blanks around it. Anything that is
    /// not on the list is skipped.
    ///
    /// - Parameters:
    ///   - text: Names between separators.
    ///   - list: The names to find.
    ///   - isCutOff: Whether the text hit the token limit, so that its last name may be incomplete.
    /// - Returns: Indices into ``NameList/names``, at most ``NameList/maximumNames``.
    static func names(in text: String, _ list: NameList, isCutOff: Bool) -> [Int] {
        var exact: [String: Int] = [:]
        var folded: [String: Int] = [:]
        for (index, name) in list.names.enumerated() {
            exact[name] = index
            if folded[fold(name)] == nil { folded[fold(name)] = index }
        }
        var found: [Int] = []
        // A text that ends with a separator ends after a complete name.
        var written = trim(text[...])
        let end = trim(list.separator[...])
        let isWhole = !isCutOff || (!end.isEmpty && written.hasSuffix(end))
        if !end.isEmpty, written.hasSuffix(end) { written.removeLast(end.count) }
        let pieces = written.split(separator: list.separator, omittingEmptySubsequences: false)
        for piece in isWhole ? pieces[...] : pieces.dropLast() {
            guard let index = exact[trim(piece)] ?? folded[fold(trim(piece))],
                !found.contains(index)
            else { continue }
            found.append(index)
        }
        return Array(found.prefix(list.maximumNames))
    }

    private static func trim(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    private static func fold(_ name: String) -> String { trim(name[...]).lowercased() }
}
