package import FoundationEssentials

/// Agreement of the model's scores with those of an independent implementation.
///
/// The reference is the output of `Tests/EvaluationTests/Golden/make_reference.py` for an earlier
/// dump: the same queries with the same prompts, in the same order. The prompts depend on the
/// encoder's vectors, so the encoder must run in 32 bits for a comparison; the language model may
/// run on any path.
package struct ReferenceAgreement: Hashable, Sendable {
    package let queries: Int
    /// Number of queries with the same top candidate by summed log-likelihood.
    package let sameFirst: Int
    /// Number of queries with the same top candidate by log-likelihood per token.
    package let sameFirstPerToken: Int
    /// Maximum difference between two log-likelihoods, per token.
    package let worst: Double
    /// Root mean square difference, per token.
    package let rms: Double

    /// Compares a report with a reference.
    ///
    /// - Throws: `DecodingError` if the reference cannot be decoded, ``Mismatch`` if it was made
    ///   for other queries.
    package init(_ report: ExpansionReport, reference: Data) throws {
        let file = try JSONDecoder().decode(File.self, from: reference)
        guard file.queries.count == report.rows.count else {
            throw Mismatch(query: nil)
        }
        var same = 0
        var samePerToken = 0
        var worst = 0.0
        var squares = 0.0
        var count = 0
        for (row, other) in zip(report.rows, file.queries) {
            // Equal token counts indicate that both implementations tokenized the same text.
            guard row.tokens == other.tokens else { throw Mismatch(query: row.query) }
            let ours = Self.perToken(row.logLikelihoods, row.tokens)
            let theirs = Self.perToken(other.logLikelihoods, other.tokens)
            if Self.first(row.logLikelihoods) == Self.first(other.logLikelihoods) { same += 1 }
            if Self.first(ours) == Self.first(theirs) { samePerToken += 1 }
            for (a, b) in zip(ours, theirs) {
                worst = max(worst, abs(a - b))
                squares += (a - b) * (a - b)
                count += 1
            }
        }
        queries = report.rows.count
        sameFirst = same
        sameFirstPerToken = samePerToken
        self.worst = worst
        rms = count == 0 ? 0 : (squares / Double(count)).squareRoot()
    }

    /// The reference was made for other queries.
    package struct Mismatch: Error, Hashable {
        /// The first query that differs; `nil` if only the number of queries differs.
        package let query: String?
    }

    private struct File: Decodable {
        struct Query: Decodable {
            let logLikelihoods: [Double]
            let tokens: [Int]
        }
        let queries: [Query]
    }

    private static func perToken(_ sums: [Double], _ tokens: [Int]) -> [Double] {
        zip(sums, tokens).map { $0 / Double(max($1, 1)) }
    }

    private static func first(_ scores: [Double]) -> Int? {
        scores.indices.max { (scores[$0], $1) < (scores[$1], $0) }
    }
}
