package import Taxonomy

/// What evaluations ask beside ``Expander/answer(_:)``.
extension Expander {
    /// A placement as retrieval and language model see it.
    package struct Assessment: Sendable {
        package let judgement: Judgement
        /// All visible concepts in the order of retrieval, with their scores.
        package let retrieval: [(index: Concept.Index, score: Double)]
        /// Those that an answer would propose.
        package let proposed: Set<Concept.Index>
    }

    /// Retrieves and rates the candidate parents of a term.
    ///
    /// - Parameters:
    ///   - term: What is placed.
    ///   - synonyms: Its further names.
    ///   - identifiers: Concepts that are nowhere, with all that is below them.
    ///   - excluded: Concepts that are neither candidates nor evidence.
    /// - Returns: What decides the answer.
    /// - Throws: What the models throw.
    package func assess(
        _ term: String,
        synonyms: [String] = [],
        hiding identifiers: [String] = [],
        excluding excluded: Set<Concept.Index> = []
    ) throws -> Assessment {
        let placement = placement(VisibleTaxonomy(vocabulary.taxonomy, hiding: identifiers))
        let retriever = placement.retriever
        let probe = try retriever.probe(term, synonyms: synonyms)
        let all = retriever.candidates(for: probe, count: concepts.count, excluding: excluded)
        let judgement = try placement.judge(probe, excluding: excluded)
        return Assessment(
            judgement: judgement,
            retrieval: all.map { ($0.index, $0.score) },
            proposed: Set(placement.accepted(placement.ranked(judgement)).map(\.index))
        )
    }

    /// The most likely parents of a concept among some others, by retrieval alone.
    package func retrieveParents(
        of index: Concept.Index,
        among pool: [Concept.Index],
        hiding identifiers: [String],
        count: Int
    ) -> [Concept.Index] {
        let placement = placement(VisibleTaxonomy(vocabulary.taxonomy, hiding: identifiers))
        let probe = placement.retriever.probe(index)
        return placement.retriever.candidates(
            for: probe,
            count: count,
            excluding: [index],
            among: pool
        ).map(\.index)
    }
}

extension Expander {
    /// The same method over another vocabulary or without the language model, for comparisons.
    package func variant(
        vocabulary other: Vocabulary? = nil,
        withoutModel: Bool = false
    ) -> Expander {
        Expander(
            vocabulary: other ?? vocabulary,
            model: withoutModel ? nil : model,
            encoder: encoder,
            settings: settings,
            settingsSHA256: provenance.settingsSHA256,
            adapterSHA256: withoutModel ? nil : provenance.adapterSHA256
        )
    }

    package var hasModel: Bool { model != nil }
}

extension Expander {
    /// A new term as ``Insertion`` sees it.
    package func newcomer(_ term: String, synonyms: [String]) throws -> Insertion.Newcomer {
        let vector = try encoder.encode([Term.natural(term)])
        return Insertion.Newcomer(
            terms: [term] + synonyms,
            cosines: vocabulary.embeddings.cosines(with: vector)
        )
    }
}

extension Vocabulary {
    /// The same names in another taxonomy.
    ///
    /// - Parameters:
    ///   - other: Holds some of the concepts, with edges of its own.
    ///   - kept: For each concept of `other` its index here.
    /// - Returns: A vocabulary of the same name and version.
    package func replaced(by other: Taxonomy, keeping kept: [Concept.Index]) -> Vocabulary {
        Vocabulary(
            name: name,
            version: version,
            taxonomy: other,
            embeddings: EmbeddingTable(
                rows: kept.flatMap(embeddings.row),
                dimension: embeddings.dimension
            )
        )
    }
}
