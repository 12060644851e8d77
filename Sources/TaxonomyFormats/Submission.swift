package import Jobs

/// What a dropped file turned out to be.
///
/// The content decides, not the name: XML is a vocabulary, anything else a list.
package enum Submission: Sendable {
    case vocabulary(VocabularyFile)
    case list(ListFile)

    /// Opens, unpacks and parses a file.
    ///
    /// - Parameters:
    ///   - path: The file. A link, folder, pipe or device is refused.
    ///   - name: The name under which it was dropped, for messages and as a hint to its format;
    ///     the last component of `path` if absent.
    ///   - limits: What the bytes may amount to.
    ///   - progress: Told the share of the bytes read, 0 to 1, about every 4 MB.
    /// - Throws: `SubmissionError` with line and column where there is one.
    package static func read(
        _ path: String,
        name: String? = nil,
        limits: ReadLimits = .standard,
        progress: (Double) -> Void = { _ in }
    ) throws(SubmissionError) -> Submission {
        throw SubmissionError(.unknownFormat, "not read")
    }
}
