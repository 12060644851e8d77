/// The first bytes of a file, unpacked, and its name: all that recognition looks at.
struct FileHead {
    /// At least 1,024, unless the file has fewer.
    let bytes: [UInt8]
    let name: String
    /// The extension in lower case, without that of a packing; empty without one.
    let ending: String
    /// The text in lower case, without byte order mark and leading white space.
    let text: String
    /// The text behind an XML declaration, processing instructions and comments.
    let content: Substring

    init(_ bytes: [UInt8], name: String, ending: String) {
        self.bytes = bytes
        self.name = name
        self.ending = ending
        let whole = String(decoding: bytes, as: UTF8.self)
        text = String(whole.drop { $0 == "\u{FEFF}" || $0.isWhitespace }).lowercased()
        content = Self.content(of: text)
    }

    /// Whether the file begins with these bytes.
    func begins(_ bytes: UInt8...) -> Bool { self.bytes.starts(with: bytes) }

    /// Whether the file has this text at a place.
    func has(_ text: String, at offset: Int = 0) -> Bool {
        bytes.dropFirst(offset).starts(with: text.utf8)
    }

    /// Whether the text begins with one of these, in any letter case.
    func opens(_ openings: String...) -> Bool { openings.contains { content.hasPrefix($0) } }

    /// Whether there is a zero byte, which no text in UTF-8 has.
    var isBinary: Bool { bytes.contains(0) }

    /// The lines that hold something, in lower case and trimmed, with at most one cut short.
    var lines: [Substring] {
        text.split(whereSeparator: \.isNewline).map { line in
            let line = line.drop(while: \.isWhitespace)
            return line.prefix(line.count - line.reversed().prefix(while: \.isWhitespace).count)
        }
        .filter { !$0.isEmpty }
    }

    private static func content(of text: String) -> Substring {
        var rest = text[...]
        while true {
            rest = rest.drop(while: \.isWhitespace)
            let end = rest.hasPrefix("<?") ? "?>" : rest.hasPrefix("<!--") ? "-->" : nil
            guard let end, let range = rest.firstRange(of: end) else { return rest }
            rest = rest[range.upperBound...]
        }
    }
}
