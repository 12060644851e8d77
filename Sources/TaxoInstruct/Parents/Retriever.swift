package import Inference
package import Taxonomy

/// Finds and ranks the concepts that may be parents of a term.
///
/// The paper takes the 20 concepts whose SPECTER vector is nearest to the term's (section 3.2);
/// on Environment they include the true parent of only 67 %. Here two fixed scores
/// (``ParentEvidence``), a discriminant analysis of the vectors (``ParentDiscriminant``) and the
/// largest classes choose a pool of about two hundred, and a ranker fitted on the taxonomy's own edges
/// (``VocabularyFit``) orders it by forty-four features (``ParentFeatures``).
package struct Retriever {
    package let view: VocabularyView
    package let encoder: any TextEncoder
    package let settings: MethodSettings
    package let ranker: ParentRanker

    package init(
        view: VocabularyView,
        encoder: any TextEncoder,
        settings: MethodSettings,
        ranker: ParentRanker = .standard
    ) {
        self.view = view
        self.encoder = encoder
        self.settings = settings
        self.ranker = ranker
    }

    /// A concept that may be a parent.
    package struct Candidate {
        package let index: Concept.Index
        /// The ranker's; comparable within one term's candidates.
        package let score: Double
        /// See ``ParentFeatures/names``; empty for one that the ranker did not see.
        package let features: [Float]
    }

    /// How many concepts each of the two fixed scores adds to the pool.
    private static let poolWidth = 80

    /// How many concepts the discriminant adds to the pool.
    private static let learnedWidth = 60

    /// The largest size of a pool.
    package static let poolLimit = 2 * poolWidth + learnedWidth + VisibleTaxonomy.commonCount

    /// Looks up a term that need not be in the vocabulary.
    ///
    /// - Throws: What the encoder throws.
    package func probe(_ term: String, synonyms: [String] = []) throws -> Probe {
        let terms = Array(([term] + synonyms).prefix(Probe.comparedTerms))
        return probe(terms, vectors: try encoder.encode(terms.map(Term.natural)))
    }

    /// Looks up a concept by the vector it has; its further names are compared by spelling.
    package func probe(_ index: Concept.Index) -> Probe {
        probe(
            view.concepts[index].terms,
            vectors: view.vocabulary.embeddings.row(index)
        )
    }

    /// Looks up a term that was encoded before.
    ///
    /// - Parameters:
    ///   - terms: The term and its further names; at least one.
    ///   - vectors: Of the first terms in natural order, end to end; at least of the first.
    /// - Returns: The term as retrieval sees it.
    package func probe(_ terms: [String], vectors: [Float]) -> Probe {
        Probe(terms: terms, vectors: vectors, vocabulary: view.vocabulary)
    }

    /// Begins a search: finds what is nearest to a term.
    ///
    /// - Parameters:
    ///   - probe: The term.
    ///   - excluded: Concepts that have no part in it.
    /// - Returns: With as many neighbours as evidence or prompt reads at most.
    package func search(
        for probe: Probe,
        excluding excluded: Set<Concept.Index> = []
    ) -> ParentSearch {
        ParentSearch(
            probe,
            in: view,
            excluding: excluded,
            nearest: max(ParentEvidence.wideVoters, settings.knownPairs)
        )
    }

    /// The concepts that may be parents.
    ///
    /// - Parameters:
    ///   - search: The term, and what may be seen.
    ///   - limit: Candidates at most; `MethodSettings.candidates` if not given.
    ///   - pool: If given, these concepts and no others are candidates, hidden ones too: a seed
    ///     tree may name what the query may not look up.
    ///   - always: Concepts that are candidates whatever their score, added at the end.
    /// - Returns: Best first; ties go by identifier.
    package func candidates(
        for search: ParentSearch,
        count limit: Int? = nil,
        among pool: [Concept.Index]? = nil,
        always: [Concept.Index] = []
    ) -> [Candidate] {
        let limit = limit ?? settings.candidates
        let posterior = view.discriminant.posterior(
            of: search.probe.vector,
            excluding: search.excluded.union(view.edges.orphan.map { [$0] } ?? []).sorted(),
            view.lineage
        )
        let evidence = ParentEvidence(search)
        let eligible =
            pool?.filter { !search.isExcluded($0) } ?? view.concepts.indices.filter(search.isOpen)
        let chosen = choice(of: eligible, evidence, posterior)
        let open = pool == nil ? view.edges.commonParents.filter(search.isOpen) : []
        let inPool = Set(chosen).union(always).union(open)
        func ordered(_ indices: [Concept.Index]) -> [Concept.Index] {
            view.bestFirst(indices, at: { $0 }, by: { Double(evidence.quick[$0]) })
        }
        let known = ordered(Array(inPool))
        let rows = ParentFeatures.rows(known, search, evidence, posterior)
        let ranked = view.bestFirst(
            zip(known, rows).map {
                Candidate(index: $0, score: ranker.score($1), features: $1)
            },
            at: \.index,
            by: \.score
        )
        let best = Array(ranked.prefix(limit))
        let taken = Set(best.map(\.index))
        let added = always.compactMap { wanted in
            taken.contains(wanted) ? nil : ranked.first { $0.index == wanted }
        }
        guard limit > ranked.count else { return best + added }
        // Concepts outside the pool, which the ranker did not see, follow by the fixed score.
        let lowest = ranked.last?.score ?? 0
        let further = ordered(eligible.filter { !inPool.contains($0) })
            .prefix(limit - ranked.count)
            .map { index in
                let behind = Double(evidence.quick[index]) - 100
                return Candidate(index: index, score: lowest + behind, features: [])
            }
        return best + further + added
    }

    /// The best concepts by each of the two fixed scores and by the discriminant.
    private func choice(
        of eligible: [Concept.Index],
        _ evidence: ParentEvidence,
        _ posterior: ParentDiscriminant.Posterior
    ) -> [Concept.Index] {
        let scores = [
            (Self.poolWidth, evidence.quick), (Self.poolWidth, evidence.wide),
            (Self.learnedWidth, posterior.logarithms),
        ]
        return scores.flatMap { width, scores in
            Ranking.top(width, of: eligible.map { scores[$0] }).map { eligible[$0] }
        }
    }
}
