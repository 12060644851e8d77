/// A position in the value of a tag of OBO, from which words and texts are taken.
///
/// OBO parts a value by white space; a backslash takes the meaning from the character behind it.
/// Behind the value stand, in braces, what is said of the statement itself (`{source="PMID:1"}`) and
/// a comment (`! name of the parent`).
struct OBOValue {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private static let backslash = UInt8(ascii: "\\")
    private static let quote = UInt8(ascii: "\"")

    /// How many braces of a value are looked into; each look may go to the end of the line.
    private static let mostBraces = 8

    let bytes: Bytes
    private(set) var index = 0
    private var braces = 0
    /// Whether something was said of the statement itself.
    private(set) var isQualified = false

    init(_ bytes: Bytes) {
        self.bytes = bytes
    }

    /// The tag and the value of a line; `nil` if there is no colon or nothing before it.
    static func parts(of line: Bytes) -> (tag: Bytes, value: OBOValue)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let tag = trimmed(Bytes(rebasing: line[..<colon]))
        guard !tag.isEmpty, !tag.contains(where: isSpace) else { return nil }
        return (tag, OBOValue(trimmed(Bytes(rebasing: line[(colon + 1)...]))))
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func trimmed(_ bytes: Bytes) -> Bytes {
        var start = 0
        var end = bytes.count
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        return Bytes(rebasing: bytes[start..<end])
    }

    /// The text with its escapes resolved and its white space cleaned.
    static func text(_ bytes: Bytes) -> String {
        guard bytes.contains(backslash) else { return Text.clean(bytes) }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                switch byte {
                case UInt8(ascii: "n"): plain.append(0x0A)
                case UInt8(ascii: "t"): plain.append(0x09)
                case UInt8(ascii: "W"): plain.append(0x20)
                default: plain.append(byte)
                }
                isEscaped = false
            } else if byte == backslash {
                isEscaped = true
            } else {
                plain.append(byte)
            }
        }
        return plain.withUnsafeBufferPointer { Text.clean($0) }
    }

    /// The next word; `nil` at the end of the value or before a comment.
    mutating func word() -> Bytes? {
        skipSpace()
        guard index < bytes.count, !isAtTrail() else { return nil }
        let start = index
        while index < bytes.count, !Self.isSpace(bytes[index]) {
            index += bytes[index] == Self.backslash ? 2 : 1
        }
        index = min(index, bytes.count)
        return Bytes(rebasing: bytes[start..<index])
    }

    /// The text in quotation marks that comes next; `nil` if there is none, or it has no end.
    mutating func quoted() -> Bytes? {
        skipSpace()
        guard index < bytes.count, bytes[index] == Self.quote else { return nil }
        guard let end = Self.closingQuote(bytes, from: index + 1) else { return nil }
        defer { index = end + 1 }
        return Bytes(rebasing: bytes[(index + 1)..<end])
    }

    /// Whether a quotation mark comes next.
    var isQuoted: Bool { index < bytes.count && bytes[index] == Self.quote }

    /// The rest of the value without what is said of the statement and without a comment.
    mutating func rest() -> Bytes {
        skipSpace()
        let start = index
        var isBehindSpace = true
        while index < bytes.count {
            let byte = bytes[index]
            if isBehindSpace, byte == UInt8(ascii: "!") || byte == UInt8(ascii: "{"), isAtTrail() {
                break
            }
            isBehindSpace = Self.isSpace(byte)
            index += byte == Self.backslash ? 2 : 1
        }
        index = min(index, bytes.count)
        return Self.trimmed(Bytes(rebasing: bytes[start..<index]))
    }

    mutating func skipSpace() {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    }

    /// The next byte that is no space; `nil` at the end.
    mutating func peek() -> UInt8? {
        skipSpace()
        return index < bytes.count ? bytes[index] : nil
    }

    /// Whether a list of sources comes next that is not empty.
    mutating func hasSources() -> Bool {
        guard peek() == UInt8(ascii: "["), index + 1 < bytes.count else { return false }
        return bytes[index + 1] != UInt8(ascii: "]")
    }

    /// Whether nothing follows but a comment and what is said of the statement.
    mutating func isDone() -> Bool {
        skipSpace()
        return index >= bytes.count || isAtTrail()
    }

    /// Whether a comment or what is said of the statement begins here.
    private mutating func isAtTrail() -> Bool {
        if bytes[index] == UInt8(ascii: "!") { return true }
        guard bytes[index] == UInt8(ascii: "{"), braces < Self.mostBraces else { return false }
        braces += 1
        guard endsWithQualifiers(from: index + 1) else { return false }
        isQualified = true
        return true
    }

    /// Whether `key="value", …}` and the end of the value or a comment follow.
    ///
    /// A name may hold braces of its own, as those of chemicals do.
    private func endsWithQualifiers(from start: Int) -> Bool {
        var place = start
        func skipSpace() { while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 } }
        while true {
            skipSpace()
            let key = place
            while place < bytes.count, bytes[place] != UInt8(ascii: "="),
                bytes[place] != UInt8(ascii: "}"), bytes[place] != Self.quote
            { place += 1 }
            guard place > key, place < bytes.count, bytes[place] == UInt8(ascii: "=") else {
                return false
            }
            place += 1
            skipSpace()
            if place < bytes.count, bytes[place] == Self.quote {
                guard let end = Self.closingQuote(bytes, from: place + 1) else { return false }
                place = end + 1
            } else {
                while place < bytes.count, bytes[place] != UInt8(ascii: ","),
                    bytes[place] != UInt8(ascii: "}")
                { place += 1 }
            }
            skipSpace()
            guard place < bytes.count else { return false }
            if bytes[place] == UInt8(ascii: ",") {
                place += 1
                continue
            }
            guard bytes[place] == UInt8(ascii: "}") else { return false }
            place += 1
            skipSpace()
            return place >= bytes.count || bytes[place] == UInt8(ascii: "!")
        }
    }

    private static func closingQuote(_ bytes: Bytes, from start: Int) -> Int? {
        var place = start
        while place < bytes.count {
            if bytes[place] == quote { return place }
            place += bytes[place] == backslash ? 2 : 1
        }
        return nil
    }
}
