import Contract

/// Reads a list: JSON, JSON Lines, one term per line, or a table.
///
/// The content counts more than the extension: a file that begins like JSON is JSON. A file that is
/// neither JSON nor has the extension of a list is refused, so that a stray letter or note does not
/// become queries; without an extension the text decides.
enum ListReader {
    /// Reads a list.
    ///
    /// - Parameters:
    ///   - bytes: The whole file, unpacked.
    ///   - fileName: For messages.
    ///   - named: The extension in lower case, as a hint to the format.
    ///   - sha256: The hash of the file on disk.
    ///   - limits: Limits on JSON nesting and on the number of items.
    /// - Returns: The list.
    /// - Throws: `SubmissionError` for a fault in encoding, format or shape, with its line.
    static func read(
        _ bytes: [UInt8],
        fileName: String,
        ending named: String,
        sha256: String,
        limits: ReadLimits
    ) throws(SubmissionError) -> ListFile {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        try Encoding.check(bytes, fileName: fileName)
        let space: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        guard bytes[start...].contains(where: { !space.contains($0) }) else {
            throw SubmissionError(
                .emptyList,
                at: .init(file: fileName, line: 1),
                "the file holds nothing but white space"
            )
        }
        var result: (format: ListFile.Format, drafts: ListDrafts)
        if isJSON(bytes, named: named) {
            var parser = JSONParser(
                bytes,
                from: start,
                fileName: fileName,
                limits: limits
            )
            let values = try parser.values()
            result.format = values.count > 1 || named == "jsonl" ? .jsonLines : .json
            result.drafts = JSONList(fileName: fileName).drafts(from: values)
        } else {
            let lines = bytes.count { $0 == 0x0A || $0 == 0x0D }
            guard lines <= limits.listItems else {
                throw SubmissionError(
                    .fileTooLarge,
                    at: .init(file: fileName),
                    "the file has \(lines) lines, the limit is \(limits.listItems)"
                )
            }
            result = try plain(bytes[start...], named: named, fileName: fileName)
        }
        return try result.drafts.finish(
            fileName: fileName,
            format: result.format,
            sha256: sha256
        )
    }

    private static func plain(
        _ text: ArraySlice<UInt8>,
        named: String,
        fileName: String
    ) throws(SubmissionError) -> (ListFile.Format, ListDrafts) {
        switch named {
        case "" where !TextShape.isList(String(decoding: text, as: UTF8.self)):
            throw SubmissionError(
                .unknownFormat,
                at: .init(file: fileName, line: 1),
                """
                found text that does not look like a list of names, in a file whose name has no \
                ending
                """,
                remedy: "If it is a list, add the ending .txt, .csv or .tsv to its name."
            )
        // What web pages and old programs call a workbook is often separated text.
        case "csv", "tsv", "tab", "terms", "taxo", "xls", "xlsx", "txt", "text", "list", "lst", "":
            guard let table = try SeparatedText(fileName: fileName).table(text, named: named)
            else { return (.text, lineList(String(decoding: text, as: UTF8.self))) }
            let isTabbed = table.isTabbed || named == "tsv" || named == "tab"
            return (isTabbed ? .tsv : .csv, TableList(fileName: fileName).drafts(from: table))
        default:
            throw SubmissionError(
                .unknownFormat,
                at: .init(file: fileName, line: 1),
                "found text in a file named “.\(Text.cut(named, to: 20))”, expected XML or a list",
                remedy: "If it is a list, name it .txt (one name a line), .csv, .tsv or .json."
            )
        }
    }

    /// Reads one term per line; lines that begin with `#` are comments.
    private static func lineList(_ text: String) -> ListDrafts {
        var items: [ListFile.Item] = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let name = Text.clean(String(line))
            if !name.isEmpty, !name.hasPrefix("#") {
                items.append(ListFile.Item(name: name, line: number))
            }
        }
        var drafts = ListDrafts()
        drafts.add(items)
        return drafts
    }

    /// Whether the bytes are JSON by the file's ending or by how they begin.
    static func isJSON(_ bytes: [UInt8], named: String) -> Bool {
        if ["json", "jsonl", "ndjson"].contains(named) { return true }
        let space: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let first = bytes[start...].firstIndex(where: { !space.contains($0) }) else {
            return false
        }
        return looksLikeJSON(bytes[first...])
    }

    /// Whether the text begins as JSON does and no term would.
    private static func looksLikeJSON(_ bytes: ArraySlice<UInt8>) -> Bool {
        let space: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        guard let first = bytes.first else { return false }
        let second = bytes.dropFirst().first { !space.contains($0) }
        switch first {
        case UInt8(ascii: "{"):
            return second == nil || second == UInt8(ascii: "\"") || second == UInt8(ascii: "}")
        case UInt8(ascii: "["):
            guard let second else { return true }
            // A term such as “[obsolete] gout” begins with a bracket, too.
            return [UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "]")]
                .contains(second)
        default:
            return false
        }
    }
}
