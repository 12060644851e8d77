package import Contract

/// A parent edge of a benchmark file.
package struct ExpansionEdge: Hashable, Sendable {
    package let child: String
    package let parent: String

    package init(child: String, parent: String) {
        self.child = child
        self.parent = parent
    }

    /// Reads a table of edges: one line each, child and parent separated by a tab.
    ///
    /// A first line `child⇥parent` is a heading. Empty lines count for nothing; CRLF is read as LF.
    ///
    /// - Parameters:
    ///   - text: The file's content.
    ///   - file: Its name, for the message.
    /// - Returns: The edges in the order of the lines.
    /// - Throws: `SubmissionError` at the first line that has not two non-empty fields, or when
    ///   there is no edge at all.
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
