import Contract

/// Cuts Turtle or N-Triples into statements, without understanding them.
///
/// A statement ends with a full stop outside of texts, addresses, comments and brackets. So one
/// that is faulty costs only itself, its line is known, and no more than one is in memory. A full
/// stop behind a bracket that is not closed ends the statement as well: it is faulty anyhow, and
/// the next one is not.
struct TurtleStatements {
    /// A statement with its full stop, or a directive such as `@prefix`.
    struct Statement {
        let bytes: UnsafeRawBufferPointer
        /// Where it begins, counted from 1.
        let line: Int
        let isDirective: Bool
    }

    /// The most bytes of one statement; a scheme that lists 100,000 top concepts has 5 MB.
    static let longestStatement = 32 << 20

    private enum Mode {
        case plain
        case comment
        case address
        /// A text in one or in three of the quotation marks.
        case text(UInt8, isLong: Bool)
    }

    private let fileName: String
    private let limits: ReadLimits
    private var bytes: [UInt8] = []
    /// How far the bytes were looked at.
    private var position = 0
    private var mode = Mode.plain
    private var depth = 0
    private var line = 1
    /// Where the statement begins; `nil` between statements.
    private var start: Int?
    private var startLine = 1
    private var textStart = 0
    private var textLine = 1
    private var endsAtAddress = false
    private var isDirective = false
    /// The last byte of the statement that is neither space nor comment.
    private var last: UInt8 = 0
    private var hasWide = false

    init(fileName: String, limits: ReadLimits) {
        self.fileName = fileName
        self.limits = limits
    }

    /// Takes more of the file and hands on the statements that are complete.
    ///
    /// - Parameters:
    ///   - more: The next bytes.
    ///   - isLast: Whether they are the last.
    ///   - body: Called with each statement.
    /// - Throws: `textTooLong`, `nestingTooDeep`, `wrongEncoding`; `malformedRDF` if the file ends
    ///   inside a statement; what `body` throws.
    mutating func take(
        _ more: UnsafeRawBufferPointer,
        isLast: Bool,
        _ body: (Statement) throws(SubmissionError) -> Void
    ) throws(SubmissionError) {
        bytes.append(contentsOf: more)
        var fault: SubmissionError?
        let taken = bytes
        taken.withUnsafeBytes { raw in
            do throws(SubmissionError) {
                try scan(raw, isLast: isLast, body)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        if isLast {
            if start != nil { throw unfinished() }
            return
        }
        // Drop what was handed on.
        let kept = start ?? position
        guard kept > 0 else { return }
        bytes.removeSubrange(..<kept)
        position -= kept
        textStart -= kept
        if start != nil { start = 0 }
    }

    // Long: one automaton.
    private mutating func scan(
        _ raw: UnsafeRawBufferPointer,
        isLast: Bool,
        _ body: (Statement) throws(SubmissionError) -> Void
    ) throws(SubmissionError) {
        // How far a decision looks ahead: the word `PREFIX` and the space behind it.
        let ahead = isLast ? 0 : 8
        while position + ahead < raw.count {
            let byte = raw[position]
            if byte >= 0x80 { hasWide = true }
            if byte == 0x0A || byte == 0x0D && !Self.isNewline(raw, position + 1) { line += 1 }
            switch mode {
            case .comment:
                if byte == 0x0A || byte == 0x0D { mode = .plain }
            case .address:
                if byte == UInt8(ascii: ">") {
                    mode = .plain
                    last = byte
                    if endsAtAddress { try end(raw, body) }
                } else if byte <= 0x20 {
                    // A sign of comparison, or an address that is not closed.
                    mode = .plain
                }
            case .text(let mark, let isLong):
                if byte == UInt8(ascii: "\\") {
                    position += 1
                    if position < raw.count, raw[position] == 0x0A { line += 1 }
                } else if byte == mark {
                    if !isLong {
                        mode = .plain
                    } else if Self.isTriple(mark, raw, position) {
                        mode = .plain
                        position += 2
                    }
                    last = byte
                } else if !isLong, byte == 0x0A || byte == 0x0D {
                    mode = .plain
                }
                if position - textStart > limits.textBytes { throw tooLong() }
            case .plain: try plain(byte, raw, body)
            }
            position += 1
            if let start, position - start > Self.longestStatement {
                throw SubmissionError(
                    .textTooLong,
                    at: .init(file: fileName, line: startLine),
                    "a statement of more than \(Self.longestStatement) bytes"
                )
            }
        }
    }

    private mutating func plain(
        _ byte: UInt8,
        _ raw: UnsafeRawBufferPointer,
        _ body: (Statement) throws(SubmissionError) -> Void
    ) throws(SubmissionError) {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D: return
        case UInt8(ascii: "#"):
            mode = .comment
            return
        default: break
        }
        if start == nil { begin(raw) }
        switch byte {
        case UInt8(ascii: "<"): mode = .address
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            textStart = position
            textLine = line
            let isLong = Self.isTriple(byte, raw, position)
            mode = .text(byte, isLong: isLong)
            if isLong { position += 2 }
        case UInt8(ascii: "\\"):
            position += 1
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"):
            depth += 1
            guard depth <= limits.depth else {
                throw SubmissionError(
                    .nestingTooDeep,
                    at: .init(file: fileName, line: line),
                    "brackets nest more than \(limits.depth) deep"
                )
            }
        case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"): depth = max(0, depth - 1)
        case UInt8(ascii: "."):
            if isEnd(raw) {
                last = byte
                return try end(raw, body)
            }
        case 0:
            throw SubmissionError(
                .wrongEncoding,
                at: .init(file: fileName, line: line),
                "found a zero byte, expected text in UTF-8"
            )
        default: break
        }
        last = byte
    }

    /// Whether the full stop at the position ends the statement; `1.5` and `a:b.c` have others.
    private func isEnd(_ raw: UnsafeRawBufferPointer) -> Bool {
        guard position + 1 < raw.count else { return true }
        switch raw[position + 1] {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "#"), UInt8(ascii: "<"): return true
        default: break
        }
        switch last {
        case UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "]"),
            UInt8(ascii: ")"):
            return true
        default: return false
        }
    }

    private mutating func begin(_ raw: UnsafeRawBufferPointer) {
        start = position
        startLine = line
        depth = 0
        hasWide = raw[position] >= 0x80
        let opening = raw[position..<min(raw.count, position + 8)].map { byte in
            (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
        func opens(_ word: String) -> Bool {
            opening.starts(with: word.utf8)
                && opening.dropFirst(word.utf8.count).first.map { $0 <= 0x20 || $0 == 0x3C } == true
        }
        endsAtAddress = opens("prefix") || opens("base")
        isDirective = endsAtAddress || opening.first == UInt8(ascii: "@")
    }

    private mutating func end(
        _ raw: UnsafeRawBufferPointer,
        _ body: (Statement) throws(SubmissionError) -> Void
    ) throws(SubmissionError) {
        guard let first = start else { return }
        let statement = UnsafeRawBufferPointer(rebasing: raw[first...position])
        if hasWide, String(validating: statement, as: UTF8.self) == nil {
            try Encoding.check(Array(statement), fileName: fileName, firstLine: startLine)
        }
        start = nil
        depth = 0
        last = 0
        hasWide = false
        try body(.init(bytes: statement, line: startLine, isDirective: isDirective))
    }

    private func tooLong() -> SubmissionError {
        SubmissionError(
            .textTooLong,
            at: .init(file: fileName, line: textLine),
            "a text is longer than \(limits.textBytes) bytes, or its quotation mark is not closed"
        )
    }

    private func unfinished() -> SubmissionError {
        var what = "a statement"
        var line = startLine
        if case .text = mode {
            what = "a text"
            line = textLine
        }
        return SubmissionError(
            .malformedRDF,
            at: .init(file: fileName, line: line),
            "the file ends inside \(what) that begins here",
            remedy: "Copy the file again if it was cut off; else close what begins in this line."
        )
    }

    private static func isNewline(_ raw: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        index < raw.count && raw[index] == 0x0A
    }

    /// Whether the mark at the place is the first of three.
    private static func isTriple(
        _ mark: UInt8,
        _ raw: UnsafeRawBufferPointer,
        _ index: Int
    ) -> Bool {
        index + 2 < raw.count && raw[index + 1] == mark && raw[index + 2] == mark
    }
}
