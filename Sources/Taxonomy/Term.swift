/// Names of concepts: comparing them and putting them into natural order.
package enum Term {
    /// A key under which spellings of the same term are equal.
    ///
    /// Lower case, and every run of characters other than letters and digits is one space.
    package static func key(_ term: String) -> String {
        var key: [UInt8] = []
        key.reserveCapacity(term.utf8.count)
        var isASCII = true
        for byte in term.utf8 {
            switch byte {
            case 0x61...0x7A, 0x30...0x39: key.append(byte)
            case 0x41...0x5A: key.append(byte | 0x20)
            case 0x80...: isASCII = false
            default: if let last = key.last, last != 0x20 { key.append(0x20) }
            }
            if !isASCII { break }
        }
        guard isASCII else { return unicodeKey(term) }
        if key.last == 0x20 { key.removeLast() }
        return String(decoding: key, as: UTF8.self)
    }

    private static func unicodeKey(_ term: String) -> String {
        var key = ""
        for character in term.lowercased() {
            if character.isLetter || character.isNumber {
                key.append(character)
            } else if let last = key.last, last != " " {
                key.append(" ")
            }
        }
        if key.last == " " { key.removeLast() }
        return key
    }

    /// The natural order of an inverted name: “Hypertension, Renal” becomes “Renal Hypertension”.
    ///
    /// Parts between “, ” are reversed. A name stays as it is if a part after the first starts
    /// with a word that continues it (“and”, “or”, “with”…) or is a number or a class mark, as
    /// in “Long QT syndrome, 1”.
    package static func natural(_ name: String) -> String {
        let parts = name.components(separatedByCommaSpace: ())
        guard parts.count > 1 else { return name }
        for part in parts.dropFirst() {
            guard let first = part.split(separator: " ").first else { return name }
            let word = first.lowercased()
            if Self.continuing.contains(word) || word.allSatisfy({ !$0.isLetter }) { return name }
        }
        return parts.reversed().joined(separator: " ")
    }

    private static let continuing: Set<String> = [
        "and", "or", "with", "without", "due", "in", "of", "type", "types", "stage", "grade",
        "group", "class", "not", "other", "type.", "susceptibility", "i", "ii", "iii", "iv", "v",
        "vi", "vii", "viii", "ix", "x",
    ]
}

extension String {
    /// The parts between “, ”.
    fileprivate func components(separatedByCommaSpace _: Void) -> [String] {
        var parts: [String] = []
        var part = ""
        var rest = self[...]
        while let comma = rest.firstIndex(of: ",") {
            let after = rest.index(after: comma)
            if after < rest.endIndex, rest[after] == " " {
                part += rest[..<comma]
                parts.append(part)
                part = ""
                rest = rest[rest.index(after: after)...]
            } else {
                part += rest[...comma]
                rest = rest[after...]
            }
        }
        parts.append(part + rest)
        return parts
    }
}
