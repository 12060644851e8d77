import Glibc

import Taxonomy

/// The words of a vocabulary's terms, and which of them are one edit away from a given word.
///
/// Every word of five letters and more is found by itself and by each way of leaving out one
/// letter. Two words are at most one insertion, deletion, substitution or transposition apart only
/// if they share one of these, so that only a few words are compared.
struct WordTable: Sendable {
    typealias Word = Int32

    /// Words shorter than this are never taken for misspelled: too many are one letter apart.
    static let shortest = 5

    private let written: [[UInt8]]
    private let forms: [[UInt8]]
    /// The number of each form.
    private let numbers: [[UInt8]: Int32]
    /// For each form the concepts that use it, ascending.
    private let users: [[Int32]]
    private let deletions: KeyTable
    /// How many forms contain each sequence of three letters.
    private let trigrams: [UInt32: Int32]

    struct Builder {
        private var written: [[UInt8]] = []
        private var forms: [[UInt8]] = []
        private var seen: [[UInt8]: Int32] = [:]
        private var numbers: [[UInt8]: Int32] = [:]
        private var users: [[Int32]] = []

        mutating func add(_ token: SpelledName.Token, of concept: Int32) {
            if let number = seen[token.written] {
                if users[Int(number)].last != concept { users[Int(number)].append(concept) }
                // A word in capitals has a form of its own.
                guard forms.isEmpty || numbers[token.form] != number else { return }
            }
            let number: Int32
            if let known = numbers[token.form] {
                number = known
                if users[Int(number)].last != concept { users[Int(number)].append(concept) }
            } else {
                number = Int32(users.count)
                numbers[token.form] = number
                users.append([concept])
            }
            guard seen[token.written] == nil else { return }
            seen[token.written] = number
            written.append(token.written)
            forms.append(token.form)
        }

        consuming func finish() -> WordTable {
            WordTable(written: written, forms: forms, numbers: numbers, users: users)
        }
    }

    private init(
        written: [[UInt8]],
        forms: [[UInt8]],
        numbers: [[UInt8]: Int32],
        users: [[Int32]]
    ) {
        self.written = written
        self.forms = forms
        self.numbers = numbers
        self.users = users
        var entries: [KeyTable.Entry] = []
        for (index, word) in written.enumerated() where word.count >= Self.shortest {
            entries += Self.keys(of: word).map { .init($0, Int32(index)) }
        }
        deletions = KeyTable(entries)
        var trigrams: [UInt32: Int32] = [:]
        for form in numbers.keys {
            for code in Set(Self.trigrams(of: form)) { trigrams[code, default: 0] += 1 }
        }
        self.trigrams = trigrams
    }

    /// The number of visible concepts that use a form, counted up to `limit`.
    func uses(
        of form: [UInt8],
        upTo limit: Int,
        _ isHidden: (Concept.Index) -> Bool
    ) -> Int {
        guard let number = numbers[form] else { return 0 }
        var count = 0
        for user in users[Int(number)] where !isHidden(Int(user)) {
            count += 1
            if count == limit { break }
        }
        return count
    }

    /// A word that is one edit away.
    struct Neighbour {
        let written: [UInt8]
        let form: [UInt8]
        let edit: WordEdit
    }

    /// The words one edit away from a word; of several with the same form only one.
    func neighbours(of word: [UInt8]) -> [Neighbour] {
        var found: [Neighbour] = []
        var seen: [Int32] = []
        for key in Self.keys(of: word) {
            for candidate in deletions[key] where !seen.contains(candidate) {
                seen.append(candidate)
                let other = written[Int(candidate)]
                guard let edit = WordEdit(from: other, to: word),
                    !WordEdit.changesPrefix(other, word),
                    !found.contains(where: { $0.form == forms[Int(candidate)] })
                else { continue }
                found.append(
                    Neighbour(written: other, form: forms[Int(candidate)], edit: edit)
                )
            }
        }
        return found
    }

    /// The number of forms that contain each of the three-letter sequences of a word.
    func trigramCounts(of form: [UInt8]) -> [Int] {
        Self.trigrams(of: form).map { Int(trigrams[$0] ?? 0) }
    }

    /// The word, and the word without each of its letters.
    private static func keys(of word: [UInt8]) -> [NameKey] {
        var keys: [NameKey] = []
        keys.reserveCapacity(word.count + 1)
        func key(without left: Int) -> NameKey {
            var key = NameKey(kind: 4)
            for (index, byte) in word.enumerated() where index != left { key.add(byte) }
            return key
        }
        keys.append(key(without: -1))
        // Leaving out either of two equal letters gives the same word.
        for index in word.indices where index == 0 || word[index] != word[index - 1] {
            keys.append(key(without: index))
        }
        return keys
    }

    private static func trigrams(of word: [UInt8]) -> [UInt32] {
        let padded = [0x20] + word + [0x20]
        guard padded.count > 2 else { return [] }
        return (0...(padded.count - 3)).map { start in
            UInt32(padded[start]) << 16 | UInt32(padded[start + 1]) << 8 | UInt32(padded[start + 2])
        }
    }
}

/// One insertion, deletion, substitution or transposition that makes one word of another.
struct WordEdit: Hashable, Sendable {
    enum Kind: Sendable {
        case insertion, deletion, substitution, transposition
    }

    let kind: Kind
    /// Where the words first differ.
    let place: Int
    /// Letters of the word that was edited.
    let length: Int
    /// Whether a letter was doubled, or one of two equal letters left out.
    let isDoubling: Bool
    /// Whether a vowel took the place of another.
    let isVowel: Bool

    /// The edit that makes `typed` of `word`; `nil` if they are equal or further apart.
    init?(from word: [UInt8], to typed: [UInt8]) {
        let difference = typed.count - word.count
        guard abs(difference) <= 1 else { return nil }
        var start = 0
        let shorter = min(word.count, typed.count)
        while start < shorter, word[start] == typed[start] { start += 1 }
        var end = 0
        while end < shorter - start, word[word.count - 1 - end] == typed[typed.count - 1 - end] {
            end += 1
        }
        let rest = word.count - start - end
        let typedRest = typed.count - start - end
        place = start
        length = word.count
        var isVowel = false
        var isDoubling = false
        switch (rest, typedRest) {
        case (0, 1):
            kind = .insertion
            let letter = typed[start]
            isDoubling = start > 0 && typed[start - 1] == letter
        case (1, 0):
            kind = .deletion
            isDoubling = start > 0 && word[start - 1] == word[start]
        case (1, 1):
            kind = .substitution
            isVowel = Self.vowels.contains(word[start]) && Self.vowels.contains(typed[start])
        case (2, 2):
            guard word[start] == typed[start + 1], word[start + 1] == typed[start] else {
                return nil
            }
            kind = .transposition
        default: return nil
        }
        self.isVowel = isVowel
        self.isDoubling = isDoubling
    }

    /// Whether the edit makes one prefix of another, or adds or removes the “a” that negates:
    /// “macrognathia” is no misspelled “micrognathia”.
    static func changesPrefix(_ word: [UInt8], _ typed: [UInt8]) -> Bool {
        let a = UInt8(ascii: "a")
        if word.first == a, word.dropFirst() == typed[...] { return true }
        if typed.first == a, typed.dropFirst() == word[...] { return true }
        return prefixes.contains { one, other in
            word.starts(with: one) && typed.starts(with: other)
                || word.starts(with: other) && typed.starts(with: one)
        }
    }

    /// Prefixes of different meaning an edit apart.
    private static let prefixes = [
        ("macro", "micro"), ("exo", "eso"), ("ante", "anti"), ("pre", "pro"), ("pre", "per"),
        ("pro", "per"), ("ab", "ad"), ("myo", "myxo"),
    ].map { (Array($0.utf8), Array($1.utf8)) }
    private static let vowels = Set("aeiouy".utf8)
}
