import Glibc
package import Taxonomy

/// What set expansion looks up in the names and definitions of a vocabulary.
///
/// Everything here comes from texts and identifiers, nothing from edges, so all views share it. Words
/// are those of `Term.key`, without a final “s” if longer than four letters.
package struct SiblingIndex: Sendable {
    package typealias Word = Int32

    /// Words of a text with their weights, by word; of length 1.
    package struct Document: Sendable {
        package let words: [Word]
        package let weights: [Float]
    }

    /// Words of each concept's name in natural order, C lists.
    package let names: [[Word]]
    /// The same, sorted and without repetition.
    package let nameSets: [[Word]]
    /// Sets of the words of each concept's first terms, the name's first.
    package let termSets: [[[Word]]]
    /// The last word of the name proper: before “with”, “due”, … and numbers; −1 if there is none.
    package let heads: [Word]
    /// A number for the last five and the last four letters of the head.
    package let longEndings: [Int32]
    package let shortEndings: [Int32]
    /// A number for the name without the numbers at its end: “Long QT syndrome 3” is of the
    /// family of “Long QT syndrome 15”.
    package let families: [Int32]
    /// A number for what the identifier begins with, before its first digit.
    package let sources: [Int32]
    /// ln(1 + names that hold all words of this one).
    package let generality: [Float]
    /// ln(1 + terms).
    package let logTerms: [Float]
    /// Inverse document frequency of each word, W.
    package let weights: [Float]
    /// Terms and definition of each concept.
    package let documents: [Document]
    /// Definitions alone; empty where there is none.
    package let definitions: [Document]
    /// For each word the concepts whose document holds it, with the word's weight there.
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

    /// The cosine of a concept's document with every other, C.
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

    /// The cosine of two documents.
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

    /// Weight of the words that two sorted lists have in common.
    package func commonWeight(_ a: [Word], _ b: [Word]) -> Float {
        var sum: Float = 0
        var place = 0
        for word in a {
            while place < b.count, b[place] < word { place += 1 }
            if place < b.count, b[place] == word { sum += weights[Int(word)] }
        }
        return sum
    }

    /// The words of a concept's first terms, sorted and without repetition.
    package func termWords(of concept: Concept.Index) -> [Word] {
        Self.sorted(termSets[concept].flatMap(\.self))
    }

    /// Whether all of `part`, which is not empty, stands in the greater `whole`; both sorted.
    package static func isProperPart(_ part: [Word], of whole: [Word]) -> Bool {
        part.count < whole.count && isPart(part, of: whole)
    }

    /// Whether all of `part`, which is not empty, stands in `whole`; both sorted.
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

    /// Terms of a concept that are read; records list dozens that differ by a comma.
    private static let terms = 12
    private static let comparedTerms = 6

    /// The words of one concept.
    private struct Text {
        var name: [Word] = []
        /// The sets of words of its first terms; see ``SiblingIndex/termSets``.
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

    /// The words before the first that goes on with the name, without numbers.
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

/// Numbers for texts, in the order they come.
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
