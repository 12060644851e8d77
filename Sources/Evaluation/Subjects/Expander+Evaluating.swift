package import TaxoInstruct
package import Taxonomy

/// Operations for evaluations, in addition to ``Expander/answer(_:)``.
extension Expander {
    /// The same method with another vocabulary, another fit or no language model, for comparisons.
    package func variant(
        vocabulary other: Vocabulary? = nil,
        fit otherFit: VocabularyFit? = nil,
        withoutModel: Bool = false
    ) -> Expander {
        Expander(
            vocabulary: other ?? vocabulary,
            model: withoutModel ? nil : model,
            encoder: encoder,
            settings: settings,
            settingsSHA256: provenance.settingsSHA256,
            fit: otherFit ?? fit
        )
    }

    /// The same method, refitted without the concepts that an evaluation hides.
    ///
    /// - Parameters:
    ///   - identifiers: Concepts that are hidden with all their descendants.
    ///   - wasSeen: Whether the model's adapter may have read a concept.
    ///   - progress: Called with the number of concepts done and the total; from several threads.
    /// - Returns: An expander whose fit has not seen any hidden concept.
    /// - Throws: Errors of the encoder and the model.
    package func fitted(
        hiding identifiers: [String],
        wasSeen: (String) -> Bool,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> Expander {
        let fitting = VocabularyFitting(
            vocabulary: vocabulary,
            encoder: encoder,
            settings: settings,
            hiding: identifiers
        )
        return Expander(
            vocabulary: vocabulary,
            model: model,
            encoder: encoder,
            settings: settings,
            settingsSHA256: provenance.settingsSHA256,
            fit: try fitting.fit(model: model, wasSeen: wasSeen, progress: progress)
        )
    }

    /// The most likely parents of a concept among the given ones, by retrieval alone.
    package func retrieveParents(
        of index: Concept.Index,
        among pool: [Concept.Index],
        hiding identifiers: [String],
        count: Int
    ) -> [Concept.Index] {
        let retriever = placement(vocabulary.view(hiding: identifiers)).retriever
        let search = retriever.search(for: retriever.probe(index), excluding: [index])
        return retriever.candidates(for: search, count: count, among: pool).map(\.index)
    }

    /// Insert-between with the fitted rule.
    package var insertion: Insertion {
        Insertion(vocabulary.view(), rule: fit.insertion)
    }

    /// A new term in the form that ``Insertion`` expects.
    package func newcomer(_ term: String, synonyms: [String]) throws -> Insertion.Newcomer {
        let vector = try encoder.encode([Term.natural(term)])
        return Insertion.Newcomer(
            terms: [term] + synonyms,
            cosines: vocabulary.embeddings.cosines(with: vector)
        )
    }
}
