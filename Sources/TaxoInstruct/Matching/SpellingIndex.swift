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
        let concepts = taxonomy.concepts
        let parts = (concepts.count + Self.partSize - 1) / Self.partSize
        let prepared = parallelMap(parts) { part in
            concepts[(part * Self.partSize)..<min((part + 1) * Self.partSize, concepts.count)]
                .map { $0.terms.map(Self.prepared) }
        }
        var owners: [Int32] = []
        var isName: [Bool] = []
        var spellings: [KeyTable.Entry] = []
        var initials: [KeyTable.Entry] = []
        var words = WordTable.Builder()
        for (index, terms) in prepared.joined().enumerated() {
            for (place, term) in terms.enumerated() {
                let number = Int32(owners.count)
                owners.append(Int32(index))
                isName.append(place == 0)
                spellings += term.keys.map { .init($0, number) }
                initials += term.initials.map { .init($0, number) }
                for token in term.words { words.add(token, of: Int32(index)) }
            }
        }
        self.concepts = owners
        self.isName = isName
        self.spellings = KeyTable(spellings)
        self.initials = KeyTable(initials)
        self.words = words.finish()
    }

    /// Number of concepts that one thread prepares at a time.
    private static let partSize = 1_000

    /// What the tables hold about a term.
    private struct Prepared: Sendable {
        var keys: [NameKey] = []
        var initials: [NameKey] = []
        var words: [SpelledName.Token] = []
    }

    private static func prepared(_ term: String) -> Prepared {
        var prepared = Prepared()
        // An acronym has no spelling but its own.
        let isAcronym = Acronym.isAcronym(term)
        // Of a name without a letter or digit nothing can be told.
        for name in forms(of: term) where !name.tokens.isEmpty {
            for key in isAcronym ? [] : [name.key, name.joinedKey]
            where !prepared.keys.contains(key) {
                prepared.keys.append(key)
            }
            if let letters = name.initials { prepared.initials.append(letters) }
            prepared.words += name.words
        }
        return prepared
    }

    /// A name in its own order and, if that differs, in natural order.
    static func forms(of text: String) -> [SpelledName] {
        guard text.utf8.contains(UInt8(ascii: ",")) else { return [SpelledName(text)] }
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
