/// Roman numerals from I to XX, where a name numbers something.
///
/// They are numbers after “type”, “stage” and the like and at the end of a name or of a part of it;
/// elsewhere “I”, “V” and “X” may be letters, as in “X-linked”.
enum Numerals {
    /// The marks for which a piece stands if it is a Roman numeral, such as `2` and `a` for “IIA”.
    ///
    /// - Parameters:
    ///   - piece: Letters.
    ///   - previous: The piece before it.
    ///   - next: The piece after it.
    ///   - tokens: What came before, for “types I and II”.
    /// - Returns: The number and the letter, if there is one; `nil` if it is no numeral here.
    static func parts(
        of piece: NameScanner.Piece,
        after previous: NameScanner.Piece?,
        before next: NameScanner.Piece?,
        in tokens: [SpelledName.Token]
    ) -> [[UInt8]]? {
        guard !piece.isDigits, piece.text.count <= 6, !piece.isGlued || previous?.isDigits != true
        else { return nil }
        let isCounted = previous.map { kinds.contains($0.text) } ?? false
        let isListed =
            previous.map { links.contains($0.text) } == true
            && (tokens.dropLast().last.map { $0.isMark && isNumber($0.form) } ?? false)
        // “Mucopolysaccharidosis III B”.
        let isLettered =
            piece.text.count > 1 && next.map { $0.text.count == 1 && $0.endsPart } == true
        guard isCounted || isListed || isLettered || piece.endsPart else { return nil }
        if let value = values[piece.text] {
            // “Trisomy X” counts nothing, and a name does not begin with its number.
            let isChromosome = previous.map { isOfChromosomes($0.text) } ?? true
            return piece.text.count == 1 && isChromosome ? nil : [decimal(value)]
        }
        guard piece.text.count > 1, let last = piece.text.last,
            let value = values[Array(piece.text.dropLast())],
            // At the end of a name “ia” is too short to be sure of.
            isCounted
                ? (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(last)
                : piece.text.count > 2 && (UInt8(ascii: "a")...UInt8(ascii: "e")).contains(last)
        else { return nil }
        return [decimal(value), [last]]
    }

    /// A number without leading zeros.
    static func plain(_ digits: [UInt8]) -> [UInt8] {
        let plain = digits.drop { $0 == UInt8(ascii: "0") }
        return plain.isEmpty ? [UInt8(ascii: "0")] : Array(plain)
    }

    private static func isNumber(_ text: [UInt8]) -> Bool {
        text.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func decimal(_ value: Int) -> [UInt8] { Array(String(value).utf8) }

    private static func isOfChromosomes(_ word: [UInt8]) -> Bool {
        let word = String(decoding: word, as: UTF8.self)
        return word.hasSuffix("somy") || word.hasSuffix("chromosome") || word == "fragile"
            || word == "vitamin" || word.allSatisfy(\.isNumber)
    }

    private static let values: [[UInt8]: Int] = {
        let ones = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]
        var values: [[UInt8]: Int] = [:]
        for value in 1...20 {
            let tens = String(repeating: "x", count: value / 10)
            values[Array((tens + ones[value % 10]).utf8)] = value
        }
        return values
    }()

    /// Words after which a numeral counts.
    private static let kinds = Set(
        [
            "type", "types", "grade", "grades", "stage", "stages", "class", "classes", "group",
            "groups", "factor", "factors", "complex", "phase", "category", "degree", "form",
        ].map { Array($0.utf8) }
    )
    private static let links = Set(["and", "or"].map { Array($0.utf8) })
}
