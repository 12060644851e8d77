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
            // An adapter that has read it all gives nothing to fit a weight on.
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

    /// Puts the best candidates of each concept before the language model.
    ///
    /// - Parameters:
    ///   - asked: Concepts with the scores of their candidates.
    ///   - model: Asked from several threads.
    ///   - progress: Called with the concepts done and all; from several threads.
    /// - Returns: A list for each concept.
    /// - Throws: What the model throws.
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
