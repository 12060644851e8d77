package import Contract
package import Inference
package import Taxonomy

/// Finds the parents of a term: taxonomy expansion, section 3.2 of the paper.
///
/// Retrieval ranks the concepts, the language model rates the first `candidates` of them as the
/// continuation of a prompt, and a weight fitted on the taxonomy joins the two
/// (``VocabularyFit``). The paper lets the model write the parent's name and repairs it by edit
/// distance; here every answer is a concept that exists.
package struct Placement {
    package let retriever: Retriever
    package let settings: MethodSettings
    package let model: (any LanguageModel)?
    package let fit: VocabularyFit

    /// Retrieves and rates the candidates.
    ///
    /// - Parameters:
    ///   - search: The term, and what may be seen.
    ///   - always: Concepts that are candidates whatever their score.
    /// - Returns: The candidates, best first by the joined score; ties go by identifier.
    /// - Throws: What the model throws.
    package func judge(
        _ search: ParentSearch,
        always: [Concept.Index] = []
    ) throws -> Judgement {
        try judge(search, retriever.candidates(for: search, always: always))
    }

    /// Rates candidates that were retrieved.
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

    /// The ranked candidates that are proposed: those above the threshold, without the ancestors and
    /// descendants of better ones.
    ///
    /// - Parameters:
    ///   - ranked: Best first.
    ///   - view: What the query may see.
    ///   - forced: Whether the first is proposed however improbable it is.
    /// - Returns: Those proposed, best first.
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

    /// The positions of those that are proposed if the first is.
    ///
    /// - Parameters:
    ///   - ranked: Best first.
    ///   - view: What the query may see.
    ///   - threshold: Probability that all but the first must have.
    ///   - maximum: How many at most.
    /// - Returns: The first, and of the others those that no better one is an ancestor or a
    ///   descendant of.
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

    /// The probability that the term belongs to the vocabulary's domain at all.
    package func membership(_ search: ParentSearch) -> Double {
        fit.membership.probability(DomainMembership.readings(search))
    }

    /// What the answer shows as the reasons for a candidate's rank.
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

/// The candidates for one term as retrieval and language model see them.
package struct Judgement: Sendable {
    package struct Candidate: Sendable {
        package let index: Concept.Index
        /// Its place in the order of retrieval, counted from 0.
        package let retrievalRank: Int
        /// What the model rated.
        package let continuation: String
        package let retrieval: Double
        /// See ``ParentFeatures/names``.
        package let features: [Float]
        /// `nil` without a model.
        package let rating: ContinuationScore?
        /// Log-softmax of the summed log-likelihood over the candidates; see ``ModelWeight``.
        package let logProbability: Double?
        /// The same of the mean log-likelihood per token.
        package let logPerToken: Double?
        package let fused: Double
        /// Calibrated probability that it is a parent, 0 to 1.
        package let probability: Double
    }

    package let prompt: String
    /// Best first by the joined score.
    package let candidates: [Candidate]
    /// The log-softmax of “none of these” beside the candidates; `nil` without a model.
    package let noneLogProbability: Double?
}
