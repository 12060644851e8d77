package import Inference
package import Models

/// Makes trainings of different rows equally long.
package enum TokenBudget {
    /// Rows, from the first on and again from the first if need be, until their tokens sum up.
    ///
    /// - Parameters:
    ///   - budget: Tokens through the decoder, at least 1; the last row may go beyond.
    ///   - rows: What there is to teach.
    ///   - base: The decoder's file, whose tokenizer counts.
    /// - Returns: The rows in order; none if there are none that can be taught.
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
        // A training leaves out what is too long.
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
