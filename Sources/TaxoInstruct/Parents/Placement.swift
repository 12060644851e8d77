package import Contract
package import Inference
package import Taxonomy

/// Finds the parents of a term: taxonomy expansion, section 3.2 of the paper.
///
/// Retrieval ranks the concepts, the language model scores the first `candidates` of them as
/// continuations of a prompt, and weights fitted on the taxonomy combine the two
/// (``VocabularyFit``). In the paper, the model writes the parent's name, which is then mapped to a
/// concept by edit distance; here every answer is a concept that exists.
package struct Placement {
    package let retriever: Retriever
    package let settings: MethodSettings
    package let model: (any LanguageModel)?
    package let fit: VocabularyFit

    /// Retrieves candidates and rates them.
    ///
    /// - Parameters:
    ///   - search: The term, and what may be seen.
    ///   - always: Concepts that are candidates regardless of their score.
    ///   - scope: If given, as many candidates in it are rated as otherwise, beside those that would
    ///     be rated without it.
    /// - Returns: The candidates, best first by combined score; ties go by identifier.
    /// - Throws: Errors of the model.
    package func judge(
        _ search: ParentSearch,
        always: [Concept.Index] = [],
        within scope: BranchScope? = nil
    ) throws -> Judgement {
        try judge(search, retriever.candidates(for: search, always: always, within: scope))
    }

    /// Rates candidates that were retrieved earlier.
    package func judge(
        _ search: ParentSearch,
        _ candidates: [Retriever.Candidate]
    ) throws -> Judgement {
        let question = PlacementQuestion(search, candidates: candidates.map(\.index), settings)
        var ratings: [ContinuationScore]?
        if let model, !candidates.isEmpty {
            ratings = try model.score(
                question.continuations + [Prompts.none],
                after: question.prompt
            )
        }
        let sums = ratings.map { ModelWeight.logShares($0.dropLast().map(\.logLikelihood)) }
        let perTokens = ratings.map { ModelWeight.logShares($0.dropLast().map(\.perToken)) }
        let none = ratings.flatMap { Ranking.logSoftmax($0.map(\.logLikelihood)).last }
        let fused = candidates.indices.map { position in
            guard let sums, let perTokens else { return candidates[position].score }
            return fit.modelWeight.joined(
                candidates[position].score,
                sum: sums[position],
                perToken: perTokens[position]
            )
        }
        let order = search.view.bestFirst(
            Array(candidates.indices),
            at: { candidates[$0].index },
            by: { fused[$0] }
        )
        let probabilities = fit.confidence(usesModel: ratings != nil)
            .probabilities(order.map { fused[$0] }, order.map { candidates[$0].features })
        let judged = zip(order, probabilities).map { position, probability in
            let candidate = candidates[position]
            return Judgement.Candidate(
                index: candidate.index,
                retrievalRank: position,
                continuation: question.continuations[position],
                retrieval: candidate.score,
                features: candidate.features,
                rating: ratings?[position],
                logProbability: sums?[position],
                logPerToken: perTokens?[position],
                fused: fused[position],
                probability: probability
            )
        }
        return Judgement(prompt: question.prompt, candidates: judged, noneLogProbability: none)
    }

    /// The ranked candidates to propose: those above the threshold, without ancestors and
    /// descendants of better ones.
    ///
    /// - Parameters:
    ///   - ranked: The candidates, best first.
    ///   - view: What the query may see.
    ///   - forced: Whether to propose the first candidate however improbable it is.
    /// - Returns: The candidates to propose, best first.
    package func accepted(
        _ ranked: [Judgement.Candidate],
        in view: VocabularyView,
        forced: Bool = false
    ) -> [Judgement.Candidate] {
        guard let best = ranked.first, forced || best.probability >= fit.answerThreshold else {
            return []
        }
        return Self.accepted(
            ranked.map { ($0.index, $0.probability) },
            in: view,
            from: fit.parentThreshold,
            atMost: settings.maximumParents
        ).map { ranked[$0] }
    }

    /// The positions of the candidates that are proposed, given that the first is.
    ///
    /// - Parameters:
    ///   - ranked: The candidates, best first.
    ///   - view: What the query may see.
    ///   - threshold: Probability that each candidate after the first must reach.
    ///   - maximum: Maximum number of positions.
    /// - Returns: The first position, and those further ones of which no better one is an ancestor
    ///   or a descendant.
    static func accepted(
        _ ranked: [(index: Concept.Index, probability: Double)],
        in view: VocabularyView,
        from threshold: Double,
        atMost maximum: Int
    ) -> [Int] {
        var accepted: [Int] = []
        var related = Set<Concept.Index>()
        for (rank, candidate) in ranked.enumerated() {
            guard accepted.count < maximum, rank == 0 || candidate.probability >= threshold
            else { break }
            guard !related.contains(candidate.index) else { continue }
            accepted.append(rank)
            related.insert(candidate.index)
            related.formUnion(view.ancestors(of: candidate.index))
            related.formUnion(view.descendants(of: candidate.index))
        }
        return accepted
    }

    /// The probability that the term belongs to the vocabulary's domain.
    package func membership(_ search: ParentSearch) -> Double {
        fit.membership.probability(DomainMembership.readings(search))
    }

    /// The reasons for a candidate's rank, as shown in the answer.
    package func evidence(for candidate: Judgement.Candidate, _ search: ParentSearch) -> Evidence {
        let view = search.view
        var parts = ["retrieval": candidate.retrieval, "probability": candidate.probability]
        for (name, value) in retriever.ranker.contributions(candidate.features) {
            parts[name] = value
        }
        if let sum = candidate.logProbability, let perToken = candidate.logPerToken {
            parts["languageModel"] = fit.modelWeight.part(sum: sum, perToken: perToken)
        }
        let nearest = view.bestFirst(
            view.children(of: candidate.index),
            at: { $0 },
            by: { Double(search.probe.nearness($0)) }
        )
        .prefix(3)
        return Evidence(
            rootPath: view.rootPath(of: candidate.index),
            nearest: nearest.map { view.concepts[$0].name },
            parts: parts.mapValues(Ranking.rounded)
        )
    }
}

/// The candidates for one term with the results of retrieval and language model.
package struct Judgement: Sendable {
    package struct Candidate: Sendable {
        package let index: Concept.Index
        /// Rank in retrieval order, counted from 0.
        package let retrievalRank: Int
        /// The continuation that the model scored.
        package let continuation: String
        package let retrieval: Double
        /// The features named by ``ParentFeatures/names``.
        package let features: [Float]
        /// The model's score; `nil` without a model.
        package let rating: ContinuationScore?
        /// Log-softmax over the candidates of the summed log-likelihood; see ``ModelWeight``.
        package let logProbability: Double?
        /// The same for the log-likelihood per token.
        package let logPerToken: Double?
        package let fused: Double
        /// Calibrated probability that the candidate is a parent, 0 to 1.
        package let probability: Double
    }

    package let prompt: String
    /// The candidates, best first by combined score.
    package let candidates: [Candidate]
    /// Log-softmax of “none of these” alongside the candidates; `nil` without a model.
    package let noneLogProbability: Double?
}
