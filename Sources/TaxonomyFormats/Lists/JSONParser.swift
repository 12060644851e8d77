import Contract

/// Parses JSON and JSON Lines, keeping the line of every value.
///
/// Foundation's decoders do not report the line of a value, report that of a fault only unreliably,
/// and do not let us limit the nesting. The grammar is RFC 8259; numbers are checked but kept as
/// text; an unpaired surrogate becomes U+FFFD.
struct JSONParser {
    private let bytes: [UInt8]
    private let fileName: String
    private let limits: ReadLimits
    private var index: Int
    private var line = 1
    private var lineStart: Int
    private var depth = 0
    private var count = 0

    /// - Parameters:
    ///   - bytes: Valid UTF-8.
    ///   - start: Where the JSON begins, after any byte order mark.
    ///   - fileName: The file's name, for messages.
    ///   - limits: Limits on nesting and on the number of values.
    init(_ bytes: [UInt8], from start: Int, fileName: String, limits: ReadLimits) {
        self.bytes = bytes
        self.fileName = fileName
        self.limits = limits
        index = start
        lineStart = start
    }

    /// All values of the file: one for a JSON document, several for JSON Lines.
    ///
    /// - Throws: `malformedJSON` or `nestingTooDeep`, with line and column.
    mutating func values() throws(SubmissionError) -> [JSONValue] {
        var values: [JSONValue] = []
        skipSpace()
        while index < bytes.count {
            if let last = values.last, last.line == line, !isFirstOnLine {
                throw fault("found \(shown) after the end of the value")
            }
            values.append(try value())
            skipSpace()
        }
        return values
    }

    private var isFirstOnLine: Bool {
        bytes[lineStart..<index].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    private mutating func value() throws(SubmissionError) -> JSONValue {
        let start = line
        count += 1
        guard count <= limits.listItems else {
            throw SubmissionError(
                .fileTooLarge,
                at: location,
                "the file holds more than \(limits.listItems) values"
            )
        }
        guard index < bytes.count else { throw fault("the file ends where a value was expected") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return JSONValue(content: try object(), line: start)
        case UInt8(ascii: "["): return JSONValue(content: try array(), line: start)
        case UInt8(ascii: "\""): return JSONValue(content: .string(try string()), line: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSONValue(content: .number(try number()), line: start)
        default:
            let literals: [(String, JSONValue.Content)] = [
                ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
                // What Python writes for a number that is missing; JSON has no such word.
                ("NaN", .null), ("Infinity", .null),
            ]
            for (word, content) in literals where bytes[index...].starts(with: word.utf8) {
                index += word.utf8.count
                return JSONValue(content: content, line: start)
            }
            throw fault("found \(shown), expected a value")
        }
    }

    private mutating func object() throws(SubmissionError) -> JSONValue.Content {
        try open()
        var members: [(key: String, value: JSONValue)] = []
        skipSpace()
        if take("}") { return close(.object([])) }
        while true {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw fault("found \(shown), expected a key in double quotes")
            }
            let key = try string()
            skipSpace()
            guard take(":") else { throw fault("found \(shown), expected “:” after a key") }
            skipSpace()
            members.append((key, try value()))
            skipSpace()
            if take("}") { return close(.object(members)) }
            guard take(",") else { throw fault("found \(shown), expected “,” or “}”") }
            skipSpace()
        }
    }

    private mutating func array() throws(SubmissionError) -> JSONValue.Content {
        try open()
        var values: [JSONValue] = []
        skipSpace()
        if take("]") { return close(.array([])) }
        while true {
            values.append(try value())
            skipSpace()
            if take("]") { return close(.array(values)) }
            guard take(",") else { throw fault("found \(shown), expected “,” or “]”") }
            skipSpace()
        }
    }

    private mutating func string() throws(SubmissionError) -> String {
        index += 1
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20:
                throw fault("found a control character inside a string, expected its escape")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw fault("the file ends inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(SubmissionError) {
        index += 1
        guard index < bytes.count else { throw fault("the file ends inside a string") }
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
            UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 0x08,
            UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D,
            UInt8(ascii: "t"): 0x09,
        ]
        if let byte = simple[bytes[index]] {
            text.append(byte)
            index += 1
            return
        }
        guard bytes[index] == UInt8(ascii: "u") else {
            throw fault("found \(shown) after a backslash, expected one of \" \\ / b f n r t u")
        }
        index += 1
        var code = try hexadecimal()
        if (0xD800...0xDBFF).contains(code), index + 1 < bytes.count,
            bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        {
            let before = index
            index += 2
            let low = try hexadecimal()
            if (0xDC00...0xDFFF).contains(low) {
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            } else {
                index = before
            }
        }
        let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        text.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(SubmissionError) -> UInt32 {
        guard index + 4 <= bytes.count,
            bytes[index..<index + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw fault("expected four hexadecimal digits after \\u") }
        index += 4
        return code
    }

    private mutating func number() throws(SubmissionError) -> String {
        let start = index
        _ = take("-")
        if take("0") {
            if index < bytes.count, isDigit(bytes[index]) {
                throw fault("found a number with a leading zero")
            }
        } else {
            try digits()
        }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(SubmissionError) {
        let start = index
        while index < bytes.count, isDigit(bytes[index]) { index += 1 }
        guard index > start else { throw fault("found \(shown), expected a digit") }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private mutating func open() throws(SubmissionError) {
        depth += 1
        guard depth <= limits.depth else {
            throw SubmissionError(
                .nestingTooDeep,
                at: location,
                "brackets nest more than \(limits.depth) deep"
            )
        }
        index += 1
    }

    private mutating func close(_ content: JSONValue.Content) -> JSONValue.Content {
        depth -= 1
        return content
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x0A:
                line += 1
                lineStart = index + 1
            case 0x20, 0x09, 0x0D: break
            default: return
            }
            index += 1
        }
    }

    // MARK: Faults

    /// The current character, for messages.
    private var shown: String {
        guard index < bytes.count else { return "the end of the file" }
        let rest = String(decoding: bytes[index..<min(index + 8, bytes.count)], as: UTF8.self)
        guard let first = rest.first else { return "the end of the file" }
        return "“\(first)”"
    }

    private var location: SubmissionError.Location {
        // Columns count characters, as in editors, so UTF-8 continuation bytes are left out.
        let before = bytes[lineStart..<min(index, bytes.count)].count { $0 & 0xC0 != 0x80 }
        return .init(file: fileName, line: line, column: before + 1)
    }

    private func fault(_ message: String) -> SubmissionError {
        SubmissionError(.malformedJSON, at: location, message)
    }
}
