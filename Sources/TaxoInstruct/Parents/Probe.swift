import Inference
package import Taxonomy

/// A term with its similarities to every concept of the vocabulary.
package struct Probe {
    /// The term in natural order.
    package let text: String
    /// The embedding of the term.
    package let vector: [Float]
    /// The term and those of its synonyms that are compared, at most ``comparedTerms`` in all.
    package let terms: [String]
    /// Cosine of the term's name with each concept, `[C]`.
    package let cosines: [Float]
    /// Maximum over the term's names of the cosine with each concept, `[C]`.
    package let bestCosines: [Float]
    /// Trigram similarity of the term's name with the nearest term of each concept, `[C]`.
    package let nameTrigrams: [Float]
    /// The same, as the maximum over the term's names, `[C]`.
    package let trigrams: [Float]
    /// Word similarity of the nearest pair of terms, `[C]`.
    package let words: [Float]
    /// The words of each of ``terms``.
    package let termWords: [[WordIndex.Word?]]
    /// Concepts whose name occurs within one of the terms, ascending.
    package let contained: [Concept.Index]

    /// Computes the similarities of a term.
    ///
    /// - Parameters:
    ///   - terms: The term and its synonyms; at least one.
    ///   - vectors: The embeddings of the leading terms in natural order, concatenated; at least
    ///     that of the first.
    ///   - vocabulary: The vocabulary of C concepts.
    package init(terms: [String], vectors: [Float], vocabulary: Vocabulary) {
        text = Term.natural(terms[0])
        let compared = Array(terms.prefix(Self.comparedTerms))
        self.terms = compared
        let dimension = vocabulary.embeddings.dimension
        vector = Array(vectors.prefix(dimension))
        let name = vocabulary.embeddings.cosines(with: vector)
        var best = name
        for start in stride(from: dimension, to: vectors.count, by: dimension) {
            let vector = Array(vectors[start..<start + dimension])
            for (index, cosine) in vocabulary.embeddings.cosines(with: vector).enumerated() {
                best[index] = max(best[index], cosine)
            }
        }
        cosines = name
        bestCosines = best

        let lexicon = vocabulary.lexicon
        var trigrams = [Float](repeating: 0, count: name.count)
        var nameTrigrams = trigrams
        for (position, term) in compared.enumerated() {
            let similarities = vocabulary.trigrams.similarities(to: Term.key(term))
            for (term, similarity) in similarities.enumerated() where similarity > 0 {
                let concept = Int(lexicon.concepts[term])
                if similarity > trigrams[concept] { trigrams[concept] = similarity }
            }
            if position == 0 { nameTrigrams = trigrams }
        }
        self.trigrams = trigrams
        self.nameTrigrams = nameTrigrams

        termWords = compared.map(vocabulary.words.words)
        var words = [Float](repeating: 0, count: name.count)
        for list in termWords { vocabulary.words.raise(&words, by: list) }
        self.words = words
        let within = compared.map { Lexicon.lowered(Term.natural($0)) }
        contained = Set(within.flatMap(lexicon.conceptsNamed)).sorted()
    }

    /// Maximum number of names compared; records list dozens that differ only by a comma.
    package static let comparedTerms = 5

    /// The sum of cosine, trigram similarity and half the word similarity of a concept.
    ///
    /// The factor of one half dates from the first version; no study of it is recorded.
    package func nearness(_ index: Concept.Index) -> Float {
        bestCosines[index] + trigrams[index] + 0.5 * words[index]
    }
}
