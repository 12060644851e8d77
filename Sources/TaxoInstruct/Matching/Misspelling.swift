import Glibc

package import Taxonomy

/// How sure it is that a name is another one misspelled.
///
/// A different word is a different disease, and many are one letter apart. What tells a slip from
/// another word is whether the written word can be a word at all (its sequences of three letters),
/// whether the vocabulary uses it elsewhere, and what kind of edit was made.
package enum Misspelling {
    /// Values of one name by which the regression judges; see ``names``.
    package typealias Features = [Double]

    /// What each of the ``Features`` measures, in their order.
    package static let names = [
        "edits per letter of the edited word",
        "share of the word's trigrams that the vocabulary lacks",
        "logarithm of the rarest trigram's count",
        "transposition", "substitution", "insertion", "a letter doubled, or one of a double left out",
        "a vowel for a vowel", "at the first letter", "at the last two letters",
        "logarithm of the concepts that use the right word",
        "logarithm of the concepts that use the written word",
        "further edited words", "how rare the other words are", "logarithm of the edited word's letters",
        "mean logarithm of the written trigrams' counts", "the same of the right word's",
        "edit in the first three letters",
    ]

    /// A name is taken for a misspelled one from this probability on.
    package static let threshold = 0.72
    /// From this probability on a name may “perhaps” be meant.
    package static let perhaps = 0.3

    static func probability(_ features: Features) -> Double { regression.probability(features) }

    static let regression = LogisticRegression(
        weights: [-0.469, 5.626, -0.423, 0.823, -1.563, -0.801, 0.901, -0.099, -0.140, 0.672, 0.560, -8.834, 0.000, 0.413, 3.449, -1.117, 0.801, 0.575],
        bias: -5.226
    )
}

extension SpellingIndex {
    /// A concept that a name may mean if it is misspelled.
    package struct Near: Sendable {
        package let index: Concept.Index
        package let isName: Bool
        package let features: Misspelling.Features
        package let confidence: Double
    }

    /// Maximum number of words of a name that may be misspelled.
    private static let maximumEdited = 3
    /// Maximum number of combinations of words that are looked up for one name.
    private static let maximumTried = 400
    /// The longest name that is corrected; a longer one is a sentence.
    private static let maximumTokens = 24
    /// A word that so many concepts use is frequent: one that a single concept uses may be it,
    /// misspelled.
    private static let frequent = 50
    /// A word that so many concepts use is no misspelling of another.
    private static let established = 3

    /// The visible concepts with a term of which the name differs by one edit in some words, the
    /// most probable first.
    package func near(_ text: String, _ isHidden: (Concept.Index) -> Bool) -> [Near] {
        var best: [Concept.Index: Near] = [:]
        for name in Self.forms(of: text) {
            let tokens = name.tokens
            guard tokens.count <= Self.maximumTokens else { continue }
            let edited = editedWords(tokens, isHidden)
            for places in edited {
                try_(tokens, places, isHidden) { near in
                    if near.confidence > best[near.index]?.confidence ?? -1 {
                        best[near.index] = near
                    }
                }
            }
        }
        return best.values.sorted {
            ($1.confidence, $0.index) < ($0.confidence, $1.index)
        }
    }

    /// The sets of words that are corrected together: all unknown ones, or else each by itself.
    private func editedWords(
        _ tokens: [SpelledName.Token],
        _ isHidden: (Concept.Index) -> Bool
    ) -> [[Int]] {
        func isEditable(_ index: Int) -> Bool {
            let token = tokens[index]
            return !token.isMark && !token.isCapital && token.written.count >= WordTable.shortest - 1
        }
        let unknown = tokens.indices.filter { index in
            !tokens[index].isMark && words.uses(of: tokens[index].form, upTo: 1, isHidden) == 0
        }
        if unknown.isEmpty {
            return tokens.indices.filter { index in
                isEditable(index)
                    && words.uses(of: tokens[index].form, upTo: Self.established, isHidden)
                        < Self.established
            }.map { [$0] }
        }
        guard unknown.count <= Self.maximumEdited, unknown.allSatisfy(isEditable) else { return [] }
        return [unknown]
    }

    private func try_(
        _ tokens: [SpelledName.Token],
        _ places: [Int],
        _ isHidden: (Concept.Index) -> Bool,
        _ report: (Near) -> Void
    ) {
        let options = places.map { place in
            words.neighbours(of: tokens[place].written).filter { neighbour in
                neighbour.form != tokens[place].form
                    && words.uses(of: neighbour.form, upTo: 1, isHidden) > 0
            }
        }
        guard options.allSatisfy({ !$0.isEmpty }) else { return }
        let combinations = options.reduce(1) { min($0 * $1.count, Self.maximumTried + 1) }
        guard combinations <= Self.maximumTried else { return }
        var chosen = [Int](repeating: 0, count: places.count)
        while true {
            var changed = tokens.map { (form: $0.form, isMark: $0.isMark) }
            let neighbours = chosen.indices.map { options[$0][chosen[$0]] }
            for (place, neighbour) in zip(places, neighbours) { changed[place].form = neighbour.form }
            let sense = sense(of: SpelledName.key(changed), isHidden)
            if !sense.all.isEmpty {
                let features = features(tokens, places, neighbours, isHidden)
                let confidence = Misspelling.probability(features)
                for index in sense.only.map({ [$0] }) ?? sense.all {
                    report(
                        Near(
                            index: index,
                            isName: sense.names.contains(index),
                            features: features,
                            confidence: confidence
                        )
                    )
                }
            }
            var position = 0
            while position < chosen.count {
                chosen[position] += 1
                if chosen[position] < options[position].count { break }
                chosen[position] = 0
                position += 1
            }
            if position == chosen.count { return }
        }
    }

    private static func mean(_ counts: [Int]) -> Double {
        counts.reduce(0) { $0 + log(1 + Double($1)) } / Double(max(1, counts.count))
    }

    private func features(
        _ tokens: [SpelledName.Token],
        _ places: [Int],
        _ neighbours: [WordTable.Neighbour],
        _ isHidden: (Concept.Index) -> Bool
    ) -> Misspelling.Features {
        var support = 0.0
        for (index, token) in tokens.enumerated() where !places.contains(index) && !token.isMark {
            let uses = words.uses(of: token.form, upTo: 100, isHidden)
            support += log(100 / Double(max(1, uses)))
        }
        support = min(support, 10)
        // The least convincing of the edited words decides.
        var rows: [Misspelling.Features] = []
        for (place, neighbour) in zip(places, neighbours) {
            let edit = neighbour.edit
            let counts = words.trigramCounts(of: tokens[place].form).map { max(0, $0 - 1) }
            let lacking = counts.count { $0 == 0 }
            let uses = words.uses(of: neighbour.form, upTo: 1_000, isHidden)
            let own = words.uses(of: tokens[place].form, upTo: 1_000, isHidden)
            rows.append([
                1 / Double(edit.length),
                Double(lacking) / Double(max(1, counts.count)),
                log(1 + Double(counts.min() ?? 0)),
                edit.kind == .transposition ? 1 : 0,
                edit.kind == .substitution ? 1 : 0,
                edit.kind == .insertion ? 1 : 0,
                edit.isDoubling ? 1 : 0,
                edit.isVowel ? 1 : 0,
                edit.place == 0 ? 1 : 0,
                edit.place + 2 >= edit.length ? 1 : 0,
                log(Double(max(1, uses))),
                own == 0 || own == 1 && uses >= Self.frequent ? 0 : log(1 + Double(own)),
                Double(places.count - 1),
                support,
                log(Double(edit.length)),
                Self.mean(counts),
                Self.mean(words.trigramCounts(of: neighbour.form)),
                edit.place < 3 ? 1 : 0,
            ])
        }
        return rows.min {
            (Misspelling.probability($0)) < (Misspelling.probability($1))
        } ?? []
    }
}
