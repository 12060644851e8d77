package import Inference
package import Taxonomy

/// Finds and ranks the concepts that may be parents of a term.
///
/// The paper takes the 20 concepts whose SPECTER vectors are nearest to the term's (section 3.2);
/// on Environment, these include the true parent for only 67 % of the terms. Here a pool of about
/// two hundred concepts is chosen by two fixed scores (``ParentEvidence``), a discriminant analysis
/// of the embeddings (``ParentDiscriminant``) and class size, and a ranker fitted on the taxonomy's
/// own edges (``VocabularyFit``) orders it by forty-four features (``ParentFeatures``).
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

    /// A possible parent.
    package struct Candidate {
        package let index: Concept.Index
        /// The ranker's score; comparable only among one term's candidates.
        package let score: Double
        /// The features named by ``ParentFeatures/names``; empty if the ranker did not score the
        /// concept.
        package let features: [Float]
    }

    /// Number of concepts that each of the two fixed scores adds to the pool.
    private static let poolWidth = 80

    /// Number of concepts that the discriminant adds to the pool.
    private static let learnedWidth = 60

    /// Maximum size of a pool.
    package static let poolLimit = 2 * poolWidth + learnedWidth + VisibleTaxonomy.commonCount

    /// Encodes and looks up a term that need not be in the vocabulary.
    ///
    /// - Throws: Errors of the encoder.
    package func probe(_ term: String, synonyms: [String] = []) throws -> Probe {
        let terms = Array(([term] + synonyms).prefix(Probe.comparedTerms))
        return probe(terms, vectors: try encoder.encode(terms.map(Term.natural)))
    }

    /// Looks up a concept by its stored embedding; its synonyms are compared by spelling only.
    package func probe(_ index: Concept.Index) -> Probe {
        probe(
            view.concepts[index].terms,
            vectors: view.vocabulary.embeddings.row(index)
        )
    }

    /// Looks up a term that has already been encoded.
    ///
    /// - Parameters:
    ///   - terms: The term and its synonyms; at least one.
    ///   - vectors: The embeddings of the leading terms in natural order, concatenated; at least
    ///     that of the first.
    /// - Returns: The term with its similarities to every concept.
    package func probe(_ terms: [String], vectors: [Float]) -> Probe {
        Probe(terms: terms, vectors: vectors, vocabulary: view.vocabulary)
    }

    /// Starts a search by finding the concepts nearest to a term.
    ///
    /// - Parameters:
    ///   - probe: The term with its similarities.
    ///   - excluded: Concepts to exclude.
    /// - Returns: A search with as many neighbours as the evidence or the prompt needs.
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

    /// The candidates for the parents of a term.
    ///
    /// - Parameters:
    ///   - search: The term, and what may be seen.
    ///   - limit: Maximum number of candidates; `MethodSettings.candidates` if not given.
    ///   - pool: If given, only these concepts are candidates, even hidden ones: a seed tree may
    ///     name concepts that the query may not look up.
    ///   - always: Concepts that are candidates regardless of their score, appended at the end.
    ///   - scope: If given, the pool is also filled from it, and the best `limit` in it are returned
    ///     together with the best `limit` of all.
    /// - Returns: The candidates, best first; ties go by identifier.
    package func candidates(
        for search: ParentSearch,
        count limit: Int? = nil,
        among pool: [Concept.Index]? = nil,
        always: [Concept.Index] = [],
        within scope: BranchScope? = nil
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
        let inScope = scope.map { scope in eligible.filter(scope.contains) } ?? []
        let chosen =
            choice(of: eligible, evidence, posterior) + choice(of: inScope, evidence, posterior)
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
        var best = Array(ranked.prefix(limit))
        if let scope {
            best += ranked.dropFirst(limit).filter { scope.contains($0.index) }
                .prefix(limit - best.count { scope.contains($0.index) })
        }
        let taken = Set(best.map(\.index))
        let added = always.compactMap { wanted in
            taken.contains(wanted) ? nil : ranked.first { $0.index == wanted }
        }
        guard limit > ranked.count else { return best + added }
        // Concepts outside the pool have no ranker score and follow in order of the fixed score.
        let lowest = ranked.last?.score ?? 0
        let further = ordered(eligible.filter { !inPool.contains($0) })
            .prefix(limit - ranked.count)
            .map { index in
                let behind = Double(evidence.quick[index]) - 100
                return Candidate(index: index, score: lowest + behind, features: [])
            }
        return best + further + added
    }

    /// The top concepts by each of the two fixed scores and by the discriminant.
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
