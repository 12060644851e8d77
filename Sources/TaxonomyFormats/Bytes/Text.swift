/// Cleans text that comes from a file.
package enum Text {
    /// Trims the text and replaces each run of white space and control characters by one space.
    static func clean(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        if isClean(bytes) { return String(decoding: bytes, as: UTF8.self) }
        return clean(String(decoding: bytes, as: UTF8.self))
    }

    /// Trims the text and replaces each run of white space and control characters by one space.
    ///
    /// Byte order marks and zero-width spaces are removed, because they make equal names differ.
    static func clean(_ text: String) -> String {
        var text = text
        let isClean = text.withUTF8 { Self.isClean($0) }
        guard !isClean else { return text }
        var cleaned = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFEFF, 0x200B: continue
            case 0...0x20, 0x7F...0xA0, 0x2028, 0x2029:
                if let last = cleaned.last, last != " " { cleaned.append(" ") }
            default: cleaned.append(scalar)
            }
        }
        if cleaned.last == " " { cleaned.removeLast() }
        return String(cleaned)
    }

    /// Splits the text at “|” into cleaned, non-empty parts.
    static func parts(_ bytes: UnsafeBufferPointer<UInt8>) -> [String] {
        var parts: [String] = []
        var start = bytes.startIndex
        while start <= bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "|")) ?? bytes.endIndex
            let part = clean(UnsafeBufferPointer(rebasing: bytes[start..<end]))
            if !part.isEmpty { parts.append(part) }
            start = end + 1
        }
        return parts
    }

    /// Cuts the text to at most `bytes` bytes and appends “…” if anything was cut off.
    package static func cut(_ text: String, to bytes: Int = 80) -> String {
        guard text.utf8.count > bytes else { return text }
        var cut = ""
        for character in text {
            guard cut.utf8.count + character.utf8.count <= bytes else { break }
            cut.append(character)
        }
        return cut + "…"
    }

    /// Whether the bytes are printable ASCII without leading, trailing or repeated spaces.
    private static func isClean(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var previous: UInt8 = 0x20
        for byte in bytes {
            guard byte >= 0x20, byte < 0x7F, byte != 0x20 || previous != 0x20 else { return false }
            previous = byte
        }
        return previous != 0x20 || bytes.isEmpty
    }
}
