package import Inference
package import Taxonomy

/// Phrases from a vocabulary's definitions that are not terms of it: negatives for
/// ``DomainMembership``.
///
/// NLM writes the headings that a scope note mentions in capitals; where a vocabulary does so, these
/// are the phrases, otherwise pairs of words.
package struct OutOfVocabularyPhrases {
    private let taxonomy: Taxonomy

    package init(_ taxonomy: Taxonomy) { self.taxonomy = taxonomy }

    /// Draws phrases.
    ///
    /// - Parameters:
    ///   - count: At most.
    ///   - isHidden: Concepts whose definitions are not read.
    ///   - generator: Draws.
    /// - Returns: In lower case.
    package func phrases(
        _ count: Int,
        isHidden: (Concept.Index) -> Bool,
        _ generator: inout SplitMix64
    ) -> [String] {
        var capitals = Set<String>()
        var pairs = Set<String>()
        for (index, concept) in taxonomy.concepts.enumerated() where !isHidden(index) {
            guard let definition = concept.definition else { continue }
            // A phrase ends at a comma or a bracket.
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

    /// Whether some run of its words is a term.
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
