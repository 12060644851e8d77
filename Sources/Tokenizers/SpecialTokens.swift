/// Finds the names of special tokens in text that contains them on purpose.
struct SpecialTokens: Sendable {
    private enum Part {
        case text(String)
        case token(Int32)
    }

    /// Longest first, so that a name is found before any other name that it begins with.
    private let names: [(name: [UInt8], token: Int32)]

    init(_ names: [(name: [UInt8], token: Int32)]) {
        self.names = names.filter { !$0.name.isEmpty }.sorted { $0.name.count > $1.name.count }
    }

    /// - Throws: ``TokenizerError/inconsistent(found:expected:)`` when one of `tokens` is not below
    ///   `count`, the size of the vocabulary.
    static func require(_ tokens: [Int32?], below count: Int) throws(TokenizerError) {
        for token in tokens.compactMap(\.self) {
            guard (0..<count).contains(Int(token)) else {
                throw .inconsistent(
                    found: "the special token \(token)",
                    expected: "a token below \(count)"
                )
            }
        }
    }

    /// Splits text into tokens.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - isParsing: Whether names of special tokens in the text stand for those tokens.
    ///   - append: Appends the tokens of a text without special tokens.
    /// - Returns: Tokens in the order of the text.
    func tokens(
        of text: String,
        parsing isParsing: Bool,
        _ append: (_ text: String, _ tokens: inout [Int32]) -> Void
    ) -> [Int32] {
        var tokens: [Int32] = []
        guard isParsing else {
            append(text, &tokens)
            return tokens
        }
        for part in split(text) {
            switch part {
            case .text(let text): append(text, &tokens)
            case .token(let token): tokens.append(token)
            }
        }
        return tokens
    }

    /// Splits text at special tokens.
    private func split(_ text: String) -> [Part] {
        let bytes = Array(text.utf8)
        let firsts = Set(names.compactMap(\.name.first))
        var parts: [Part] = []
        var textStart = 0
        var position = 0
        func endText() {
            guard textStart < position else { return }
            parts.append(.text(String(decoding: bytes[textStart..<position], as: UTF8.self)))
        }
        while position < bytes.count {
            let rest = bytes[position...]
            guard firsts.contains(bytes[position]),
                let found = names.first(where: { rest.starts(with: $0.name) })
            else {
                position += 1
                continue
            }
            endText()
            parts.append(.token(found.token))
            position += found.name.count
            textStart = position
        }
        endText()
        return parts
    }
}
