package import Inference
package import Taxonomy

/// Phrases that occur in a vocabulary's definitions without being terms of it: negatives for
/// ``DomainMembership``.
///
/// In NLM's scope notes, other headings are written in capitals. If the vocabulary follows this
/// convention, those are the phrases; otherwise pairs of words are.
package struct OutOfVocabularyPhrases {
    private let taxonomy: Taxonomy

    package init(_ taxonomy: Taxonomy) { self.taxonomy = taxonomy }

    /// Draws a random sample of phrases.
    ///
    /// - Parameters:
    ///   - count: Maximum number of phrases.
    ///   - isHidden: Whether a concept is hidden; the definitions of hidden concepts are not read.
    ///   - generator: The source of randomness.
    /// - Returns: The phrases in lower case.
    package func phrases(
        _ count: Int,
        isHidden: (Concept.Index) -> Bool,
        _ generator: inout SplitMix64
    ) -> [String] {
        var capitals = Set<String>()
        var pairs = Set<String>()
        for (index, concept) in taxonomy.concepts.enumerated() where !isHidden(index) {
            guard let definition = concept.definition else { continue }
            // A phrase does not extend across a comma or a bracket.
            for clause in definition.split(whereSeparator: { !$0.isLetter && !" -".contains($0) }) {
                let words = clause.split(separator: " ")
                capitals.formUnion(runs(words, where: isCapital))
                for (first, second) in zip(words, words.dropFirst())
                where isCommon(first) && isCommon(second) {
                    pairs.insert("\(first) \(second)".lowercased())
                }
            }
        }
        let found = capitals.count >= 300 ? capitals : pairs
        let unknown = found.filter { !holdsTerm($0) }.sorted()
        return generator.shuffled(Array(unknown.indices)).prefix(count).map { unknown[$0] }
    }

    private func runs(_ words: [Substring], where isIn: (Substring) -> Bool) -> [String] {
        var runs: [String] = []
        var run: [Substring] = []
        for word in words + [""] {
            if isIn(word) {
                run.append(word)
            } else if !run.isEmpty {
                if run.count <= 5 { runs.append(run.joined(separator: " ").lowercased()) }
                run = []
            }
        }
        return runs
    }

    /// Whether any run of the phrase's words is a term.
    private func holdsTerm(_ phrase: String) -> Bool {
        let words = phrase.split(separator: " ")
        return words.indices.contains { start in
            (start + 1...words.count).contains { end in
                !taxonomy.indices(ofTerm: words[start..<end].joined(separator: " ")).isEmpty
            }
        }
    }

    private func isCapital(_ word: Substring) -> Bool {
        word.count >= 3 && word.allSatisfy { $0.isUppercase || $0 == "-" }
    }

    private func isCommon(_ word: Substring) -> Bool {
        word.count >= 4 && word.allSatisfy(\.isLowercase)
    }
}
