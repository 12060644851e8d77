package import Inference
package import Taxonomy

/// Fits the ranker, the calibration and the language model's weight on a vocabulary's own edges.
///
/// Concepts of a sample are left out in turn, each with all its descendants, and queried as if they
/// were new. Rankers are evaluated by cross-validation. The language model is evaluated only on
/// concepts that its adapter did not see, since the adapter may have been trained on the
/// vocabulary.
package struct VocabularyFitting {
    /// How many queries the fit uses.
    package struct Options: Sendable {
        /// Maximum number of concepts left out.
        package var queries = 2_000
        /// Maximum number of these that the language model rates.
        package var modelQueries = 300
        package var folds = 5
        package var seed: UInt64 = 20_240_213
        /// With fewer queries than this, nothing is fitted.
        package var fewest = 20

        package init() {}
    }

    package let view: VocabularyView
    package let encoder: any TextEncoder
    package let settings: MethodSettings
    package let options: Options

    package var vocabulary: Vocabulary { view.vocabulary }

    /// - Parameters:
    ///   - vocabulary: The vocabulary to fit on.
    ///   - encoder: The encoder that produced the vocabulary's embeddings.
    ///   - settings: The settings of the method.
    ///   - hidden: Concepts to hide with all their descendants, such as held-out ones.
    ///   - options: How many queries to use.
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

    /// Fits everything.
    ///
    /// - Parameters:
    ///   - model: The language model, if any.
    ///   - wasSeen: Whether the model's adapter may have read the concept with this identifier.
    ///   - progress: Called with the number of queries done and the total; from several threads.
    /// - Returns: The fit, or ``VocabularyFit/standard`` if there are too few concepts to fit on.
    /// - Throws: Errors of the encoder and the model.
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

    // MARK: Queries

    /// A left-out concept and its retrieval results.
    package struct Asked: Sendable {
        package let index: Concept.Index
        package let search: ParentSearch
        /// The candidates of the pool, in the order of the standard ranker.
        package let candidates: [Retriever.Candidate]
        package let list: RankingList
        /// Whether the inner concept nearest by embedding is a parent.
        package let encoderHits: Bool
    }

    /// Draws the concepts to leave out: about equally many for each kind of identifier, and six
    /// leaves for each inner concept.
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
        // More than eight different prefixes are names of concepts rather than kinds of identifier.
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

    /// Retrieval with the standard ranker, from which every fit starts.
    var retriever: Retriever { Retriever(view: view, encoder: encoder, settings: settings) }

    package func ask(
        _ sample: [Concept.Index],
        _ progress: @Sendable (Int, Int) -> Void
    ) throws -> [Asked] {
        let retriever = retriever
        // Every other concept is queried by its name alone, because curators' lists often lack
        // synonyms.
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
