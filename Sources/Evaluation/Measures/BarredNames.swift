import Contract

/// Names of concepts about which nothing may be learned, because test sets hold them.
///
/// Each is known by the first 16 hexadecimal digits of the SHA-256 of its ASCII words in lower case,
/// sorted and joined by blanks.
package struct BarredNames: Sendable {
    private let keys: Set<String>

    /// - Parameter lists: Texts with one key a line.
    package init(_ lists: [String]) {
        keys = Set(lists.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) })
    }

    package func contains(_ name: String) -> Bool {
        !keys.isEmpty && keys.contains(Self.key(of: name))
    }

    static func key(of name: String) -> String {
        let words = name.lowercased()
            .split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
            .sorted()
        return String(Digest.sha256(words.joined(separator: " ")).prefix(16))
    }
}
