import Contract

/// Reads a list: JSON, JSON Lines, one term per line, or a table.
///
/// The content counts more than the extension: a file that begins like JSON is JSON. A file that is
/// neither JSON nor has the extension of a list is refused, so that a stray letter or note does not
/// become queries.
enum ListReader {
    /// Reads a list.
    ///
    /// - Parameters:
    ///   - bytes: The whole file, unpacked.
    ///   - fileName: For messages, and as a hint to the format.
    ///   - sha256: The hash of the file on disk.
    ///   - limits: Limits on JSON nesting and on the number of items.
    /// - Returns: The list.
    /// - Throws: `SubmissionError` for a fault in encoding, format or shape, with its line.
    static func read(
        _ bytes: [UInt8],
        fileName: String,
        sha256: String,
        limits: ReadLimits
    ) throws(SubmissionError) -> ListFile {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        try checkEncoding(bytes, fileName: fileName)
        let space: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
        guard let first = bytes[start...].firstIndex(where: { !space.contains($0) }) else {
            throw SubmissionError(
                .emptyList,
                at: .init(file: fileName, line: 1),
                "the file holds nothing but white space"
            )
        }
        let named = FileNames.baseExtension(fileName)
        let isNamedJSON = ["json", "jsonl", "ndjson"].contains(named)
        var result: (format: ListFile.Format, drafts: ListDrafts)
        if isNamedJSON || looksLikeJSON(bytes[first...]) {
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
        case "csv", "tsv", "tab", "terms", "taxo", "txt", "text", "list", "lst", "":
            guard let table = try SeparatedText(fileName: fileName).table(text, named: named)
            else { return (.text, lineList(String(decoding: text, as: UTF8.self))) }
            let isTabbed = table.isTabbed || named == "tsv" || named == "tab"
            return (isTabbed ? .tsv : .csv, TableList(fileName: fileName).drafts(from: table))
        default:
            throw SubmissionError(
                .unknownFormat,
                at: .init(file: fileName, line: 1),
                "found text in a file named “.\(Text.cut(named, to: 20))”, expected XML or a list"
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

    private static func checkEncoding(
        _ bytes: [UInt8],
        fileName: String
    ) throws(SubmissionError) {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw SubmissionError(
                .wrongEncoding,
                at: .init(file: fileName, line: 1, column: 1),
                "found the byte order mark of UTF-16, expected UTF-8"
            )
        }
        if let zero = bytes.firstIndex(of: 0) {
            let isWide = bytes.prefix(1_000).count { $0 == 0 } * 3 > min(bytes.count, 1_000)
            throw SubmissionError(
                isWide ? .wrongEncoding : .unknownFormat,
                at: place(zero, in: bytes, fileName: fileName),
                isWide
                    ? "every second byte is zero as in UTF-16, expected UTF-8"
                    : "found a zero byte, expected text"
            )
        }
        guard let fault = firstInvalid(bytes) else { return }
        throw SubmissionError(
            .wrongEncoding,
            at: place(fault, in: bytes, fileName: fileName),
            "found the byte 0x\([bytes[fault]].hexadecimal), which is not UTF-8 there"
        )
    }

    private static func place(
        _ index: Int,
        in bytes: [UInt8],
        fileName: String
    ) -> SubmissionError.Location {
        let before = bytes[..<index]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return .init(
            file: fileName,
            line: before.count { $0 == 0x0A } + 1,
            column: bytes[lineStart..<index].count { $0 & 0xC0 != 0x80 } + 1
        )
    }

    /// The position of the first byte that is not valid UTF-8; `nil` if all are.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var index = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): index += scalar.count
            case .error, .emptyInput: return min(index, bytes.count - 1)
            }
        }
    }
}
