import Dispatch
package import Inference
import Synchronization
import Taxonomy

/// Fits ranker, confidence and the language model's weight on a vocabulary's own edges.
///
/// A sample of concepts is left out in turn, each with all that is below it, and asked for as if it
/// were new. Rankers are judged on folds they were not fitted on; the language model, whose adapter
/// may have read the vocabulary, on concepts that the adapter did not see.
package struct VocabularyFitting {
    /// How much is asked.
    package struct Options: Sendable {
        /// Concepts left out in turn at most.
        package var queries = 1_500
        /// Of them, those put before the language model at most.
        package var modelQueries = 300
        package var folds = 5
        package var seed: UInt64 = 20_240_213
        /// Fewer queries than this fit nothing.
        package var fewest = 20

        package init() {}
    }

    private let vocabulary: Vocabulary
    private let view: VisibleTaxonomy
    private let encoder: any TextEncoder
    private let settings: MethodSettings
    private let options: Options

    /// - Parameters:
    ///   - vocabulary: The one to fit on.
    ///   - encoder: The one that made its embeddings.
    ///   - settings: Of the method.
    ///   - hidden: Concepts that are hidden with all that is below them, such as held-out ones.
    ///   - options: How much is asked.
    package init(
        vocabulary: Vocabulary,
        encoder: any TextEncoder,
        settings: MethodSettings,
        hiding hidden: [String] = [],
        options: Options = Options()
    ) {
        self.vocabulary = vocabulary
        self.encoder = encoder
        self.settings = settings
        self.options = options
        view = VisibleTaxonomy(vocabulary.taxonomy, hiding: hidden)
    }

    /// Fits.
    ///
    /// - Parameters:
    ///   - model: The language model, if there is one.
    ///   - wasSeen: Whether the model's adapter may have read the concept with this identifier.
    ///   - progress: Called with the queries done and all; from several threads.
    /// - Returns: ``VocabularyFit/standard`` if there is too little to fit on.
    /// - Throws: What the models throw.
    package func fit(
        model: (any LanguageModel)?,
        wasSeen: (String) -> Bool = { _ in false },
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> VocabularyFit {
        let sample = sample()
        guard sample.count >= options.fewest else { return .standard }
        let asked = try ask(sample, ranker: .standard, progress)
        let lists = asked.map(\.list)
        let (ranker, scores) = rank(lists)

        var fit = VocabularyFit()
        fit.modelWeight = .withoutModel
        fit.ranker = ranker
        var report = FitReport()
        measure(asked, scores, &report)
        fit.withoutModel = confidence(asked, scores)
        fit.withModel = fit.withoutModel
        if let model {
            try weigh(model, asked, scores, wasSeen, &fit, &report)
        }
        setThresholds(asked, scores, &fit)
        try learnStrangers(asked, &fit, &report)
        fit.insertion = Insertion(vocabulary, view, seed: options.seed).rule
        report.warnings = warnings(report)
        fit.report = report
        return fit
    }

    // MARK: Asking

    /// A concept that was left out, and what retrieval said of it.
    struct Asked: Sendable {
        let index: Concept.Index
        let probe: Probe
        let excluded: Set<Concept.Index>
        /// In the order of the score without a fit.
        let candidates: [Retriever.Candidate]
        let list: RankingList
        /// The encoder's nearest inner concept is a parent.
        let encoderHits: Bool
    }

    /// Concepts to leave out: of each kind of identifier about as many, six leaves for each inner
    /// one.
    private func sample() -> [Concept.Index] {
        var generator = SplitMix64(seed: options.seed)
        let taxonomy = vocabulary.taxonomy
        let eligible = generator.shuffled(
            taxonomy.concepts.indices.filter { !view.parents(of: $0).isEmpty }
        )
        let leaves = eligible.filter { view.children(of: $0).isEmpty }
        let inner = eligible.filter { !view.children(of: $0).isEmpty }
        var kinds: [String: [Concept.Index]] = [:]
        for leaf in leaves {
            kinds[Self.kind(taxonomy.concepts[leaf].identifier), default: []].append(leaf)
        }
        // Identifiers that all differ before their first digit are names, not kinds.
        if kinds.count > 8 { kinds = ["": leaves] }
        let wanted = max(options.queries - options.queries / 7, options.queries - inner.count)
        var taken: [Concept.Index] = []
        var open = kinds.sorted { $0.key < $1.key }.map(\.value)
        while taken.count < wanted, !open.isEmpty {
            let share = max(1, (wanted - taken.count) / open.count)
            for position in open.indices {
                taken += open[position].prefix(min(share, wanted - taken.count))
                open[position] = Array(open[position].dropFirst(share))
            }
            open.removeAll(where: \.isEmpty)
        }
        taken += inner.prefix(options.queries - taken.count)
        return generator.shuffled(taken)
    }

    private static func kind(_ identifier: String) -> String {
        String(identifier.prefix { !$0.isNumber })
    }

    private func ask(
        _ sample: [Concept.Index],
        ranker: ParentRanker,
        _ progress: @Sendable (Int, Int) -> Void
    ) throws -> [Asked] {
        let retriever = Retriever(
            vocabulary: vocabulary,
            view: view,
            encoder: encoder,
            settings: settings,
            ranker: ranker
        )
        // Every other concept is asked for by its name alone: a curator's list has few synonyms.
        let terms = sample.enumerated().map { position, index in
            let all = vocabulary.taxonomy.concepts[index].terms
            return Array(all.prefix(position.isMultiple(of: 2) ? Probe.comparedTerms : 1))
        }
        let dimension = encoder.dimension
        let further = try encoder.encode(terms.flatMap { $0.dropFirst().map(Term.natural) })
        var starts = [0]
        for list in terms { starts.append(starts[starts.count - 1] + (list.count - 1) * dimension) }

        let results = Mutex([Asked?](repeating: nil, count: sample.count))
        let done = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: sample.count) { [starts] position in
            let vectors =
                vocabulary.embeddings.row(sample[position])
                + further[starts[position]..<starts[position + 1]]
            let asked = ask(sample[position], terms[position], vectors, retriever)
            results.withLock { $0[position] = asked }
            let count = done.withLock { count in
                count += 1
                return count
            }
            progress(count, sample.count)
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    private func ask(
        _ index: Concept.Index,
        _ terms: [String],
        _ vectors: [Float],
        _ retriever: Retriever
    ) -> Asked {
        let probe = retriever.probe(terms, vectors: vectors)
        let excluded = view.descendants(of: index).union([index])
        let candidates = retriever.candidates(for: probe, count: 160, excluding: excluded)
            .filter { !$0.features.isEmpty }
        let parents = Set(view.parents(of: index))
        var inner = [Float](repeating: -1, count: probe.cosines.count)
        for concept in inner.indices
        where !excluded.contains(concept) && !view.children(of: concept).isEmpty {
            inner[concept] = probe.cosines[concept]
        }
        return Asked(
            index: index,
            probe: probe,
            excluded: excluded,
            candidates: candidates,
            list: RankingList(
                features: candidates.map(\.features),
                isRight: candidates.map { parents.contains($0.index) }
            ),
            encoderHits: Ranking.top(1, of: inner).first.map(parents.contains) ?? false
        )
    }

    // MARK: What has no place

    private func learnStrangers(
        _ asked: [Asked],
        _ fit: inout VocabularyFit,
        _ report: inout FitReport
    ) throws {
        let retriever = Retriever(
            vocabulary: vocabulary,
            view: view,
            encoder: encoder,
            settings: settings
        )
        var generator = SplitMix64(seed: options.seed, stream: 2)
        let phrases = Strangers(vocabulary.taxonomy)
            .phrases(asked.count, isHidden: view.isHidden, &generator)
        let vectors = try encoder.encode(phrases)
        let dimension = encoder.dimension
        let count = asked.count
        let readings = Mutex([[Float]](repeating: [], count: count + phrases.count))
        DispatchQueue.concurrentPerform(iterations: count + phrases.count) { position in
            let row: [Float]
            if position < count {
                let one = asked[position]
                let nearest = retriever.nearest(one.probe, 10, excluding: one.excluded)
                row = Belonging.readings(one.probe, vector: one.probe.vector, nearest: nearest)
            } else {
                let start = (position - count) * dimension
                let probe = retriever.probe(
                    [phrases[position - count]],
                    vectors: Array(vectors[start..<start + dimension])
                )
                let nearest = retriever.nearest(probe, 10, excluding: [])
                row = Belonging.readings(probe, vector: probe.vector, nearest: nearest)
            }
            readings.withLock { $0[position] = row }
        }
        let all = readings.withLock(\.self)
        // A phrase that reads like a concept is likely one under another name.
        let strange = all[count...].filter { $0[0] < Self.likeness }
        let rows = all[..<count] + strange
        fit.belonging = Belonging.fit(Array(all[..<count]), against: Array(strange))
        func share(_ rows: ArraySlice<[Float]>) -> Double {
            let answered = rows.count { fit.belonging.probability($0) >= fit.belonging.threshold }
            return rows.isEmpty ? 0 : 100 * Double(answered) / Double(rows.count)
        }
        report.membersAnswered = share(rows[..<count])
        report.strangers = strange.count
        report.strangersRefused = strange.isEmpty ? 0 : 100 - share(rows[count...])
    }

    /// Cosine with the nearest concept from which a phrase counts as one.
    private static let likeness: Float = 0.8

    // MARK: The ranker

    /// Fits a ranker on all lists; returns it with the scores of each list from folds that did not
    /// hold it.
    private func rank(_ lists: [RankingList]) -> (ParentRanker, scores: [[Double]]) {
        var generator = SplitMix64(seed: options.seed, stream: 1)
        let order = generator.shuffled(Array(lists.indices))
        var fold = [Int](repeating: 0, count: lists.count)
        for (position, index) in order.enumerated() { fold[index] = position % options.folds }

        struct Result: Sendable {
            var linear = LinearRanker(means: [], scales: [], weights: [])
            var trees = BoostedTrees()
            /// Scores of the fold's own lists after each ``stride`` trees.
            var scores: [[[Double]]] = []
        }
        let results = Mutex([Result](repeating: Result(), count: options.folds + 1))
        let folds = options.folds
        let seed = options.seed
        let standard = ParentRanker.standard.linear
        DispatchQueue.concurrentPerform(iterations: folds + 1) { [fold] number in
            let train = lists.indices.filter { fold[$0] != number }.map { lists[$0] }
            let held = lists.indices.filter { fold[$0] == number }.map { lists[$0] }
            var result = Result()
            let linear = LinearRanker.fit(train, prior: standard)
            result.linear = linear
            var scores = held.map { $0.features.map(linear.score) }
            result.scores = [scores]
            var options = BoostedTrees.Options()
            options.seed = seed
            let base = train.map { $0.features.map(linear.score) }
            result.trees = BoostedTrees.grow(train, base: base, options) { grown in
                guard let last = grown.trees.last else { return true }
                for (index, list) in held.enumerated() {
                    for row in list.features.indices {
                        scores[index][row] += last.value(list.features[row])
                    }
                }
                if grown.trees.count.isMultiple(of: Self.stride) { result.scores.append(scores) }
                return true
            }
            results.withLock { $0[number] = result }
        }
        let all = results.withLock(\.self)
        let steps = all.prefix(folds).map(\.scores.count).min() ?? 1
        let losses = (0..<steps).map { step in
            (0..<folds).reduce(0.0) { sum, number in
                let held = lists.indices.filter { fold[$0] == number }.map { lists[$0] }
                return sum + Listwise.loss(held, all[number].scores[step])
            }
        }
        let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
        var scores = [[Double]](repeating: [], count: lists.count)
        for number in 0..<folds {
            let held = lists.indices.filter { fold[$0] == number }
            for (position, index) in held.enumerated() {
                scores[index] = all[number].scores[best][position]
            }
        }
        var trees = all[folds].trees
        trees.trees = Array(trees.trees.prefix(best * Self.stride))
        return (ParentRanker(linear: all[folds].linear, trees: trees), scores)
    }

    /// Trees between two looks at the held lists.
    private static let stride = 20

    // MARK: The language model

    private func weigh(
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
        let retriever = Retriever(
            vocabulary: vocabulary,
            view: view,
            encoder: encoder,
            settings: settings
        )
        var rated: [RatedList] = []
        for index in chosen {
            let one = asked[index]
            let order = Array(Self.order(scores[index]).prefix(settings.candidates))
            let candidates = order.map { position in
                Retriever.Candidate(
                    index: one.candidates[position].index,
                    score: scores[index][position],
                    features: one.candidates[position].features
                )
            }
            let placement = Placement(retriever: retriever, model: model, fit: .standard)
            let judgement = try placement.judge(one.probe, candidates, excluding: one.excluded)
            let byConcept = Dictionary(
                uniqueKeysWithValues: judgement.candidates.map { ($0.index, $0) }
            )
            rated.append(
                RatedList(
                    scores: candidates.map(\.score),
                    sums: candidates.map { byConcept[$0.index]?.logProbability ?? 0 },
                    perTokens: candidates.map { byConcept[$0.index]?.logPerToken ?? 0 },
                    isRight: order.map { one.list.isRight[$0] },
                    features: candidates.map(\.features)
                )
            )
        }
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

    // MARK: Confidence and report

    private func confidence(_ asked: [Asked], _ scores: [[Double]]) -> Confidence {
        Self.confidence(
            asked.indices.map { index in
                let order = Self.order(scores[index]).prefix(settings.candidates)
                return (
                    order.map { scores[index][$0] },
                    order.map { asked[index].list.features[$0] },
                    order.map { asked[index].list.isRight[$0] }
                )
            },
            prior: .plain,
            ridge: 1
        )
    }

    private static func confidence(
        _ lists: [(scores: [Double], features: [[Float]], isRight: [Bool])],
        prior: Confidence,
        ridge: Double
    ) -> Confidence {
        var first: (rows: [[Double]], answers: [Bool]) = ([], [])
        var further = first
        for list in lists where !list.scores.isEmpty {
            let order = Self.order(list.scores)
            let shares = Listwise.probabilities(order.map { list.scores[$0] })
            for (rank, position) in order.prefix(6).enumerated() {
                let row = Confidence.readings(rank, shares: shares, list.features[position])
                if rank == 0 {
                    first.rows.append(row)
                    first.answers.append(list.isRight[position])
                } else {
                    further.rows.append(row)
                    further.answers.append(list.isRight[position])
                }
            }
        }
        return Confidence(
            first: .fit(first.rows, first.answers, ridge: ridge, prior: prior.first),
            further: .fit(further.rows, further.answers, ridge: ridge, prior: prior.further)
        )
    }

    private func measure(_ asked: [Asked], _ scores: [[Double]], _ report: inout FitReport) {
        var surest: [(probability: Double, isRight: Bool)] = []
        let confidence = confidence(asked, scores)
        var ranks: [Int?] = []
        for (one, scores) in zip(asked, scores) {
            let order = Self.order(scores)
            ranks.append(order.firstIndex { one.list.isRight[$0] })
            let shares = Listwise.probabilities(
                order.prefix(settings.candidates).map { scores[$0] }
            )
            guard let best = order.first else { continue }
            let row = Confidence.readings(0, shares: shares, one.list.features[best])
            surest.append((confidence.probability(0, row), one.list.isRight[best]))
        }
        let all = Double(asked.count)
        func share(_ width: Int) -> Double {
            100 * Double(ranks.count { $0.map { $0 < width } ?? false }) / all
        }
        report.queries = asked.count
        report.hitAt1 = share(1)
        report.recallAt5 = share(5)
        report.recallAt20 = share(20)
        report.recallAt50 = share(50)
        surest.sort { $0.probability > $1.probability }
        let top = surest.prefix(Int((0.35 * all).rounded()))
        report.precisionAt35 =
            top.isEmpty ? 0 : 100 * Double(top.count(where: \.isRight)) / Double(top.count)
        report.encoderHitAt1 = 100 * Double(asked.count(where: \.encoderHits)) / all
    }

    /// The threshold for further parents that makes the sets of parents most alike (F1).
    private func setThresholds(
        _ asked: [Asked],
        _ scores: [[Double]],
        _ fit: inout VocabularyFit
    ) {
        let placement = Placement(
            retriever: Retriever(
                vocabulary: vocabulary,
                view: view,
                encoder: encoder,
                settings: settings
            ),
            model: nil,
            fit: fit
        )
        var best = 0.0
        for threshold in (4...16).map({ Double($0) / 20 }) {
            var trial = fit
            trial.parentThreshold = threshold
            trial.answerThreshold = 0
            let sum = asked.indices.reduce(0.0) { sum, index in
                let one = asked[index]
                let order = Self.order(scores[index]).prefix(settings.candidates)
                let shares = Listwise.probabilities(order.map { scores[index][$0] })
                let ranked = order.enumerated().map { rank, position in
                    Judgement.Candidate(
                        index: one.candidates[position].index,
                        retrievalRank: rank,
                        continuation: "",
                        retrieval: scores[index][position],
                        features: one.list.features[position],
                        rating: nil,
                        logProbability: nil,
                        logPerToken: nil,
                        fused: scores[index][position],
                        probability: trial.withoutModel.probability(
                            rank,
                            Confidence.readings(rank, shares: shares, one.list.features[position])
                        )
                    )
                }
                let trialPlacement = Placement(
                    retriever: placement.retriever,
                    model: nil,
                    fit: trial
                )
                let proposed = Set(trialPlacement.accepted(ranked).map(\.index))
                let gold = Set(view.parents(of: one.index))
                let common = Double(proposed.intersection(gold).count)
                return sum + 2 * common / Double(proposed.count + gold.count)
            }
            if sum > best {
                best = sum
                fit.parentThreshold = threshold
            }
        }
    }

    private func warnings(_ report: FitReport) -> [String] {
        // With vectors that say nothing, the nearest inner concept is right by chance alone.
        report.encoderHitAt1 < 5 || report.recallAt20 < 40 ? ["retrieval-poor"] : []
    }

    /// Positions by score, best first; ties go to the smaller position.
    static func order(_ scores: [Double]) -> [Int] {
        scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    }
}
