package import Contract

/// Decides whether a text is a table, and with which separator, and reads it.
///
/// The first rows decide, whatever the file's name says: a header of known column names, or rows
/// that have the same number of cells. A comma with a space behind it is no evidence, because names
/// such as “Hypertension, Renal” have one.
package struct SeparatedText {
    /// Rows that are looked at before the separator is chosen.
    private static let sampleRows = 200
    private static let sampleBytes = 1 << 18

    package let fileName: String

    package init(fileName: String) { self.fileName = fileName }

    /// The table that the text holds.
    ///
    /// - Parameters:
    ///   - text: Valid UTF-8.
    ///   - ending: The file's ending in lower case; it matters only where the rows decide nothing.
    /// - Returns: The table; `nil` if the text is a list with one term a line.
    /// - Throws: `fileTooLarge` if there are more cells than memory should hold.
    package func table(
        _ text: ArraySlice<UInt8>,
        named ending: String
    ) throws(SubmissionError) -> Table? {
        guard let form = form(of: text, named: ending) else { return nil }
        return try table(text, as: form)
    }

    /// The first rows of the table that the text holds; `nil` as in ``table(_:named:)``.
    func sample(_ text: ArraySlice<UInt8>, named ending: String) -> Table? {
        guard let form = form(of: text, named: ending) else { return nil }
        return text.withUnsafeBufferPointer { bytes in
            var rows: [Table.Row] = []
            var parser = form.parser(of: bytes)
            while rows.count < Self.sampleRows, let row = parser.row() { rows.append(row) }
            return Table(rows: rows)
        }
    }

    // MARK: Form

    /// How the text is to be split.
    private struct Form {
        var separator: UInt8
        var width: Int?
        /// Where the rows begin, behind a `sep=` line, and the number of that line.
        var start = 0
        var line = 1
        var isGiven = false

        func parser(of bytes: UnsafeBufferPointer<UInt8>) -> CellParser {
            CellParser(
                UnsafeBufferPointer(rebasing: bytes[start...]),
                separator: separator,
                width: width,
                firstLine: line
            )
        }
    }

    private func form(of text: ArraySlice<UInt8>, named ending: String) -> Form? {
        text.withUnsafeBufferPointer { bytes in
            let given = Self.separatorLine(bytes)
            let start = given?.next ?? 0
            let line = given == nil ? 1 : 2
            let rest = UnsafeBufferPointer(rebasing: bytes[start...])
            let trials = (given.map { [$0.separator] } ?? SeparatorTrial.candidates).map {
                SeparatorTrial(rest, separator: $0, rows: Self.sampleRows, bytes: Self.sampleBytes)
            }
            if let given {
                let trial = trials[0]
                return Form(
                    separator: given.separator,
                    width: trial.width,
                    start: start,
                    line: line,
                    isGiven: true
                )
            }
            if let best = Self.best(trials, named: ending) {
                return Form(separator: best.separator, width: best.width)
            }
            // One column: a table if it is named so or has the title of one.
            let isNamed = SeparatorTrial.nativeEndings.contains(ending)
            guard isNamed || Self.hasTitle(rest) || Self.isQuoted(rest) else { return nil }
            return Form(separator: CellParser.noSeparator, width: 1)
        }
    }

    private static func best(_ trials: [SeparatorTrial], named ending: String) -> SeparatorTrial? {
        let titled = trials.filter { $0.isTitled }
        if let best = titled.max(by: {
            ($0.knownTitles, $0.evenness) < ($1.knownTitles, $1.evenness)
        }) {
            return best
        }
        let even = trials.filter { $0.isEven(named: ending) }
        return even.max { ($0.share * $0.evenness) < ($1.share * $1.evenness) }
    }

    /// Whether the first line is the title of a column of names, and nothing else.
    private static func hasTitle(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var parser = CellParser(bytes, separator: CellParser.noSeparator, width: 1)
        while let row = parser.row() {
            guard row.filled > 0, !row.isComment else { continue }
            // “disease” or “Diseases” at the top of a list may be a term; “Term” and “Disease” are not.
            let title = row.cells[0]
            let key = ListField.key(title)
            let isTitle = ["term", "name", "label", "title", "heading"].contains {
                key.contains($0)
            }
            let isCapital = title.first?.isUppercase == true && !key.hasSuffix("s")
            return ListField(title)?.namesRow == true && !title.contains("(")
                && (isTitle || isCapital)
        }
        return false
    }

    /// Whether a program put names into quotes: half of them, or one whose own quotes are doubled.
    private static func isQuoted(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let quote = UInt8(ascii: "\"")
        let lines = bytes.prefix(sampleBytes).split { $0 == 0x0A || $0 == 0x0D }
            .prefix(sampleRows)
        let quoted = lines.filter { $0.count > 2 && $0.first == quote && $0.last == quote }
        return !quoted.isEmpty
            && (quoted.count * 2 >= lines.count
                || quoted.contains { line in
                    zip(line.dropFirst(), line.dropFirst(2)).contains { $0 == quote && $1 == quote }
                })
    }

    /// Excel's line `sep=;`, perhaps in quotes.
    private static func separatorLine(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (separator: UInt8, next: Int)? {
        var end = 0
        while end < min(bytes.count, 12), bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
        var line = Array(bytes[..<end])
        if line.last == UInt8(ascii: "\""), line.count > 1 { line.removeLast() }
        if line.first == UInt8(ascii: "\"") { line.removeFirst() }
        guard line.count == 5, String(decoding: line[..<4], as: UTF8.self).lowercased() == "sep=",
            end < bytes.count, line[4] < 0x80, line[4] != UInt8(ascii: "\"")
        else { return nil }
        let isPair = bytes[end] == 0x0D && end + 1 < bytes.count && bytes[end + 1] == 0x0A
        return (line[4], end + (isPair ? 2 : 1))
    }

    // MARK: Rows

    private func table(
        _ text: ArraySlice<UInt8>,
        as form: Form
    ) throws(SubmissionError) -> Table {
        let (rows, parser) = text.withUnsafeBufferPointer { bytes in
            var parser = form.parser(of: bytes)
            var rows: [Table.Row] = []
            // Empty rows tell nothing and would only take memory.
            while let row = parser.row() { if row.filled > 0 { rows.append(row) } }
            return (rows, parser)
        }
        guard !parser.hasTooManyCells else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: fileName, line: parser.line),
                "the table has more than 4,000,000 cells up to here",
                remedy: "Leave out the columns that taxod need not read, or split the file."
            )
        }
        var table = Table(rows: rows, isTabbed: form.separator == UInt8(ascii: "\t"))
        if form.isGiven {
            table.notes.append("line 1 names the separator; it was used and is no term")
        }
        if !parser.openQuotes.isEmpty {
            table.notes.append(
                """
                \(parser.openQuotes.text): a quote opens a cell and nothing closes it there; it was \
                read as a character
                """
            )
        }
        if !parser.mended.isEmpty {
            table.notes.append(
                """
                \(parser.mended.text): more cells than columns; a separator inside a name or before \
                a space was read as part of the text. Put such cells in double quotes.
                """
            )
        }
        return table
    }
}
