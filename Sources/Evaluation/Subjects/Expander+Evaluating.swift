package import TaxoInstruct
package import Taxonomy

/// What evaluations ask beside ``Expander/answer(_:)``.
extension Expander {
    /// The same method over another vocabulary, with another fit or without the language model,
    /// for comparisons.
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

    /// The same method, fitted anew without what an evaluation hides.
    ///
    /// - Parameters:
    ///   - identifiers: Concepts that are hidden with all that is below them.
    ///   - wasSeen: Whether the model's adapter may have read a concept.
    ///   - progress: Called with the concepts done and all; from several threads.
    /// - Returns: An expander whose weights saw nothing hidden.
    /// - Throws: What the models throw.
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

    /// The most likely parents of a concept among some others, by retrieval alone.
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

    /// The rule of the fit.
    package var insertion: Insertion {
        Insertion(vocabulary.view(), rule: fit.insertion)
    }

    /// A new term as ``Insertion`` sees it.
    package func newcomer(_ term: String, synonyms: [String]) throws -> Insertion.Newcomer {
        let vector = try encoder.encode([Term.natural(term)])
        return Insertion.Newcomer(
            terms: [term] + synonyms,
            cosines: vocabulary.embeddings.cosines(with: vector)
        )
    }
}
