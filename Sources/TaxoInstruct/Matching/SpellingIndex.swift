import Taxonomy

/// The terms of a taxonomy by the spellings that they share, with the words they consist of.
package struct SpellingIndex: Sendable {
    /// The concept of each term, and whether the term is its name.
    private let concepts: [Int32]
    private let isName: [Bool]
    private let spellings: KeyTable
    private let initials: KeyTable
    let words: WordTable

    init(_ taxonomy: Taxonomy) {
        var concepts: [Int32] = []
        var isName: [Bool] = []
        var spellings: [KeyTable.Entry] = []
        var initials: [KeyTable.Entry] = []
        var words = WordTable.Builder()
        for (index, concept) in taxonomy.concepts.enumerated() {
            for (place, text) in concept.terms.enumerated() {
                let term = Int32(concepts.count)
                concepts.append(Int32(index))
                isName.append(place == 0)
                var keys: [NameKey] = []
                for name in Self.forms(of: text) {
                    // Of a name without a letter or digit nothing can be told.
                    guard !name.tokens.isEmpty else { continue }
                    for key in [name.key, name.joinedKey] where !keys.contains(key) {
                        keys.append(key)
                    }
                    if let letters = name.initials { initials.append(.init(letters, term)) }
                    for token in name.words { words.add(token, of: Int32(index)) }
                }
                // An acronym has no spelling but its own.
                if Acronym.isAcronym(text) { keys = [] }
                spellings += keys.map { .init($0, term) }
            }
        }
        self.concepts = concepts
        self.isName = isName
        self.spellings = KeyTable(spellings)
        self.initials = KeyTable(initials)
        self.words = words.finish()
    }

    /// A name in its own order and, if that differs, in natural order.
    static func forms(of text: String) -> [SpelledName] {
        let natural = Term.natural(text)
        return natural == text
            ? [SpelledName(text)] : [SpelledName(text), SpelledName(natural)]
    }

    /// The visible concepts with a term of this spelling.
    func sense(of key: NameKey, _ isHidden: (Concept.Index) -> Bool) -> NameIndex.Sense {
        var sense = NameIndex.Sense()
        var others: [Concept.Index] = []
        for term in spellings[key] {
            let index = Int(concepts[Int(term)])
            guard !isHidden(index) else { continue }
            if isName[Int(term)] {
                if !sense.names.contains(index) { sense.names.append(index) }
            } else if !others.contains(index) {
                others.append(index)
            }
        }
        sense.all = sense.names + others.filter { !sense.names.contains($0) }
        return sense
    }

    /// The visible concepts that an acronym may stand for by the first letters of a term.
    ///
    /// Concepts whose name has these letters come before those of which only a synonym has.
    func concepts(
        withInitials acronym: String,
        _ isHidden: (Concept.Index) -> Bool
    ) -> [Concept.Index] {
        let letters = NameScanner.pieces(of: acronym).flatMap(\.text)
        let terms = initials[SpelledName.initials(letters)]
        var found: [Concept.Index] = []
        for wantsName in [true, false] {
            for term in terms where isName[Int(term)] == wantsName {
                let index = Int(concepts[Int(term)])
                if !isHidden(index), !found.contains(index) { found.append(index) }
            }
        }
        return found
    }
}

/// Terms by a key, in flat sorted arrays.
struct KeyTable: Sendable {
    struct Entry {
        let key: NameKey
        let term: Int32

        init(_ key: NameKey, _ term: Int32) {
            self.key = key
            self.term = term
        }
    }

    private let keys: [NameKey]
    private let terms: [Int32]

    init(_ entries: [Entry]) {
        let sorted = entries.sorted { ($0.key.value, $0.term) < ($1.key.value, $1.term) }
        keys = sorted.map(\.key)
        terms = sorted.map(\.term)
    }

    /// The terms with this key, ascending.
    subscript(key: NameKey) -> ArraySlice<Int32> {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < keys.count, keys[end] == key { end += 1 }
        return terms[low..<end]
    }
}
