/// An answer together with the one line of JSON that says it.
///
/// An answer is encoded once, by the worker, or by the daemon if no worker could answer. From there
/// on its text is handed on as it is: what the ledger stores, what its audit line hashes and what
/// `results.jsonl` publishes are the same bytes. The value beside it is decoded for those who must
/// look inside.
package struct AnswerLine: Hashable, Sendable {
    package let answer: Answer
    /// JSON without a line feed; canonical if taxod wrote it (``CanonicalJSON``).
    package let text: String

    /// Encodes an answer.
    ///
    /// - Throws: `EncodingError`, such as for a number that is not finite.
    package init(_ answer: Answer) throws {
        self.answer = answer
        text = try CanonicalJSON.text(of: answer)
    }

    /// Reads an answer's line as a worker, the ledger or a published result has it.
    ///
    /// A line that is right but not canonical, as of another engine, is kept as it is: what a key
    /// means does not hang on spaces and order, and keys that this taxod does not know are not lost.
    ///
    /// - Throws: `DecodingError` when it is no answer.
    package init(text: String) throws {
        self.text = text
        answer = try CanonicalJSON.value(Answer.self, from: text)
    }
}
