/// An answer together with its encoding as one line of JSON.
///
/// An answer is encoded once: by the worker, or by the daemon if no worker could answer. From then
/// on its text is passed on unchanged, so that the ledger stores, its audit line hashes and
/// `results.jsonl` publishes the same bytes. ``answer`` is decoded from the text for code that
/// needs the content.
package struct AnswerLine: Hashable, Sendable {
    package let answer: Answer
    /// JSON without a line feed; canonical if taxod wrote it (``CanonicalJSON``).
    package let text: String

    /// Encodes an answer.
    ///
    /// - Throws: `EncodingError`, for example for a number that is not finite.
    package init(_ answer: Answer) throws {
        self.answer = answer
        text = try CanonicalJSON.text(of: answer)
    }

    /// Decodes a line that comes from a worker, the ledger or a published result.
    ///
    /// A valid line that is not canonical, for example from another engine, is kept unchanged:
    /// spaces and the order of keys have no meaning, and keys that this version does not know are
    /// not lost.
    ///
    /// - Throws: `DecodingError` if the line is not an answer.
    package init(text: String) throws {
        self.text = text
        answer = try CanonicalJSON.value(Answer.self, from: text)
    }
}
