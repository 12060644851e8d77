import Contract
import Glibc

/// Reads a JSON document from a stream, value by value and in bounded memory.
///
/// ``JSONParser`` keeps a whole file and all of its values; this reader keeps only the value that is
/// asked for, so that an ontology of any size can be read. The grammar is the same.
final class JSONStream {
    private static let chunkBytes = 1 << 18

    private let stream: any ByteStream
    private let fileName: String
    private let limits: ReadLimits
    private let buffer: UnsafeMutableRawBufferPointer
    private var index = 0
    private var end: Int
    private var isAtEnd = false
    private var depth = 0
    /// The line of the next byte, counted from 1.
    private(set) var line = 1
    /// How many bytes were read before those in the buffer.
    private var passed = 0
    private var lineStart = 0
    private var sinceProgress = 0
    /// Where the value that is being kept began, and how many parts it has.
    private var keptFrom = 0
    private var keptValues = 0

    /// - Parameters:
    ///   - stream: The bytes behind `head`.
    ///   - head: The first bytes.
    ///   - fileName: The file's name, for messages.
    ///   - limits: Limits on nesting and texts, and on a single value that is kept.
    init(
        _ stream: any ByteStream,
        head: [UInt8],
        fileName: String,
        limits: ReadLimits
    ) {
        self.stream = stream
        self.fileName = fileName
        self.limits = limits
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(Self.chunkBytes, head.count),
            alignment: 64
        )
        head.withUnsafeBytes { buffer.copyMemory(from: $0) }
        self.buffer = buffer
        end = head.count
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    deinit { buffer.deallocate() }

    /// The fraction of the file that has been read, 0 to 1, about every 4 MiB of text; else `nil`.
    func newShare() -> Double? {
        guard sinceProgress >= 4 << 20 else { return nil }
        sinceProgress = 0
        return stream.share
    }

    // MARK: Values

    /// Whether the next value is an array.
    func isArray() throws(SubmissionError) -> Bool { try peek() == UInt8(ascii: "[") }

    /// Reads an object; `body` gets each key and reads or skips the value behind it.
    func members(
        _ body: (String) throws(SubmissionError) -> Void
    ) throws(SubmissionError) {
        try open("{", "an object")
        if try take("}") { return depth -= 1 }
        while true {
            guard try peek() == UInt8(ascii: "\"") else {
                throw fault("found \(shown), expected a key in double quotes")
            }
            let key = try string()
            guard try take(":") else { throw fault("found \(shown), expected “:” after a key") }
            try body(key)
            if try take("}") { return depth -= 1 }
            guard try take(",") else { throw fault("found \(shown), expected “,” or “}”") }
        }
    }

    /// Reads an array; `body` reads or skips each element.
    func elements(_ body: () throws(SubmissionError) -> Void) throws(SubmissionError) {
        try open("[", "an array")
        if try take("]") { return depth -= 1 }
        while true {
            try body()
            if try take("]") { return depth -= 1 }
            guard try take(",") else { throw fault("found \(shown), expected “,” or “]”") }
        }
    }

    /// The next value with all that it holds.
    ///
    /// - Throws: `fileTooLarge` if it holds more than a list may.
    func value() throws(SubmissionError) -> JSONValue {
        keptFrom = passed + index
        keptValues = 0
        return try keep()
    }

    private func keep() throws(SubmissionError) -> JSONValue {
        let first = try peek()
        let start = line
        keptValues += 1
        guard keptValues <= limits.listItems, passed + index - keptFrom <= limits.listBytes else {
            throw SubmissionError(
                .fileTooLarge,
                at: location,
                "a single node of the graph is larger than a whole list may be"
            )
        }
        switch first {
        case UInt8(ascii: "{"):
            var members: [(key: String, value: JSONValue)] = []
            try self.members { key throws(SubmissionError) in members.append((key, try keep())) }
            return JSONValue(content: .object(members), line: start)
        case UInt8(ascii: "["):
            var values: [JSONValue] = []
            try elements { () throws(SubmissionError) in values.append(try keep()) }
            return JSONValue(content: .array(values), line: start)
        case UInt8(ascii: "\""): return JSONValue(content: .string(try string()), line: start)
        default:
            let word = try word()
            let content: JSONValue.Content =
                switch word {
                case "true": .bool(true)
                case "false": .bool(false)
                case "null": .null
                default: .number(word)
                }
            return JSONValue(content: content, line: start)
        }
    }

    /// Reads over the next value.
    func skip() throws(SubmissionError) {
        switch try peek() {
        case UInt8(ascii: "{"): try members { _ throws(SubmissionError) in try skip() }
        case UInt8(ascii: "["): try elements { () throws(SubmissionError) in try skip() }
        case UInt8(ascii: "\""): _ = try string()
        default: _ = try word()
        }
    }

    /// Checks that nothing follows the document.
    func finish() throws(SubmissionError) {
        guard try peek() == nil else {
            throw fault("found \(shown) after the end of the document")
        }
    }

    // MARK: Parts

    /// A string; the next byte is its quotation mark.
    func string() throws(SubmissionError) -> String {
        index += 1
        var bytes: [UInt8] = []
        while true {
            guard try hasByte() else { throw fault("the file ends inside a string") }
            let part = plainPart()
            guard bytes.count + part.count <= limits.textBytes else {
                throw SubmissionError(
                    .textTooLong,
                    at: location,
                    "a text of more than \(limits.textBytes) bytes"
                )
            }
            if index < end, buffer[index] == UInt8(ascii: "\""), bytes.isEmpty {
                index += 1
                return try text(part)
            }
            bytes.append(contentsOf: part)
            guard index < end else { continue }
            switch buffer[index] {
            case UInt8(ascii: "\""):
                index += 1
                let whole = bytes.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
                guard let whole else { throw wrongBytes() }
                return whole
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            default:
                throw fault("found a control character inside a string, expected its escape")
            }
        }
    }

    /// The bytes in the buffer up to a quotation mark, a backslash or a control character.
    private func plainPart() -> UnsafeRawBufferPointer {
        let start = index
        while index < end {
            let byte = buffer[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            index += 1
        }
        return UnsafeRawBufferPointer(rebasing: buffer[start..<index])
    }

    private func text(_ bytes: UnsafeRawBufferPointer) throws(SubmissionError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw wrongBytes() }
        return text
    }

    private func escape(into bytes: inout [UInt8]) throws(SubmissionError) {
        index += 1
        let letter = try next()
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var units = [try hexadecimal()]
            // A pair of surrogates is one character; an unpaired one becomes U+FFFD.
            if (0xD800..<0xDC00).contains(units[0]), try isUnicodeEscape() {
                index += 2
                units.append(try hexadecimal())
            }
            bytes.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
        default:
            index -= 1
            throw fault("found \(shown) after a backslash, expected one of \" \\ / b f n r t u")
        }
    }

    private func isUnicodeEscape() throws(SubmissionError) -> Bool {
        while end - index < 2 {
            guard try fill() else { return false }
        }
        return buffer[index] == UInt8(ascii: "\\") && buffer[index + 1] == UInt8(ascii: "u")
    }

    private func hexadecimal() throws(SubmissionError) -> UInt16 {
        var code: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(try next())).hexDigitValue else {
                throw fault("expected four hexadecimal digits after \\u")
            }
            code = code << 4 | UInt16(digit)
        }
        return code
    }

    /// A number or one of JSON's words.
    private func word() throws(SubmissionError) -> String {
        var bytes: [UInt8] = []
        while bytes.count < 400, try hasByte() {
            let byte = buffer[index]
            let isPart =
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: ".")
            guard isPart else { break }
            bytes.append(byte)
            index += 1
        }
        let word = String(decoding: bytes, as: UTF8.self)
        let isKnown = ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains(word)
        guard isKnown || word.wholeMatch(of: Self.number) != nil else {
            index -= word.isEmpty ? 0 : min(bytes.count, index)
            throw fault("found \(shown), expected a value")
        }
        return word
    }

    private static var number: Regex<Substring> { /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+\-]?\d+)?/ }

    private func open(_ mark: Unicode.Scalar, _ what: String) throws(SubmissionError) {
        guard try take(mark) else { throw fault("found \(shown), expected \(what)") }
        depth += 1
        guard depth <= limits.depth else {
            throw SubmissionError(
                .nestingTooDeep,
                at: location,
                "brackets nest more than \(limits.depth) deep"
            )
        }
    }

    // MARK: Bytes

    /// The next byte that is no white space; `nil` at the end.
    private func peek() throws(SubmissionError) -> UInt8? {
        while true {
            while index < end {
                switch buffer[index] {
                case 0x0A:
                    line += 1
                    lineStart = passed + index + 1
                case 0x20, 0x09, 0x0D: break
                default: return buffer[index]
                }
                index += 1
            }
            guard try fill() else { return nil }
        }
    }

    private func take(_ mark: Unicode.Scalar) throws(SubmissionError) -> Bool {
        guard try peek() == UInt8(ascii: mark) else { return false }
        index += 1
        return true
    }

    private func next() throws(SubmissionError) -> UInt8 {
        guard try hasByte() else { throw fault("the file ends inside a string") }
        defer { index += 1 }
        return buffer[index]
    }

    /// Whether there is a next byte, which then lies in the buffer.
    private func hasByte() throws(SubmissionError) -> Bool {
        if index < end { return true }
        return try fill()
    }

    /// Reads more behind what is left in the buffer.
    ///
    /// - Returns: Whether there was more.
    private func fill() throws(SubmissionError) -> Bool {
        guard !isAtEnd else { return false }
        if index > 0, let base = buffer.baseAddress {
            memmove(base, base + index, end - index)
            passed += index
            end -= index
            index = 0
        }
        let count = try stream.read(into: .init(rebasing: buffer[end...]))
        isAtEnd = count == 0
        end += count
        sinceProgress += count
        return count > 0
    }

    // MARK: Faults

    /// The next character, for messages.
    private var shown: String {
        let rest = String(decoding: buffer[index..<min(index + 8, end)], as: UTF8.self)
        return rest.first.map { "“\($0)”" } ?? "the end of the file"
    }

    private var location: SubmissionError.Location {
        .init(file: fileName, line: line, column: max(1, passed + index - lineStart + 1))
    }

    private func fault(_ message: String) -> SubmissionError {
        SubmissionError(.malformedJSON, at: location, message)
    }

    private func wrongBytes() -> SubmissionError {
        SubmissionError(.wrongEncoding, at: location, "found a text that is not in UTF-8")
    }
}
