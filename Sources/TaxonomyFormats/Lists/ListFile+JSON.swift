package import Contract

extension ListFile {
    /// Reads one JSON value as a list of its own, such as a line of standard input.
    ///
    /// - Parameters:
    ///   - json: The value's bytes.
    ///   - name: What it is called in messages.
    ///   - limits: Limits on nesting and on the number of items.
    /// - Returns: The list; its hash is empty.
    /// - Throws: `SubmissionError` for a fault in encoding, JSON or shape.
    package static func read(
        json: [UInt8],
        name: String,
        limits: ReadLimits = .standard
    ) throws(SubmissionError) -> ListFile {
        guard String(validating: json, as: UTF8.self) != nil else {
            throw SubmissionError(.wrongEncoding, at: .init(file: name), "found no UTF-8")
        }
        var parser = JSONParser(json, from: 0, fileName: name, limits: limits)
        return try JSONList(fileName: name).drafts(from: try parser.values())
            .finish(fileName: name, format: .json, sha256: "")
    }
}
