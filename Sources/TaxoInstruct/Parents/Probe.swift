import Inference
package import Taxonomy

/// A term with its similarities to every concept of the vocabulary.
package struct Probe {
    /// The term in natural order.
    package let text: String
    /// The embedding of the term.
    package let vector: [Float]
    /// The term and its further names that are compared, at most ``comparedTerms``.
    package let terms: [String]
    /// Cosine of the term's name with each concept, C.
    package let cosines: [Float]
    /// The same for the nearest of all names, C.
    package let bestCosines: [Float]
    /// Trigram similarity of the term's name with each concept's nearest term, C.
    package let nameTrigrams: [Float]
    /// The same for the nearest of all names, C.
    package let trigrams: [Float]
    /// Similarity by words of the nearest pair of terms, C.
    package let words: [Float]
    /// Words of each of ``terms``.
    package let termWords: [[WordIndex.Word?]]
    /// Concepts whose name stands within one of the terms, ascending.
    package let contained: [Concept.Index]

    /// Looks a term up.
    ///
    /// - Parameters:
    ///   - terms: The term and its further names; at least one.
    ///   - vectors: Of the first terms in natural order, end to end; at least of the first.
    ///   - vocabulary: C concepts.
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

    /// How many names of a term are compared; records list dozens that differ only by a comma.
    package static let comparedTerms = 5

    /// Cosine, trigram similarity and half the word similarity of a concept, added up.
    ///
    /// The half came with the first version; no study of it is recorded.
    package func nearness(_ index: Concept.Index) -> Float {
        bestCosines[index] + trigrams[index] + 0.5 * words[index]
    }
}
