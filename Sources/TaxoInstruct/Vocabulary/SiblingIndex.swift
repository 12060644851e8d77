import Glibc
package import Taxonomy

/// Lexical features of names and definitions for set expansion.
///
/// Everything here is derived from texts and identifiers and nothing from edges, so all views share
/// it. Words are those of `Term.key`; words of more than four letters lose a final “s”.
package struct SiblingIndex: Sendable {
    package typealias Word = Int32

    /// A unit-length vector of word weights, sorted by word.
    package struct Document: Sendable {
        package let words: [Word]
        package let weights: [Float]
    }

    /// Words of each concept's name in natural order, `[C]` lists.
    package let names: [[Word]]
    /// The same words, sorted and without repetition.
    package let nameSets: [[Word]]
    /// Word sets of each concept's leading terms, beginning with the name.
    package let termSets: [[[Word]]]
    /// The head word of each name: the last word before “with”, “due”, … and numbers; −1 if none.
    package let heads: [Word]
    /// Numbers for the last five and the last four letters of the head word.
    package let longEndings: [Int32]
    package let shortEndings: [Int32]
    /// A number for the name without trailing numbers: “Long QT syndrome 3” is in the same family
    /// as “Long QT syndrome 15”.
    package let families: [Int32]
    /// A number for the part of the identifier before its first digit.
    package let sources: [Int32]
    /// ln(1 + number of other names that contain all words of this name).
    package let generality: [Float]
    /// ln(1 + number of terms).
    package let logTerms: [Float]
    /// Inverse document frequency of each word, `[W]`.
    package let weights: [Float]
    /// Word vector of each concept's terms and definition.
    package let documents: [Document]
    /// Word vector of each definition; empty where there is none.
    package let definitions: [Document]
    /// For each word, the concepts whose document contains it, with its weight there.
    private let postings: [[(concept: Int32, weight: Float)]]

    package init(_ taxonomy: Taxonomy) {
        var interner = Interner()
        let texts = taxonomy.concepts.map { Text($0, &interner) }
        let names = texts.map(\.name)
        let nameSets = names.map(Self.sorted)
        var counts = [Int](repeating: 0, count: interner.count)
        for text in texts { for word in Set(text.words) { counts[Int(word)] += 1 } }
        let weights = counts.map { Float(1 + log(Double(1 + texts.count) / Double(1 + $0))) }
        self.names = names
        self.nameSets = nameSets
        self.weights = weights
        termSets = texts.map(\.sets)
        documents = texts.map { Self.document($0.words, weights) }
        definitions = texts.map { Self.document($0.definition, weights) }
        postings = Self.postings(documents, words: interner.count)
        generality = Self.generality(of: nameSets, words: interner.count)
        logTerms = taxonomy.concepts.map { Float(log(Double(2 + $0.synonyms.count))) }

        var endings = Interner()
        let heads = names.map { Self.proper($0, interner).last ?? -1 }
        self.heads = heads
        func ending(_ length: Int) -> [Int32] {
            heads.map { $0 < 0 ? -1 : endings.number(String(interner.text($0).suffix(length))) }
        }
        longEndings = ending(5)
        shortEndings = ending(4)
        families = names.map { words in
            var words = words[...]
            while words.count > 1, let last = words.last, Self.isMark(interner.text(last)) {
                words.removeLast()
            }
            return endings.number(words.map { String($0) }.joined(separator: " "))
        }
        sources = taxonomy.concepts.map { concept in
            let start = concept.identifier.prefix { !$0.isNumber }
            let isWhole = start.utf8.count == concept.identifier.utf8.count
            return endings.number(isWhole ? "" : String(start))
        }
    }

    /// Cosine of a concept's document with every document, `[C]`.
    package func similarities(to concept: Concept.Index) -> [Float] {
        var sums = [Float](repeating: 0, count: documents.count)
        let document = documents[concept]
        for (word, weight) in zip(document.words, document.weights) {
            for posting in postings[Int(word)] {
                sums[Int(posting.concept)] += weight * posting.weight
            }
        }
        return sums
    }

    /// Cosine of two documents.
    package static func cosine(_ a: Document, _ b: Document) -> Float {
        var sum: Float = 0
        var i = 0
        var j = 0
        while i < a.words.count, j < b.words.count {
            if a.words[i] == b.words[j] {
                sum += a.weights[i] * b.weights[j]
                i += 1
                j += 1
            } else if a.words[i] < b.words[j] {
                i += 1
            } else {
                j += 1
            }
        }
        return sum
    }

    /// Total weight of the words that two sorted lists have in common.
    package func commonWeight(_ a: [Word], _ b: [Word]) -> Float {
        var sum: Float = 0
        var place = 0
        for word in a {
            while place < b.count, b[place] < word { place += 1 }
            if place < b.count, b[place] == word { sum += weights[Int(word)] }
        }
        return sum
    }

    /// The words of a concept's leading terms, sorted and without repetition.
    package func termWords(of concept: Concept.Index) -> [Word] {
        Self.sorted(termSets[concept].flatMap(\.self))
    }

    /// Whether `part` is a non-empty proper subset of `whole`; both are sorted.
    package static func isProperPart(_ part: [Word], of whole: [Word]) -> Bool {
        part.count < whole.count && isPart(part, of: whole)
    }

    /// Whether `part` is a non-empty subset of `whole`; both are sorted.
    package static func isPart(_ part: [Word], of whole: [Word]) -> Bool {
        guard !part.isEmpty else { return false }
        var place = 0
        for word in part {
            while place < whole.count, whole[place] < word { place += 1 }
            guard place < whole.count, whole[place] == word else { return false }
            place += 1
        }
        return true
    }

    // MARK: Building

    /// Maximum number of terms read per concept; records list dozens that differ only by a comma.
    private static let terms = 12
    private static let comparedTerms = 6

    /// The words of one concept.
    private struct Text {
        var name: [Word] = []
        /// The word sets of its leading terms; see ``SiblingIndex/termSets``.
        var sets: [[Word]] = []
        /// All words of its terms and its definition, with repetition.
        var words: [Word] = []
        let definition: [Word]

        init(_ concept: Concept, _ interner: inout Interner) {
            var seen = Set<String>()
            for (place, term) in concept.terms.enumerated() where seen.count < SiblingIndex.terms {
                let key = Term.key(Term.natural(term))
                guard seen.insert(key).inserted else { continue }
                let its = interner.words(key)
                if place == 0 { name = its }
                if sets.count < SiblingIndex.comparedTerms {
                    sets.append(SiblingIndex.sorted(its))
                }
                words += its
            }
            definition = concept.definition.map { interner.words(Term.key($0)) } ?? []
            words += definition
        }
    }

    private static func postings(
        _ documents: [Document],
        words: Int
    ) -> [[(concept: Int32, weight: Float)]] {
        var postings = [[(concept: Int32, weight: Float)]](repeating: [], count: words)
        for (concept, document) in documents.enumerated() {
            for (word, weight) in zip(document.words, document.weights) {
                postings[Int(word)].append((Int32(concept), weight))
            }
        }
        return postings
    }

    private static func sorted(_ words: [Word]) -> [Word] { Array(Set(words)).sorted() }

    private static func document(_ words: [Word], _ weights: [Float]) -> Document {
        var counts: [Word: Int] = [:]
        for word in words { counts[word, default: 0] += 1 }
        let kept = counts.keys.sorted()
        let raw = kept.map { (1 + log(Float(counts[$0, default: 1]))) * weights[Int($0)] }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return Document(words: kept, weights: raw.map { $0 / max(length, 1e-9) })
    }

    private static func generality(of sets: [[Word]], words: Int) -> [Float] {
        var holders = [[Int32]](repeating: [], count: words)
        for (concept, set) in sets.enumerated() {
            for word in set { holders[Int(word)].append(Int32(concept)) }
        }
        return sets.map { set in
            guard let rarest = set.min(by: { holders[Int($0)].count < holders[Int($1)].count })
            else { return 0 }
            let count = holders[Int(rarest)].count { holder in
                set.allSatisfy { word in sets[Int(holder)].contains(word) }
            }
            return Float(log(Double(max(1, count))))
        }
    }

    private static let joining: Set<String> = [
        "with", "without", "due", "caused", "in", "of", "to", "type", "and",
    ]

    /// The words before the first continuation such as “with”, without numbers.
    private static func proper(_ words: [Word], _ interner: Interner) -> [Word] {
        let end = words.indices.dropFirst().first { joining.contains(interner.text(words[$0])) }
        let proper = Array(words[..<(end ?? words.count)])
        let plain = proper.filter { !isNumber(interner.text($0)) }
        return plain.isEmpty ? proper : plain
    }

    private static func isNumber(_ word: String) -> Bool {
        word.utf8.count == 1 || word.first?.isNumber == true
            || word.allSatisfy { "ivx".contains($0) }
    }

    private static func isMark(_ word: String) -> Bool { isNumber(word) || word == "type" }
}

/// Assigns consecutive numbers to texts in order of first occurrence.
private struct Interner {
    private var numbers: [String: Int32] = [:]
    private var texts: [String] = []

    var count: Int { texts.count }

    func text(_ number: Int32) -> String { texts[Int(number)] }

    mutating func number(_ text: String) -> Int32 {
        if let known = numbers[text] { return known }
        let number = Int32(texts.count)
        numbers[text] = number
        texts.append(text)
        return number
    }

    mutating func words(_ key: String) -> [Int32] {
        key.split(separator: " ").map { word in
            let isPlural = word.utf8.count > 4 && word.utf8.last == UInt8(ascii: "s")
            return number(String(isPlural ? word.dropLast() : word))
        }
    }
}
