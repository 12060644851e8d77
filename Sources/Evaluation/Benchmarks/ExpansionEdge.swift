package import Contract

/// A parent edge of a benchmark file.
package struct ExpansionEdge: Hashable, Sendable {
    package let child: String
    package let parent: String

    package init(child: String, parent: String) {
        self.child = child
        self.parent = parent
    }

    /// Parses a table of edges: one per line, child and parent separated by a tab.
    ///
    /// A first line `child⇥parent` is treated as a header. Empty lines are ignored; CRLF is read as
    /// LF.
    ///
    /// - Parameters:
    ///   - text: The content of the file.
    ///   - file: The file's name, for error messages.
    /// - Returns: The edges in file order.
    /// - Throws: `SubmissionError` for the first line without exactly two non-empty fields, or if
    ///   there are no edges.
    package static func read(_ text: String, file: String) throws(SubmissionError) -> [Self] {
        var edges: [Self] = []
        var line = 0
        for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            line += 1
            if raw.isEmpty { continue }
            let fields = raw.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 2, !fields[0].isEmpty, !fields[1].isEmpty else {
                throw SubmissionError(
                    .unknownListShape,
                    at: SubmissionError.Location(file: file, line: line),
                    "Found \(fields.count) fields, expected child, tab, parent.",
                    remedy: "Write one edge a line: child, tab, parent."
                )
            }
            if line == 1, fields[0] == "child", fields[1] == "parent" { continue }
            edges.append(Self(child: String(fields[0]), parent: String(fields[1])))
        }
        guard !edges.isEmpty else {
            let place = SubmissionError.Location(file: file)
            throw SubmissionError(.emptyList, at: place, "The file has no edge.")
        }
        return edges
    }
}
