package import Inference
package import Models

/// Makes training runs on different rows comparable, by an equal number of tokens.
package enum TokenBudget {
    /// Takes rows in order, starting over at the end, until their tokens reach the budget.
    ///
    /// - Parameters:
    ///   - budget: Tokens through the decoder, at least 1; the last row may exceed it.
    ///   - rows: The rows to take from.
    ///   - base: The decoder's file; its tokenizer counts the tokens.
    /// - Returns: The rows in order; empty if none is short enough to be trained on.
    /// - Throws: `ModelFileError`, ``TrainingError/malformedExample(index:reason:)``.
    package static func filled(
        _ budget: Int,
        with rows: [TrainingExample],
        base: GGUFFile
    ) throws -> [TrainingExample] {
        let tokenizer = try base.tokenizer()
        let longest = Recipe().longestExample
        let sized = try rows.enumerated().map { index, row in
            let example = try TokenisedExample(row, index: index, tokenizer: tokenizer, weight: 1)
            return (row: row, tokens: example.rows)
        }
        // Training would skip rows that are too long.
        let usable = sized.filter { $0.tokens <= longest }
        guard !usable.isEmpty else { return [] }
        var filled: [TrainingExample] = []
        var tokens = 0
        while tokens < budget {
            let next = usable[filled.count % usable.count]
            filled.append(next.row)
            tokens += next.tokens
        }
        return filled
    }
}
