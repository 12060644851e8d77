package import Inference
package import Taxonomy

/// Fits ranker, confidence and the language model's weight on a vocabulary's own edges.
///
/// A sample of concepts is left out in turn, each with all that is below it, and asked for as if it
/// were new. Rankers are judged on folds they were not fitted on; the language model, whose adapter
/// may have read the vocabulary, on concepts that the adapter did not see.
package struct VocabularyFitting {
    /// How much is asked.
    package struct Options: Sendable {
        /// How many concepts are left out in turn, at most.
        package var queries = 2_000
        /// How many of them the language model rates, at most.
        package var modelQueries = 300
        package var folds = 5
        package var seed: UInt64 = 20_240_213
        /// With fewer queries nothing is fitted.
        package var fewest = 20

        package init() {}
    }

    package let view: VocabularyView
    package let encoder: any TextEncoder
    package let settings: MethodSettings
    package let options: Options

    package var vocabulary: Vocabulary { view.vocabulary }

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
        self.encoder = encoder
        self.settings = settings
        self.options = options
        view = vocabulary.view(hiding: hidden)
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
        let asked = try ask(sample, progress)
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
        try fitMembership(asked, &fit, &report)
        fit.insertion = Insertion(view, seed: options.seed).rule
        report.warnings = warnings(report)
        fit.report = report
        return fit
    }

    // MARK: Asking

    /// A concept that was left out, and what retrieval said of it.
    package struct Asked: Sendable {
        package let index: Concept.Index
        package let search: ParentSearch
        /// Those of the pool, in the order of the standard ranker.
        package let candidates: [Retriever.Candidate]
        package let list: RankingList
        /// The encoder's nearest inner concept is a parent.
        package let encoderHits: Bool
    }

    /// Draws the concepts to leave out: about equally many of each kind of identifier, and six leaves
    /// for each inner concept.
    package func sample() -> [Concept.Index] {
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

    /// Retrieval with the standard ranker, where every fit starts.
    var retriever: Retriever { Retriever(view: view, encoder: encoder, settings: settings) }

    package func ask(
        _ sample: [Concept.Index],
        _ progress: @Sendable (Int, Int) -> Void
    ) throws -> [Asked] {
        let retriever = retriever
        // Every other concept is asked for by its name alone: a curator's list has few synonyms.
        let terms = sample.enumerated().map { position, index in
            let all = vocabulary.taxonomy.concepts[index].terms
            return Array(all.prefix(position.isMultiple(of: 2) ? Probe.comparedTerms : 1))
        }
        let dimension = encoder.dimension
        let further = try encoder.encode(terms.flatMap { $0.dropFirst().map(Term.natural) })
        var starts = [0]
        for list in terms { starts.append(starts[starts.count - 1] + (list.count - 1) * dimension) }

        return parallelMap(sample.count, progress: progress) { [starts] position in
            let vectors =
                vocabulary.embeddings.row(sample[position])
                + further[starts[position]..<starts[position + 1]]
            return ask(sample[position], terms[position], vectors, retriever)
        }
    }

    private func ask(
        _ index: Concept.Index,
        _ terms: [String],
        _ vectors: [Float],
        _ retriever: Retriever
    ) -> Asked {
        let search = retriever.search(
            for: retriever.probe(terms, vectors: vectors),
            excluding: view.descendants(of: index).union([index])
        )
        let candidates = retriever.candidates(for: search, count: Retriever.poolLimit)
            .filter { !$0.features.isEmpty }
        let parents = Set(view.parents(of: index))
        var inner = [Float](repeating: -1, count: search.probe.cosines.count)
        for concept in inner.indices
        where !search.isExcluded(concept) && !view.children(of: concept).isEmpty {
            inner[concept] = search.probe.cosines[concept]
        }
        return Asked(
            index: index,
            search: search,
            candidates: candidates,
            list: RankingList(
                features: candidates.map(\.features),
                isRight: candidates.map { parents.contains($0.index) }
            ),
            encoderHits: Ranking.top(1, of: inner).first.map(parents.contains) ?? false
        )
    }
}
