/// Finds the names of special tokens in text that is known to contain them on purpose.
struct SpecialTokens: Sendable {
    enum Part {
        case text(String)
        case token(Int32)
    }

    /// Longest first, so that no name is mistaken for the start of another.
    private let names: [(name: [UInt8], token: Int32)]

    init(_ names: [(name: [UInt8], token: Int32)]) {
        self.names = names.filter { !$0.name.isEmpty }.sorted { $0.name.count > $1.name.count }
    }

    /// Cuts text at special tokens.
    func split(_ text: String) -> [Part] {
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
