package import Inference

extension VocabularyFitting {
    func weigh(
        _ model: any LanguageModel,
        _ asked: [Asked],
        _ scores: [[Double]],
        _ wasSeen: (String) -> Bool,
        _ fit: inout VocabularyFit,
        _ report: inout FitReport
    ) throws {
        let concepts = vocabulary.taxonomy.concepts
        let unseen = asked.indices.filter { !wasSeen(concepts[asked[$0].index].identifier) }
        let chosen = Array(unseen.prefix(options.modelQueries))
        guard chosen.count >= options.fewest else {
            // If the adapter has seen every concept, there is none to fit a weight on.
            fit.modelWeight = .standard
            return
        }
        let rated = try rate(chosen.map { (asked[$0], scores[$0]) }, model)
        let (weight, gain) = ModelWeight.fit(rated, seed: options.seed)
        report.modelQueries = rated.count
        report.modelGain = 100 * gain.hits.mean
        report.modelGainLow = 100 * gain.hits.low
        report.modelGainHigh = 100 * gain.hits.high
        report.lossGain = gain.loss.mean
        report.lossGainLow = gain.loss.low
        report.lossGainHigh = gain.loss.high
        guard weight.usesModel else { return }
        fit.modelWeight = weight
        fit.withModel = Self.confidence(
            rated.map { ($0.joined(weight), $0.features, $0.isRight) },
            prior: fit.withoutModel,
            ridge: 5
        )
    }

    /// Rates the best candidates of each concept with the language model.
    ///
    /// - Parameters:
    ///   - asked: Left-out concepts with the scores of their candidates.
    ///   - model: The language model; called from several threads.
    ///   - progress: Called with the number of concepts done and the total; from several threads.
    /// - Returns: One list for each concept.
    /// - Throws: Errors of the model.
    package func rate(
        _ asked: [(Asked, [Double])],
        _ model: any LanguageModel,
        _ progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> [RatedList] {
        let placement = Placement(
            retriever: retriever,
            settings: settings,
            model: model,
            fit: .standard
        )
        return try parallelMap(asked.count, progress: progress) { position in
            try rate(asked[position].0, asked[position].1, placement)
        }
    }

    private func rate(
        _ one: Asked,
        _ scores: [Double],
        _ placement: Placement
    ) throws -> RatedList {
        let order = Array(Ranking.order(scores).prefix(settings.candidates))
        let candidates = order.map { position in
            Retriever.Candidate(
                index: one.candidates[position].index,
                score: scores[position],
                features: one.candidates[position].features
            )
        }
        let judgement = try placement.judge(one.search, candidates)
        let byConcept = Dictionary(
            uniqueKeysWithValues: judgement.candidates.map { ($0.index, $0) }
        )
        return RatedList(
            scores: candidates.map(\.score),
            sums: candidates.map { byConcept[$0.index]?.logProbability ?? 0 },
            perTokens: candidates.map { byConcept[$0.index]?.logPerToken ?? 0 },
            isRight: order.map { one.list.isRight[$0] },
            features: candidates.map(\.features)
        )
    }
}
