/// Text as OBO 1.4 writes it.
///
/// ## Source
/// *OBO Flat File Format 1.4*, section 2.2 (unquoted and quoted strings) and 3 (identifiers).
enum OBOText {
    /// The text of a clause that ends with its line, such as `name`.
    static func unquoted(_ text: String) -> String { escaped(text, "!{\\") }

    static func quoted(_ text: String) -> String { "\"\(escaped(text, "\"\\"))\"" }

    /// Where a definition comes from, in square brackets; `nil` if it cannot be written so.
    static func reference(_ text: String) -> String? {
        guard !text.isEmpty, !text.unicodeScalars.contains(where: isSpace) else { return nil }
        let isAddress = text.hasPrefix("http://") || text.hasPrefix("https://")
        guard !isAddress, let colon = text.firstIndex(of: ":"), colon != text.startIndex,
            text[..<colon].utf8.allSatisfy(isPrefix)
        else { return isAddress ? escaped(text, ",]\\\"") : escaped(text, ",]:\\\"") }
        let local = String(text[text.index(after: colon)...])
        guard !local.isEmpty else { return nil }
        return text[...colon] + escaped(local, ",]:\\\"")
    }

    private static func escaped(_ text: String, _ marks: String) -> String {
        var written = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r": written.append(contentsOf: "\\n".unicodeScalars)
            case "\t": written.append(contentsOf: "\\t".unicodeScalars)
            case "\0": written.append(" ")
            default:
                if marks.unicodeScalars.contains(scalar) { written.append("\\") }
                written.append(scalar)
            }
            last = scalar
        }
        return String(written)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.value < 0x20
    }

    private static func isPrefix(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || (0x30...0x39).contains(byte) || "_.-".utf8.contains(byte)
    }
}
