import Glibc
package import Taxonomy

/// An inverted index from words to terms and definitions.
///
/// Words are those of `Term.key`, without plural endings. The similarity of two terms is the cosine
/// of their word sets, weighted by the inverse document frequency `ln(T + 1 / terms with it)`.
package struct WordIndex: Sendable {
    /// A word's number; a query's words that occur in no term have none.
    package typealias Word = Int32

    /// Words of each concept's name in natural order, `[C]` lists.
    package let names: [[Word]]
    /// Inverse document frequency of each word, `[W]`.
    package let weights: [Float]
    /// Weight of a word that occurs in no term.
    package let unseenWeight: Float

    private let numbers: [String: Word]
    /// For each word, the terms that contain it, ascending.
    private let terms: Postings
    /// For each word, the concepts with a term that contains it, ascending.
    private let concepts: Postings
    /// For each word, the concepts whose definition contains it, ascending.
    private let definitions: Postings
    /// Norm of each term's weight vector, `[T]`.
    private let norms: [Float]
    private let conceptOfTerm: [Int32]

    package init(_ lexicon: Lexicon, _ taxonomy: Taxonomy) {
        var numbers: [String: Word] = [:]
        var perTerm: [[Word]] = []
        perTerm.reserveCapacity(lexicon.termCount)
        for term in 0..<lexicon.termCount {
            let words = Self.stems(lexicon.key(term)).map { stem in
                if let known = numbers[stem] { return known }
                let number = Word(numbers.count)
                numbers[stem] = number
                return number
            }
            perTerm.append(Array(Set(words)).sorted())
        }
        let terms = Postings(perTerm, of: numbers.count)
        let total = Float(perTerm.count + 1)
        let weights = (0..<numbers.count).map { log(total / Float(terms[Word($0)].count)) }

        var perConcept = [[Word]](repeating: [], count: taxonomy.concepts.count)
        for (term, words) in perTerm.enumerated() {
            perConcept[Int(lexicon.concepts[term])] += words
        }
        let known = numbers
        names = taxonomy.concepts.map { concept in
            Self.stems(Array(Term.key(Term.natural(concept.name)).utf8)[...])
                .compactMap { known[$0] }
        }
        let defined = taxonomy.concepts.map { concept -> [Word] in
            guard let text = concept.definition else { return [] }
            return Array(Set(Self.stems(Array(Term.key(text).utf8)[...]).compactMap { known[$0] }))
        }
        norms = perTerm.map { words in
            words.reduce(0) { $0 + weights[Int($1)] * weights[Int($1)] }.squareRoot()
        }
        concepts = Postings(perConcept.map { Array(Set($0)) }, of: numbers.count)
        definitions = Postings(defined, of: numbers.count)
        conceptOfTerm = lexicon.concepts
        self.terms = terms
        self.weights = weights
        self.numbers = numbers
        unseenWeight = log(total)
    }

    /// The words of a term, in order; `nil` for a word that occurs in no term of the vocabulary.
    package func words(of term: String) -> [Word?] {
        Self.stems(Array(Term.key(Term.natural(term)).utf8)[...]).map { numbers[$0] }
    }

    /// The words in order, without repetition.
    ///
    /// Unlike that of a set, the order is the same in every run, and so are floating-point sums
    /// over it.
    package static func distinct<W: Hashable>(_ words: [W]) -> [W] {
        var seen = Set<W>()
        return words.filter { seen.insert($0).inserted }
    }

    package func weight(of word: Word?) -> Float { word.map { weights[Int($0)] } ?? unseenWeight }

    /// The weight of a word as ``stems(of:)`` gives it.
    func weight(ofStem stem: String) -> Double { Double(weight(of: numbers[stem])) }

    /// The words of a text, in order and without plural endings.
    static func stems(of text: String) -> [String] { stems(Array(Term.key(text).utf8)[...]) }

    /// The concepts with a term that contains the word.
    package func concepts(with word: Word) -> ArraySlice<Int32> { concepts[word] }

    /// The concepts whose definition contains the word.
    package func definitions(with word: Word) -> ArraySlice<Int32> { definitions[word] }

    /// Raises each concept's similarity to that of its term most similar to the given words.
    ///
    /// - Parameters:
    ///   - best: C similarities, 0 to 1, updated in place.
    ///   - words: The words of one term.
    package func raise(_ best: inout [Float], by words: [Word?]) {
        var sums: [Int32: Float] = [:]
        var own: Float = 0
        var seen = Set<Word>()
        for word in words {
            let weight = weight(of: word)
            guard let word else {
                own += weight * weight
                continue
            }
            guard seen.insert(word).inserted else { continue }
            own += weight * weight
            for term in terms[word] { sums[term, default: 0] += weight * weight }
        }
        guard own > 0 else { return }
        let length = own.squareRoot()
        for (term, sum) in sums {
            let concept = Int(conceptOfTerm[Int(term)])
            best[concept] = max(best[concept], sum / (length * norms[Int(term)]))
        }
    }

    /// The words of a key, without plural endings.
    private static func stems(_ key: ArraySlice<UInt8>) -> [String] {
        key.split(separator: 0x20).map { word in
            String(decoding: stem(word), as: UTF8.self)
        }
    }

    private static func stem(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard word.count > 3, word.last == UInt8(ascii: "s") else { return word }
        let before = word[word.endIndex - 2]
        // “abscess”, “stenosis” and “virus” are not plurals.
        switch before {
        case UInt8(ascii: "s"), UInt8(ascii: "i"), UInt8(ascii: "u"): return word
        case UInt8(ascii: "e") where word.count > 4 && word[word.endIndex - 3] == UInt8(ascii: "i"):
            return word.dropLast(3) + [UInt8(ascii: "y")]
        case UInt8(ascii: "e") where word.count > 4 && word[word.endIndex - 3] == UInt8(ascii: "s"):
            return word.dropLast(2)
        default: return word.dropLast()
        }
    }
}

/// A list of numbers for each word, stored consecutively.
private struct Postings: Sendable {
    private let starts: [Int32]
    private let entries: [Int32]

    /// Inverts lists of words.
    ///
    /// - Parameters:
    ///   - lists: The words of each entry, without repetition.
    ///   - words: Total number of words.
    init(_ lists: [[WordIndex.Word]], of words: Int) {
        var starts = [Int32](repeating: 0, count: words + 1)
        for list in lists { for word in list { starts[Int(word) + 1] += 1 } }
        for word in 0..<words { starts[word + 1] += starts[word] }
        var next = starts
        var entries = [Int32](repeating: 0, count: Int(starts[words]))
        for (entry, list) in lists.enumerated() {
            for word in list {
                entries[Int(next[Int(word)])] = Int32(entry)
                next[Int(word)] += 1
            }
        }
        self.starts = starts
        self.entries = entries
    }

    subscript(_ word: WordIndex.Word) -> ArraySlice<Int32> {
        entries[Int(starts[Int(word)])..<Int(starts[Int(word) + 1])]
    }
}
