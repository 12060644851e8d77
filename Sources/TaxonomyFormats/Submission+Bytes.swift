package import Contract

extension Submission {
    /// Reads a list whose bytes are here already, such as standard input.
    ///
    /// - Parameters:
    ///   - bytes: The whole list.
    ///   - name: What it is called in messages.
    ///   - limits: Limits on what it may hold.
    /// - Returns: The list; its hash is empty.
    /// - Throws: `SubmissionError`, with line and column where they are known.
    package static func list(
        _ bytes: [UInt8],
        name: String,
        limits: ReadLimits = .standard
    ) throws(SubmissionError) -> ListFile {
        try ListReader.read(bytes, fileName: name, ending: "txt", sha256: "", limits: limits)
    }
}
