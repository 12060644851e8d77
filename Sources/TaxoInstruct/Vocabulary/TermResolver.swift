package import Contract
package import Inference
package import Taxonomy

/// Resolves a given name to a concept.
///
/// It tries, in this order, the identifier, the name, the synonyms and the most similar term. The
/// paper's code silently maps free text to the nearest node by `difflib` with a cutoff of 0.6; here
/// the answer states how the name was matched and with what confidence.
package struct TermResolver {
    package let vocabulary: Vocabulary
    package let encoder: any TextEncoder
    /// A match with a lower confidence is rejected.
    package let threshold: Double

    package struct Resolution {
        package let match: TermMatch
        package let index: Concept.Index?
    }

    /// Number of terms nearest by trigrams that are compared by edit distance.
    private static let compared = 40
    /// Factor applied to the cosine of a match by meaning alone, which is less reliable than
    /// spelling.
    private static let meaningDiscount = 0.9

    /// The concept with this identifier or term, ignoring case and punctuation.
    package func exact(_ given: String) -> Resolution? {
        let taxonomy = vocabulary.taxonomy
        if let index = taxonomy.index(ofIdentifier: given) {
            return resolution(given, .identifier, index, confidence: 1)
        }
        for term in [given, Term.natural(given)] {
            guard let index = taxonomy.indices(ofTerm: term).first else { continue }
            let isName = Term.key(taxonomy.concepts[index].name) == Term.key(term)
            return resolution(given, isName ? .name : .synonym, index, confidence: 1)
        }
        return nil
    }

    /// Resolves a name; the resolution has no concept if none matches well enough.
    ///
    /// - Throws: Errors of the encoder.
    package func resolve(_ given: String) throws -> Resolution {
        if let found = exact(given) { return found }
        let key = Term.key(given)
        guard !key.isEmpty else { return unknown(given) }

        let (best, spelling) = nearestSpelling(to: key)
        if spelling >= threshold, let best {
            return resolution(given, .nearest, best, confidence: spelling)
        }
        let vector = try encoder.encode([Term.natural(given)])
        let cosines = vocabulary.embeddings.cosines(with: vector)
        guard let nearest = cosines.indices.max(by: { cosines[$0] < cosines[$1] }) else {
            return unknown(given)
        }
        let meaning = Double(cosines[nearest]) * Self.meaningDiscount
        guard meaning >= threshold else { return unknown(given) }
        return resolution(given, .nearest, nearest, confidence: meaning)
    }

    /// The concept with the most similarly spelled term, and the similarity, 0 to 1.
    private func nearestSpelling(to key: String) -> (Concept.Index?, Double) {
        let similarities = vocabulary.trigrams.similarities(to: key)
        let terms = Ranking.top(Self.compared, of: similarities)
        let bytes = Array(key.utf8)[...]
        let sorted = Self.sortedWords(bytes)
        var best: Concept.Index?
        var most = 0.0
        for term in terms where similarities[term] > 0 {
            let other = vocabulary.lexicon.key(term)
            let similarity = max(
                EditDistance.similarity(bytes, other),
                EditDistance.similarity(sorted[...], Self.sortedWords(other)[...])
            )
            if similarity > most {
                most = similarity
                best = Int(vocabulary.lexicon.concepts[term])
            }
        }
        return (best, most)
    }

    /// The words in alphabetical order, with the final letter of plurals removed.
    private static func sortedWords(_ key: ArraySlice<UInt8>) -> [UInt8] {
        let words = key.split(separator: 0x20).map { word in
            word.count > 3 && word.last == UInt8(ascii: "s") ? word.dropLast() : word
        }
        return Array(words.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: [0x20]))
    }

    private func resolution(
        _ given: String,
        _ kind: TermMatch.Kind,
        _ index: Concept.Index,
        confidence: Double
    ) -> Resolution {
        let concept = vocabulary.taxonomy.concepts[index]
        return Resolution(
            match: TermMatch(
                given: given,
                kind: kind,
                identifier: concept.identifier,
                name: concept.name,
                confidence: Ranking.rounded(confidence)
            ),
            index: index
        )
    }

    private func unknown(_ given: String) -> Resolution {
        Resolution(
            match: TermMatch(
                given: given,
                kind: .unknown,
                identifier: nil,
                name: nil,
                confidence: 0
            ),
            index: nil
        )
    }
}
