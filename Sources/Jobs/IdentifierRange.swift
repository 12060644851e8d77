/// Identifiers that were set aside for new concepts, such as `MONDO:0800000` to `MONDO:0899999`.
package struct IdentifierRange: Hashable, Codable, Sendable {
    package let prefix: String
    /// The lowest and the highest number that may be given.
    package let first: Int
    package let last: Int
    /// Numbers are written with zeros in front to have at least this many digits.
    package let digits: Int

    /// Why values are no range.
    package enum Fault: Error, Hashable, CustomStringConvertible {
        case prefix(String)
        case order(first: Int, last: Int)
        case digits(Int, needed: Int)

        package var description: String {
            switch self {
            case .prefix(let prefix):
                "“\(prefix)” is no prefix: it takes letters, digits, “_”, “.” and “-”, begins with a "
                    + "letter, and is not \(Curie.provisionalPrefix), which stands for provisional "
                    + "identifiers"
            case .order(let first, let last):
                "\(first) to \(last) is no range: “first” must be 0 or more, and “last” no less "
                    + "than “first”"
            case .digits(let digits, let needed):
                "\(digits) digits do not hold the last number: \(needed) to 18 do"
            }
        }
    }

    /// Checks the values.
    ///
    /// - Throws: ``Fault``.
    package init(prefix: String, first: Int, last: Int, digits: Int) throws(Fault) {
        guard Curie.isPrefix(prefix[...]), prefix.uppercased() != Curie.provisionalPrefix else {
            throw .prefix(prefix)
        }
        guard first >= 0, first <= last else { throw .order(first: first, last: last) }
        let needed = String(last).utf8.count
        guard digits >= needed, digits <= 18 else { throw .digits(digits, needed: needed) }
        self.prefix = prefix
        self.first = first
        self.last = last
        self.digits = digits
    }

    /// How many numbers there are.
    package var count: Int { last - first + 1 }

    /// The identifier with this number.
    package func identifier(_ number: Int) -> String {
        let text = String(number)
        return prefix + ":" + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

extension IdentifierRange: CustomStringConvertible {
    package var description: String { "\(identifier(first)) to \(identifier(last))" }
}

/// A compact identifier: a prefix, a colon and a local part, such as `MONDO:0005148`.
package struct Curie: Hashable, Sendable, CustomStringConvertible {
    /// The prefix of provisional identifiers; no vocabulary has it.
    package static let provisionalPrefix = "TAXOD"

    package let prefix: String
    package let local: String

    /// Reads an identifier; `nil` if the text has not the shape of one.
    ///
    /// The forms of OBO's addresses and files, `http://purl.obolibrary.org/obo/MONDO_0005148` and
    /// `MONDO_0005148`, stand for `MONDO:0005148`. Other addresses are not read: nothing says which
    /// prefix they have.
    package init?(_ text: String) {
        var rest = text[...]
        for address in ["http://purl.obolibrary.org/obo/", "https://purl.obolibrary.org/obo/"]
        where rest.hasPrefix(address) {
            rest = rest.dropFirst(address.count)
        }
        if let colon = rest.firstIndex(of: ":") {
            let local = rest[rest.index(after: colon)...]
            guard Self.isPrefix(rest[..<colon]),
                !Self.schemes.contains(rest[..<colon].lowercased()),
                !local.isEmpty, local.utf8.count <= 200,
                local.unicodeScalars.allSatisfy({
                    !$0.properties.isWhitespace && $0.properties.generalCategory != .control
                })
            else { return nil }
            prefix = String(rest[..<colon])
            self.local = String(local)
        } else if let mark = rest.lastIndex(of: "_") {
            let local = rest[rest.index(after: mark)...]
            guard Self.isPrefix(rest[..<mark]), Self.number(local) != nil else { return nil }
            prefix = String(rest[..<mark])
            self.local = String(local)
        } else {
            return nil
        }
    }

    package var description: String { prefix + ":" + local }

    /// Whether it stands for a concept only until that gets a final identifier.
    package var isProvisional: Bool { prefix == Self.provisionalPrefix }

    /// The local part as a number; `nil` unless it has digits only.
    package var number: Int? { Self.number(local[...]) }

    /// Equal for all spellings of an identifier: letter case and zeros in front do not count.
    package var key: String {
        prefix.lowercased() + ":" + (number.map(String.init) ?? local.lowercased())
    }

    private static let schemes: Set<String> = ["http", "https", "ftp", "urn", "mailto", "file"]

    static func isPrefix(_ text: Substring) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter, text.utf8.count <= 100 else {
            return false
        }
        return text.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "-")
        }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
