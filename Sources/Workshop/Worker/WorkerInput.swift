package import Contract
package import TaxonomyFormats

/// What the worker's standard input holds.
package enum WorkerInput {
    /// Objects, one a line, answered as they come.
    case lines(LineReader)
    /// A list of another form that the inbox takes, read to its end.
    case list(ListFile)

    /// Looks at the first line, and reads the rest if it is no object on a line of its own.
    ///
    /// - Throws: `SubmissionError` for a list that cannot be read.
    package static func of(_ reader: LineReader, limit: Int) throws(SubmissionError) -> WorkerInput
    {
        var reader = reader
        let space: Set<UInt8> = [0x09, 0x0D, 0x20]
        guard let line = reader.peek() else { return .lines(reader) }
        func isObject(_ line: some BidirectionalCollection<UInt8>) -> Bool {
            line.first { !space.contains($0) } == UInt8(ascii: "{")
                && line.last { !space.contains($0) } == UInt8(ascii: "}")
        }
        if isObject(line) { return .lines(reader) }
        guard let bytes = reader.rest(atMost: limit) else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: QueryDoor.source),
                "more than \(limit) bytes were given"
            )
        }
        // A stray line before or among queries is a fault of its own and makes no list of them.
        let isDocument = line.first { !space.contains($0) }.map { "{[".utf8.contains($0) } ?? false
        if !isDocument, bytes.split(separator: 0x0A).contains(where: isObject) {
            return .lines(LineReader(bytes))
        }
        // The ending of a list of names: a table or JSON is seen in the text itself.
        switch try Submission.read(bytes: bytes, name: "\(QueryDoor.source).txt") {
        case .list(let list): return .list(list)
        case .vocabulary:
            throw SubmissionError(
                .unknownListShape,
                at: .init(file: QueryDoor.source),
                "found a vocabulary, expected a list",
                remedy: "Load it first: `taxod load FILE`."
            )
        }
    }
}
