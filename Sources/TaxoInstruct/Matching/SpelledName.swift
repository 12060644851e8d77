/// A name in a form that all its spellings share.
///
/// It consists of words, compared by ``SpellingRules``, and of marks: numbers, single letters,
/// Greek letters and letters beside digits. “Diabetes, type II” and “Type 2 diabetes” have the word
/// “diabete” and the mark “2”. Names whose marks differ never match, however similar they are.
struct SpelledName: Sendable {
    struct Token: Hashable, Sendable {
        /// The form that spellings share.
        var form: [UInt8]
        /// The word as written, in small letters.
        var written: [UInt8]
        var isMark: Bool
        /// Whether all its letters were written as capitals.
        var isCapital: Bool
    }

    /// Words and marks in the order of the name; “of”, “the”, and “type” before a mark are left out.
    private(set) var tokens: [Token] = []

    init(_ name: String) {
        self.init(NameScanner.pieces(of: name))
    }

    private init(_ pieces: [NameScanner.Piece]) {
        // A name in capitals throughout says nothing about which words are acronyms.
        let isShouted =
            !pieces.contains { !$0.isDigits && !$0.isCapital && $0.text.count > 1 }
            && (pieces.count > 2 || pieces.contains { $0.text.count > 6 })
        for (index, piece) in pieces.enumerated() {
            let previous = index > 0 ? pieces[index - 1] : nil
            let next = index + 1 < pieces.count ? pieces[index + 1] : nil
            if let parts = Numerals.parts(of: piece, after: previous, before: next, in: tokens) {
                tokens += parts.map(Self.mark)
            } else if Self.isMark(piece, previous, next) {
                tokens.append(Self.mark(piece.isDigits ? Numerals.plain(piece.text) : piece.text))
            } else if !Self.silent.contains(piece.text) {
                let isCapital = piece.isCapital && !isShouted
                tokens.append(
                    Token(
                        form: SpellingRules.form(piece.text, isCapital: isCapital),
                        written: piece.text,
                        isMark: false,
                        isCapital: isCapital
                    )
                )
            }
        }
        dropTypes()
    }

    private static func mark(_ text: [UInt8]) -> Token {
        Token(form: text, written: text, isMark: true, isCapital: false)
    }

    private static func isMark(
        _ piece: NameScanner.Piece,
        _ previous: NameScanner.Piece?,
        _ next: NameScanner.Piece?
    ) -> Bool {
        if piece.isDigits || piece.text.count == 1 || greek.contains(piece.text) { return true }
        guard piece.text.count < 4 else { return false }
        return piece.isGlued && previous?.isDigits == true
            || next?.isGlued == true && next?.isDigits == true
    }

    /// Removes “type” before a mark, because “Tyrosinemia type 1” is “Tyrosinemia 1”.
    private mutating func dropTypes() {
        var kept: [Token] = []
        for (index, token) in tokens.enumerated() {
            let isBeforeMark = index + 1 < tokens.count && tokens[index + 1].isMark
            if isBeforeMark, token.form == Self.type { continue }
            kept.append(token)
        }
        // Of “type 2” alone something must remain.
        if kept.contains(where: { !$0.isMark }) { tokens = kept }
    }

    /// Words that change nothing.
    private static let silent: Set<[UInt8]> = [Array("of".utf8), Array("the".utf8)]
    private static let type = Array("type".utf8)
    private static let greek = Set(PlainText.greekNames.map { Array($0.utf8) })
    /// Words between two things that do not mean the same if the two change places.
    private static let relations = Set(
        [
            "with", "without", "due", "caused", "causing", "by", "secondary", "following", "from",
            "in", "after", "before", "to", "not", "resulting", "than",
        ].map { SpellingRules.form(Array($0.utf8)) }
    )

    // MARK: Keys

    var marks: [[UInt8]] { tokens.filter(\.isMark).map(\.form) }
    var words: [Token] { tokens.filter { !$0.isMark } }

    /// Equal for names with the same words and marks, in the same order or with the end of one at
    /// the beginning of the other: “cancer of the lung” and “lung cancer”.
    ///
    /// Any other order may be another disease: the syndrome of Shprintzen and Goldberg is not that
    /// of Goldberg and Shprintzen.
    var key: NameKey { Self.key(tokens.map { ($0.form, $0.isMark) }) }

    static func key(_ tokens: [(form: [UInt8], isMark: Bool)]) -> NameKey {
        var words = tokens.filter { !$0.isMark }.map(\.form)
        if !words.contains(where: relations.contains) { words = leastRotation(words) }
        var key = NameKey(kind: 1)
        for word in words { key.add(word, thenSpace: true) }
        key.addSeparator()
        for token in tokens where token.isMark { key.add(token.form, thenSpace: true) }
        return key
    }

    /// Of all ways to move words from the end to the beginning the first in alphabetical order.
    private static func leastRotation(_ words: [[UInt8]]) -> [[UInt8]] {
        func precedes(_ a: Int, _ b: Int) -> Bool {
            for offset in words.indices {
                let one = words[(a + offset) % words.count]
                let other = words[(b + offset) % words.count]
                if one != other { return one.lexicographicallyPrecedes(other) }
            }
            return false
        }
        guard let start = words.indices.min(by: precedes), start > 0 else { return words }
        return Array(words[start...] + words[..<start])
    }

    /// Equal for names that differ only in where words are parted: “pre-eclampsia”, “preeclampsia”.
    var joinedKey: NameKey {
        var key = NameKey(kind: 2)
        for token in tokens where !token.isMark { key.add(token.form, thenSpace: false) }
        key.addSeparator()
        for token in tokens where token.isMark { key.add(token.form, thenSpace: true) }
        return key
    }

    /// The first letters of the words, in capitals; marks count as they are.
    var initials: NameKey? {
        let letters = tokens.compactMap(\.written.first)
        guard letters.count > 1, letters.count < 9 else { return nil }
        return Self.initials(letters)
    }

    static func initials(_ letters: [UInt8]) -> NameKey {
        var key = NameKey(kind: 3)
        key.add(letters, thenSpace: false)
        return key
    }
}

/// A hash of 64 bits (FNV-1a) that stands for a spelling.
struct NameKey: Hashable, Comparable, Sendable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init(kind: UInt8) { add(kind) }

    mutating func add(_ text: [UInt8], thenSpace: Bool) {
        for byte in text { add(byte) }
        if thenSpace { add(0x20) }
    }

    mutating func addSeparator() { add(0) }

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    static func < (a: NameKey, b: NameKey) -> Bool { a.value < b.value }
}
