import Contract
package import Inference
package import TaxoInstruct
package import Taxonomy

/// Taxonomy expansion on a benchmark from the literature: each test leaf is placed in the taxonomy
/// of the training edges.
///
/// There is no leakage: the taxonomy, the candidates and the known pairs contain only training
/// edges. The test edges are the gold answers and, together with the training edges, form the graph
/// on which Wu & Palmer similarity is measured.
package struct ExpansionEvaluation {
    private let train: [ExpansionEdge]
    private let queries: [(term: String, gold: [String])]
    /// The taxonomy of the training edges.
    package let taxonomy: Taxonomy
    private let full: Taxonomy

    /// Builds both graphs; each concept's identifier is its name.
    ///
    /// - Parameters:
    ///   - train: The known edges.
    ///   - test: The edges to be found.
    ///   - definitions: Definitions of concepts and queries, by name.
    ///   - limit: Maximum number of queries, taken from the start of the file.
    /// - Throws: `TaxonomyError` if the edges form a cycle.
    package init(
        train: [ExpansionEdge],
        test: [ExpansionEdge],
        definitions: [String: String] = [:],
        limit: Int? = nil
    ) throws {
        self.train = train
        taxonomy = try Self.taxonomy(of: train, definitions)
        full = try Self.taxonomy(of: train + test, definitions)
        var order: [String] = []
        var gold: [String: [String]] = [:]
        for edge in test {
            if gold[edge.child] == nil { order.append(edge.child) }
            gold[edge.child, default: []].append(edge.parent)
        }
        queries = order.prefix(limit ?? order.count).map { ($0, gold[$0] ?? []) }
    }

    /// Places every test leaf.
    ///
    /// - Parameters:
    ///   - model: Scores the candidates; without one, only retrieval is evaluated.
    ///   - encoder: Encodes names and queries.
    ///   - settings: The settings of the method.
    ///   - wasSeen: Whether the model's adapter may have read a concept of the training edges.
    ///   - progress: Called with the number of queries done and the total.
    /// - Returns: The results of each query and their aggregate.
    /// - Throws: Errors of the encoder and the model.
    package func run(
        model: (any LanguageModel)?,
        encoder: any TextEncoder,
        settings: MethodSettings,
        wasSeen: (String) -> Bool = { _ in false },
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ExpansionReport {
        let texts = Vocabulary.encodedTexts(of: taxonomy)
        let vocabulary = Vocabulary(
            name: "benchmark",
            version: "",
            taxonomy: taxonomy,
            embeddings: EmbeddingTable(
                rows: try encoder.encode(texts),
                dimension: encoder.dimension
            )
        )
        let fitting = VocabularyFitting(
            vocabulary: vocabulary,
            encoder: encoder,
            settings: settings
        )
        let expander = Expander(
            vocabulary: vocabulary,
            model: model,
            encoder: encoder,
            settings: settings,
            settingsSHA256: "",
            fit: try fitting.fit(model: model, wasSeen: wasSeen)
        )
        let measure = WuPalmer(full)
        var rows: [ExpansionReport.Row] = []
        for query in queries {
            let ranking = try expander.rank(query.term)
            rows.append(row(query, ranking.judgement, ranking.retrieval, measure))
            progress(rows.count, queries.count)
        }
        return ExpansionReport(rows: rows, seed: settings.seed, fit: expander.fit.summary)
    }

    private func row(
        _ query: (term: String, gold: [String]),
        _ judgement: Judgement,
        _ retrieval: [Concept.Index],
        _ measure: WuPalmer
    ) -> ExpansionReport.Row {
        let candidates = judgement.candidates
        let gold = query.gold.compactMap(full.index(ofIdentifier:))
        func name(_ index: Concept.Index) -> String { taxonomy.concepts[index].name }
        func outcome(_ scores: [Double]) -> ExpansionReport.Outcome {
            let order = candidates.indices.sorted {
                (-scores[$0], name(candidates[$0].index))
                    < (-scores[$1], name(candidates[$1].index))
            }
            // Concepts that the model did not score follow in retrieval order.
            let ranking =
                order.map { candidates[$0].index } + retrieval.dropFirst(candidates.count)
            let names = ranking.map(name)
            let best = names.first.flatMap(full.index(ofIdentifier:))
            let wuPalmer = best.flatMap { best in
                gold.map { measure.similarity(best, $0) }.max()
            }
            return ExpansionReport.Outcome(
                first: names.first ?? "",
                rank: names.firstIndex(where: query.gold.contains).map { $0 + 1 },
                wuPalmer: wuPalmer ?? 0
            )
        }
        var outcomes = [ExpansionReport.Mode.retrieval: outcome(candidates.map(\.retrieval))]
        let ratings = candidates.compactMap(\.rating)
        if !candidates.isEmpty, ratings.count == candidates.count {
            outcomes[.languageModel] = outcome(ratings.map(\.logLikelihood))
            outcomes[.fusion] = outcome(candidates.map(\.fused))
        }
        // Sorted by name, an order independent of any weight, so that other implementations can
        // compare.
        let listed = candidates.sorted { name($0.index) < name($1.index) }
        let rated = listed.compactMap(\.rating)
        return ExpansionReport.Row(
            query: query.term,
            gold: query.gold,
            prompt: judgement.prompt,
            candidates: listed.map { name($0.index) },
            continuations: listed.map(\.continuation),
            retrieval: listed.map(\.retrieval),
            logLikelihoods: rated.map(\.logLikelihood),
            tokens: rated.map(\.tokens),
            outcomes: outcomes
        )
    }

    /// The graph of the given edges; each concept's identifier is its name.
    ///
    /// - Throws: `TaxonomyError` if the edges form a cycle.
    package static func taxonomy(
        of edges: [ExpansionEdge],
        _ definitions: [String: String] = [:]
    ) throws -> Taxonomy {
        var indices: [String: Int] = [:]
        var concepts: [Concept] = []
        var parents: [[Int]] = []
        func index(_ name: String) -> Int {
            if let known = indices[name] { return known }
            indices[name] = concepts.count
            concepts.append(
                Concept(identifier: name, name: name, definition: definitions[name])
            )
            parents.append([])
            return concepts.count - 1
        }
        for edge in edges {
            let child = index(edge.child)
            let parent = index(edge.parent)
            parents[child].append(parent)
        }
        return try Taxonomy(concepts: concepts, parents: parents)
    }
}
