/// Tells acronyms from words.
///
/// An acronym stands for too many things to be compared by spelling: `ALS` is a letter away from
/// half a dozen others. It matches where it is given as a name or synonym, and nowhere else.
enum Acronym {
    /// Whether a name is a single acronym, such as `COPD`, `mtDNA`, `HbSS` or `nsclc`.
    static func isAcronym(_ name: String) -> Bool {
        let bytes = PlainText.bytes(of: name).filter { $0 != UInt8(ascii: ".") }
        var trimmed = bytes[...]
        while let first = trimmed.first, !isAlphanumeric(first) { trimmed = trimmed.dropFirst() }
        while let last = trimmed.last, !isAlphanumeric(last) { trimmed = trimmed.dropLast() }
        guard (2...8).contains(trimmed.count), trimmed.allSatisfy(isAlphanumeric) else {
            return false
        }
        let capitals = trimmed.count { (0x41...0x5A).contains($0) }
        let smalls = trimmed.count { (0x61...0x7A).contains($0) }
        let vowels = trimmed.count { Self.vowels.contains($0 | 0x20) }
        guard capitals + smalls > 1 else { return false }
        if smalls == 0 { return trimmed.count <= 5 || vowels * 5 <= trimmed.count }
        if capitals > 1, capitals >= smalls || trimmed.count <= 5 { return true }
        return vowels == 0 || trimmed.count <= 3
    }

    /// Whether the letters may abbreviate the name: capitals that occur in it in this order.
    ///
    /// Its digits must be numbers of the name: “(RP98)” belongs to no name without 98.
    static func abbreviates(_ short: Substring, _ name: Substring) -> Bool {
        let bytes = PlainText.bytes(of: String(short)).filter(isAlphanumeric)
        let letters = bytes.filter { !(0x30...0x39).contains($0) }
        let capitals = letters.count { (0x41...0x5A).contains($0) }
        guard (2...10).contains(letters.count), capitals * 2 >= letters.count, capitals > 1 else {
            return false
        }
        let numbers = NameScanner.pieces(of: String(short)).filter(\.isDigits).map(\.text)
        let marks = Set(SpelledName(String(name)).marks)
        guard numbers.allSatisfy({ marks.contains(Numerals.plain($0)) }) else { return false }
        var rest = PlainText.bytes(of: String(name))[...]
        if letters.last == UInt8(ascii: "s"), letters.count > 2 {
            return isSubsequence(letters.dropLast(), of: &rest)
        }
        return isSubsequence(letters[...], of: &rest)
    }

    /// Whether the letters occur in the text in their order, the first as the first of a word.
    private static func isSubsequence(
        _ letters: ArraySlice<UInt8>,
        of text: inout ArraySlice<UInt8>
    ) -> Bool {
        var isFirst = true
        for letter in letters {
            var isFound = false
            var previous: UInt8 = 0x20
            while let byte = text.popFirst() {
                let begins = !isAlphanumeric(previous)
                previous = byte
                if byte | 0x20 == letter | 0x20, !isFirst || begins {
                    isFound = true
                    break
                }
            }
            guard isFound else { return false }
            isFirst = false
        }
        return true
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
    }

    private static let vowels = Set("aeiouy".utf8)
}
