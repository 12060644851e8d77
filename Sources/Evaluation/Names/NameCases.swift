import Inference
import TaxoInstruct
package import Taxonomy

/// Names made from those of a vocabulary, of which it is known what they should be found to mean.
///
/// Each kind is drawn from a seed of its own, so that the same vocabulary always gives the same
/// names.
package struct NameCases {
    /// A name to match.
    package struct Case: Sendable {
        package let text: String
        /// The concept meant; `nil` if none of the vocabulary's is.
        package let meant: Concept.Index?
        /// The concept from whose name it was made; folds are drawn over these.
        package let source: Concept.Index
        /// Whether the source is left out of the vocabulary, so that another disease is asked.
        package let isLeftOut: Bool
    }

    /// What a name was made by.
    package enum Kind: String, CaseIterable, Sendable {
        /// A name of words of five and more letters, with one random insertion, deletion,
        /// substitution or transposition.
        case misspelled
        /// A name with another number, which the vocabulary does not have.
        case otherNumber
        /// A name with another single or Greek letter, which the vocabulary does not have.
        case otherLetter
        /// An acronym that the vocabulary does not have.
        case otherAcronym
        /// A name with a word replaced by another of the vocabulary an edit away.
        case otherWord
        /// A name of a concept that is left out.
        case otherDisease
    }

    private let taxonomy: Taxonomy
    private let seed: UInt64

    package init(_ taxonomy: Taxonomy, seed: UInt64) {
        self.taxonomy = taxonomy
        self.seed = seed
        families = Self.families(of: taxonomy)
        var neighbours: [String: [String]] = [:]
        var seen: [String: Set<String>] = [:]
        for concept in taxonomy.concepts {
            for word in Set(concept.terms.flatMap(Self.runs).map { $0.lowercased() })
            where word.count >= 5 && word.first?.isLetter == true {
                seen[word, default: []].insert(concept.identifier)
            }
        }
        // Words used by one concept alone may themselves be misspelled.
        let words = seen.filter { $0.value.count > 1 }.keys.sorted()
        var byDeletion: [String: [String]] = [:]
        for word in words {
            for key in Self.deletions(of: word) { byDeletion[key, default: []].append(word) }
        }
        for group in byDeletion.values {
            for word in group {
                for other in group where other != word && !Self.isInflected(word, other) {
                    neighbours[word, default: []].append(other)
                }
            }
        }
        self.neighbours = neighbours.mapValues { Array(Set($0)).sorted() }
    }

    /// The words of the vocabulary an edit away from each, other than plurals.
    private let neighbours: [String: [String]]

    private static func deletions(of word: String) -> Set<String> {
        Set([word] + word.indices.map { String(word[..<$0] + word[word.index(after: $0)...]) })
    }

    /// Whether two words differ at their end alone, as plurals and adjectives do, or as British and
    /// American spelling.
    private static func isInflected(_ a: String, _ b: String) -> Bool {
        let shared = zip(a, b).prefix { $0 == $1 }.count
        func plain(_ word: String) -> String {
            word.replacing("ae", with: "e").replacing("oe", with: "e").replacing("z", with: "s")
        }
        return shared + 2 >= min(a.count, b.count) || plain(a) == plain(b)
    }

    /// The name with a word replaced by another of the vocabulary an edit away.
    private func reworded(_ term: String, _ random: inout SplitMix64) -> String? {
        var words = Self.runs(term)
        let places = words.indices.filter { neighbours[words[$0].lowercased()] != nil }
        guard !places.isEmpty else { return nil }
        let place = places[random.next(below: places.count)]
        let others = neighbours[words[place].lowercased()] ?? []
        words[place] = others[random.next(below: others.count)]
        let text = words.joined()
        return isKnown(text) || isKnown(Term.natural(text)) ? nil : text
    }

    package func cases(_ kind: Kind) -> [Case] {
        let stream = Kind.allCases.firstIndex(of: kind) ?? 0
        var random = SplitMix64(seed: seed, stream: stream)
        var cases: [Case] = []
        for (index, concept) in taxonomy.concepts.enumerated() {
            switch kind {
            case .misspelled:
                if let text = misspelled(concept.name, &random) {
                    cases.append(
                        Case(text: text, meant: index, source: index, isLeftOut: false)
                    )
                }
            case .otherNumber:
                for term in concept.terms.prefix(Self.terms) {
                    if let text = renumbered(term, &random) { cases.append(none(text, index)) }
                }
            case .otherLetter:
                for term in concept.terms.prefix(Self.terms) {
                    if let text = relettered(term, &random) { cases.append(none(text, index)) }
                }
            case .otherWord:
                for term in concept.terms.prefix(Self.terms) {
                    if let text = reworded(term, &random) { cases.append(none(text, index)) }
                }
            case .otherAcronym:
                cases += acronyms(concept, &random).map { none($0, index) }
            case .otherDisease:
                cases += concept.terms.map {
                    Case(text: $0, meant: nil, source: index, isLeftOut: true)
                }
            }
        }
        return cases
    }

    /// Number of a concept's terms from which names with other numbers and letters are made.
    private static let terms = 3

    private func none(_ text: String, _ source: Concept.Index) -> Case {
        Case(text: text, meant: nil, source: source, isLeftOut: false)
    }

    private func isKnown(_ text: String) -> Bool { !taxonomy.indices(ofTerm: text).isEmpty }

    // MARK: Misspellings

    private static let letters = Array("abcdefghijklmnopqrstuvwxyz")

    /// The name with one random edit; `nil` if it has a short word or a number, or if the edit made
    /// another known name.
    private func misspelled(_ name: String, _ random: inout SplitMix64) -> String? {
        var letters = Array(name)
        let words = name.split { !$0.isLetter }
        guard words.allSatisfy({ $0.count >= 5 }), !name.contains(where: \.isNumber) else {
            return nil
        }
        let places = letters.indices.filter { letters[$0].isLetter }
        guard !places.isEmpty else { return nil }
        let place = places[random.next(below: places.count)]
        let letter = Self.letters[random.next(below: Self.letters.count)]
        switch random.next(below: 4) {
        case 0: letters.insert(letter, at: place)
        case 1: letters.remove(at: place)
        case 2: letters[place] = letter
        default:
            guard place + 1 < letters.count, letters[place + 1].isLetter else { return nil }
            letters.swapAt(place, place + 1)
        }
        let text = String(letters)
        return isKnown(text) ? nil : text
    }

    // MARK: Other numbers and letters

    private static let romans = [
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV",
        "XV", "XVI", "XVII", "XVIII", "XIX", "XX",
    ]

    /// The term with its last number or numeral replaced; `nil` if it has none.
    private func renumbered(_ term: String, _ random: inout SplitMix64) -> String? {
        replaced(term, &random) { word, random in
            if word.allSatisfy({ $0.isASCII && $0.isNumber }) {
                return String(1 + random.next(below: 120))
            }
            guard Self.romans.contains(word.uppercased()) else { return nil }
            return Self.romans[random.next(below: Self.romans.count)]
        }
    }

    private static let greek = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda",
    ]

    /// The term with its last single or Greek letter replaced; `nil` if it has none.
    private func relettered(_ term: String, _ random: inout SplitMix64) -> String? {
        replaced(term, &random) { word, random in
            if word.count == 1, let first = word.first, first.isASCII, first.isLetter {
                let letter = String(Self.letters[random.next(below: Self.letters.count)])
                return first.isUppercase ? letter.uppercased() : letter
            }
            guard Self.greek.contains(word.lowercased()) else { return nil }
            return Self.greek[random.next(below: Self.greek.count)]
        }
    }

    /// The term with its last replaceable word replaced by one that no term of the same words has.
    private func replaced(
        _ term: String,
        _ random: inout SplitMix64,
        _ replace: (String, inout SplitMix64) -> String?
    ) -> String? {
        let words = Self.runs(term)
        let place = words.indices.last { place in
            // The “s” after an apostrophe is no letter that tells diseases apart.
            !(place > 0 && ["'", "’"].contains(words[place - 1]))
                && replace(words[place], &random) != nil
        }
        guard let place else { return nil }
        let taken = families[Self.family(words)] ?? []
        for _ in 0..<8 {
            guard let other = replace(words[place], &random) else { return nil }
            var changed = words
            changed[place] = other
            let text = changed.joined()
            if !taken.contains(Self.marks(changed)), !isKnown(text) { return text }
        }
        return nil
    }

    /// The numbers and letters of the terms of each family: of the same words, whatever their order
    /// and number.
    private let families: [String: Set<String>]

    private static func families(of taxonomy: Taxonomy) -> [String: Set<String>] {
        var families: [String: Set<String>] = [:]
        for concept in taxonomy.concepts {
            for term in concept.terms {
                let words = runs(term)
                families[family(words), default: []].insert(marks(words))
            }
        }
        return families
    }

    /// The words of a name in alphabetical order, as singulars.
    private static func family(_ words: [String]) -> String {
        parts(words).words
            .map { $0.hasSuffix("ies") ? $0.dropLast(3) + "y" : $0 }
            .map { $0.hasSuffix("s") ? String($0.dropLast()) : $0 }
            .sorted().joined(separator: " ")
    }

    /// The numbers and letters of a name, in alphabetical order.
    private static func marks(_ words: [String]) -> String {
        parts(words).marks.sorted().joined(separator: " ")
    }

    /// The words of a name, and its numbers in Arabic figures and letters.
    private static func parts(_ runs: [String]) -> (words: [String], marks: [String]) {
        var words: [String] = []
        var marks: [String] = []
        var isCounted = false
        for run in runs.map({ $0.lowercased() }) where run.contains(where: { $0 != " " }) {
            if let mark = mark(run) {
                marks.append(mark)
            } else if isCounted, run.count > 1, let number = mark(String(run.dropLast())) {
                // “Type Ia” is type 1A.
                marks += [number, String(run.suffix(1))]
            } else if run.first?.isLetter == true, !plain.contains(run) {
                words.append(run)
            }
            isCounted = plain.contains(run)
        }
        return (words, marks)
    }

    private static let plain: Set<String> = ["type", "types", "of", "the"]

    /// The number in Arabic figures, or the letter; `nil` for a word.
    private static func mark(_ word: String) -> String? {
        if let number = romans.firstIndex(of: word.uppercased()) { return String(number + 1) }
        return word.first?.isNumber == true || word.count == 1 && word.first?.isLetter == true
            || greek.contains(word) ? word : nil
    }

    /// The text in runs of letters, runs of digits, and what stands between them.
    private static func runs(_ text: String) -> [String] {
        func kind(_ character: Character) -> Int {
            character.isNumber ? 1 : character.isLetter ? 2 : 0
        }
        var runs: [String] = []
        for character in text {
            if let last = runs.last?.last, kind(last) == kind(character) {
                runs[runs.count - 1].append(character)
            } else {
                runs.append(String(character))
            }
        }
        return runs
    }

    // MARK: Acronyms

    /// An acronym made of the name's first letters, and the concept's own acronyms with one letter
    /// changed; those that the vocabulary has are left out.
    private func acronyms(_ concept: Concept, _ random: inout SplitMix64) -> [String] {
        var made: [String] = []
        let words = Term.natural(concept.name).split { !$0.isLetter && !$0.isNumber }
        if (3...6).contains(words.count) {
            made.append(String(words.compactMap(\.first)).uppercased())
        }
        for term in concept.terms where (2...6).contains(term.count) {
            guard term.allSatisfy({ $0.isASCII && $0.isUppercase }) else { continue }
            var letters = Array(term)
            letters[random.next(below: letters.count)] =
                Self.letters[random.next(below: Self.letters.count)].uppercased().first ?? "Q"
            made.append(String(letters))
        }
        return made.filter { !isKnown($0) }
    }
}
