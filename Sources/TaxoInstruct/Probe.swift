import Inference
import Taxonomy

/// A term as retrieval sees it: its similarity to every concept.
struct Probe {
    /// In natural order.
    let text: String
    /// With each concept, C.
    let cosines: [Float]
    /// Trigram similarity of the best pair of terms with each concept, C; empty if not asked for.
    let trigrams: [Float]
    /// Concepts whose name stands within the text, ascending.
    let contained: [Concept.Index]

    /// Looks a term up.
    ///
    /// - Parameters:
    ///   - terms: The term and its further names; at least one.
    ///   - vector: Of the first term in natural order.
    ///   - wantsTrigrams: Whether ``trigrams`` is needed.
    ///   - vocabulary: C concepts.
    init(terms: [String], vector: [Float], wantsTrigrams: Bool, vocabulary: Vocabulary) {
        text = Term.natural(terms[0])
        cosines = vocabulary.embeddings.cosines(with: vector)
        contained = vocabulary.lexicon.conceptsNamed(within: Lexicon.lowered(text))
        guard wantsTrigrams else {
            trigrams = []
            return
        }
        let lexicon = vocabulary.lexicon
        var best = [Float](repeating: 0, count: cosines.count)
        for term in terms.prefix(Self.comparedTerms) {
            let similarities = vocabulary.trigrams.similarities(to: Term.key(term))
            for (term, similarity) in similarities.enumerated() {
                let concept = Int(lexicon.concepts[term])
                if similarity > best[concept] { best[concept] = similarity }
            }
        }
        trigrams = best
    }

    /// Names of a term that are compared by spelling; records list dozens that differ by a comma.
    private static let comparedTerms = 6
}
