/// What the text of a single cell shows.
enum CellKind {
    /// What programs and people write into a cell that has no value.
    private static let blanks: Set<String> = [
        "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "Null", "null", "NaN", "nan",
        "-nan", "None", "none", "-", "--", "–", "—", "?", ".", "#NAME?", "#REF!", "#VALUE!",
        "#DIV/0!", "#NULL!", "#NUM!", "(blank)", "(null)",
    ]

    /// What people write for an identifier that is still to be given.
    private static let promised: Set<String> = [
        "tbd", "tba", "todo", "new", "newterm", "none", "unknown", "na", "notapplicable",
        "notavailable", "notassigned", "pending", "xxx", "x", "0",
    ]

    /// Whether a cell stands for “no value”.
    static func isBlank(_ cell: String) -> Bool {
        cell.isEmpty || (cell.utf8.count <= 8 && blanks.contains(cell))
    }

    /// Whether a cell in a column of identifiers stands for one that does not exist yet.
    static func isPromised(_ cell: String) -> Bool {
        isBlank(cell) || (cell.utf8.count <= 20 && promised.contains(ListField.key(cell)))
    }

    /// Whether a cell looks like an identifier: a prefix and a colon, letters and at least three
    /// digits, or an address.
    static func isIdentifier(_ cell: String) -> Bool {
        let bytes = cell.utf8
        guard (2...300).contains(bytes.count), !bytes.contains(UInt8(ascii: " ")) else {
            return false
        }
        if cell.hasPrefix("http://") || cell.hasPrefix("https://") { return true }
        let digits = bytes.reversed().prefix { isDigit($0) }.count
        let head = bytes.dropLast(digits)
        let isHead = head.allSatisfy { isLetter($0) || $0 == 0x3A || $0 == 0x5F }
        if digits >= 3, isHead { return true }
        // A CURIE, such as `OMIM:143100` or `X:1`; its prefix has no digits in front.
        let parts = cell.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && digits >= 1 && parts[0].utf8.first.map(isLetter) == true
            && parts[0].utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x5F || $0 == 0x2E }
            && parts[1].utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x5F || $0 == 0x2E }
    }

    /// Whether a cell is a code without spaces, such as `J45` or `C14.280`.
    static func isCode(_ cell: String) -> Bool {
        let bytes = cell.utf8
        guard (1...30).contains(bytes.count), bytes.contains(where: isDigit) else { return false }
        let digits = bytes.count(where: isDigit)
        let isShort = bytes.count - digits <= 4 || isIdentifier(cell)
        return isShort
            && bytes.allSatisfy { isDigit($0) || isLetter($0) || [45, 46, 58, 95].contains($0) }
    }

    /// Whether a cell holds numbers only: one, or a vector of them.
    static func isNumeric(_ cell: String) -> Bool {
        let allowed: Set<UInt8> = [0x20, 0x2B, 0x2C, 0x2D, 0x2E, 0x65, 0x45, 0x25, 0x5B, 0x5D]
        return cell.utf8.contains(where: isDigit)
            && cell.utf8.allSatisfy { isDigit($0) || allowed.contains($0) }
    }

    /// Whether a remark reads like a definition: a phrase of six words or more.
    static func isDefinition(_ cell: String) -> Bool {
        cell.utf8.count >= 30 && cell.utf8.count { $0 == 0x20 } >= 5
    }

    /// Whether a cell could be a column's title: short, with a letter, and no identifier.
    static func isTitle(_ cell: String) -> Bool {
        cell.utf8.count <= 60 && cell.utf8.contains { isLetter($0) || $0 >= 0x80 }
            && cell.utf8.count { $0 == 0x20 } <= 6 && !cell.contains(":")
            && !(isIdentifier(cell) && ListField(cell) == nil)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte & 0xDF)
    }
}
