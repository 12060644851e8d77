import Glibc

package import Taxonomy

extension SpellingIndex {
    /// A concept that a name may mean if it is misspelled.
    package struct Near: Sendable {
        package let index: Concept.Index
        /// Whether its name is meant, rather than a synonym.
        package let isName: Bool
        package let features: Misspelling.Features
        /// The probability that the name is a misspelled one of the concept.
        package let confidence: Double
    }

    /// Maximum number of words of a name that may be misspelled.
    private static let maximumEdited = 2
    /// Maximum number of combinations of words that are looked up for one name.
    private static let maximumTried = 400
    /// Maximum number of words and marks of a name that is corrected; a longer one is a sentence.
    private static let maximumTokens = 24
    /// A word that so many concepts use is no misspelling of another.
    private static let established = 3
    /// A word that so many concepts use is frequent; a word like it that a single concept uses may
    /// well be it, misspelled.
    private static let frequent = 50

    /// The visible concepts with a term that differs from the name by one edit in one or two words,
    /// the most probable first.
    func near(_ text: String, _ isHidden: (Concept.Index) -> Bool) -> [Near] {
        var best: [Concept.Index: Near] = [:]
        for name in Self.forms(of: text) where name.tokens.count <= Self.maximumTokens {
            for places in editedWords(name.tokens, isHidden) {
                for near in corrected(name.tokens, places, isHidden)
                where near.confidence > best[near.index]?.confidence ?? -1 {
                    best[near.index] = near
                }
            }
        }
        return best.values.sorted { ($1.confidence, $0.index) < ($0.confidence, $1.index) }
    }

    /// The sets of words that are corrected together: all unknown ones or, if there is none, each
    /// rare word by itself.
    private func editedWords(
        _ tokens: [SpelledName.Token],
        _ isHidden: (Concept.Index) -> Bool
    ) -> [[Int]] {
        func isEditable(_ place: Int) -> Bool {
            let token = tokens[place]
            // A letter may have been left out of a word that is just long enough. In other scripts
            // than Latin an edit of one byte is another letter, or another word.
            return !token.isMark && !token.isCapital
                && token.written.count >= WordTable.shortest - 1
                && token.written.allSatisfy { $0 < 0x80 }
        }
        func uses(_ place: Int, upTo limit: Int) -> Int {
            words.uses(of: tokens[place].form, upTo: limit, isHidden)
        }
        let unknown = tokens.indices.filter { !tokens[$0].isMark && uses($0, upTo: 1) == 0 }
        if unknown.isEmpty {
            return tokens.indices.filter { place in
                isEditable(place) && uses(place, upTo: Self.established) < Self.established
            }.map { [$0] }
        }
        guard unknown.count <= Self.maximumEdited, unknown.allSatisfy(isEditable) else { return [] }
        return [unknown]
    }

    /// The concepts with a term that has other words at the given places.
    private func corrected(
        _ tokens: [SpelledName.Token],
        _ places: [Int],
        _ isHidden: (Concept.Index) -> Bool
    ) -> [Near] {
        var choices: [[WordTable.Neighbour]] = [[]]
        for place in places {
            let neighbours = words.neighbours(of: tokens[place].written).filter { neighbour in
                neighbour.form != tokens[place].form
                    && words.uses(of: neighbour.form, upTo: 1, isHidden) > 0
            }
            guard choices.count * neighbours.count <= Self.maximumTried else { return [] }
            choices = choices.flatMap { choice in neighbours.map { choice + [$0] } }
        }
        return choices.flatMap { choice -> [Near] in
            var changed = tokens.map { (form: $0.form, isMark: $0.isMark) }
            for (place, neighbour) in zip(places, choice) { changed[place].form = neighbour.form }
            let sense = sense(of: SpelledName.key(changed), isHidden)
            guard !sense.all.isEmpty else { return [] }
            let features = features(tokens, places, choice, isHidden)
            return (sense.only.map { [$0] } ?? sense.all).map { index in
                Near(
                    index: index,
                    isName: sense.names.contains(index),
                    features: features,
                    confidence: Misspelling.probability(features)
                )
            }
        }
    }

    /// The features of the edited word that is least like a misspelled one.
    private func features(
        _ tokens: [SpelledName.Token],
        _ places: [Int],
        _ neighbours: [WordTable.Neighbour],
        _ isHidden: (Concept.Index) -> Bool
    ) -> Misspelling.Features {
        var support = 0.0
        for (place, token) in tokens.enumerated() where !places.contains(place) && !token.isMark {
            let uses = words.uses(of: token.form, upTo: 100, isHidden)
            support += log(100 / Double(max(1, uses)))
        }
        let rows = zip(places, neighbours).map { place, neighbour -> Misspelling.Features in
            let edit = neighbour.edit
            // One may be the count of the word itself, in the concept that is left out.
            let counts = words.trigramCounts(of: tokens[place].form).map { max(0, $0 - 1) }
            let uses = words.uses(of: neighbour.form, upTo: 1_000, isHidden)
            let own = words.uses(of: tokens[place].form, upTo: 1_000, isHidden)
            let isUnknown = own == 0 || own == 1 && uses >= Self.frequent
            func flag(_ isTrue: Bool) -> Double { isTrue ? 1 : 0 }
            return [
                1 / Double(edit.length),
                Double(counts.count { $0 == 0 }) / Double(max(1, counts.count)),
                log(1 + Double(counts.min() ?? 0)),
                flag(edit.kind == .transposition),
                flag(edit.kind == .substitution),
                flag(edit.kind == .insertion),
                flag(edit.isDoubling),
                flag(edit.isVowel),
                flag(edit.place == 0),
                flag(edit.place + 2 >= edit.length),
                log(Double(max(1, uses))),
                isUnknown ? 0 : log(1 + Double(own)),
                min(support, 10),
                log(Double(edit.length)),
                Self.meanLogarithm(counts),
                Self.meanLogarithm(words.trigramCounts(of: neighbour.form)),
                flag(edit.place < 3),
            ]
        }
        return rows.min { Misspelling.probability($0) < Misspelling.probability($1) } ?? []
    }

    private static func meanLogarithm(_ counts: [Int]) -> Double {
        counts.reduce(0) { $0 + log(1 + Double($1)) } / Double(max(1, counts.count))
    }
}
