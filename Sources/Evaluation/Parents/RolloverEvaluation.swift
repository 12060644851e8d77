import TaxoInstruct
package import Taxonomy

/// Taxonomy expansion over time: places the concepts that the next release adds.
///
/// All concepts are candidates and placement is forced. Neither the guard for existing names nor
/// abstention affects the measures; both are reported separately.
package struct RolloverEvaluation {
    /// The verdict of the guard for existing names on a term.
    package enum Recognition: Sendable {
        case isNew
        /// The term already exists, with the identifiers of the concepts that have this name.
        case isKnown([String])
    }

    private let taxonomy: Taxonomy
    private let queries: [RolloverQuery]
    private let outsideTerms: [RolloverQuery]
    private let seed: UInt64

    /// - Parameters:
    ///   - taxonomy: The earlier release.
    ///   - queries: The added concepts; those without a known parent are skipped.
    ///   - outsideTerms: Terms outside the taxonomy's domain.
    ///   - seed: Seed of the bootstrap.
    package init(
        _ taxonomy: Taxonomy,
        queries: [RolloverQuery],
        outsideTerms: [RolloverQuery],
        seed: UInt64
    ) {
        self.taxonomy = taxonomy
        self.queries = queries
        self.outsideTerms = outsideTerms
        self.seed = seed
    }

    /// Places the queries.
    ///
    /// - Parameters:
    ///   - ranker: Ranks all concepts.
    ///   - plain: The ranker without the language model.
    ///   - recognise: Returns the guard's verdict.
    ///   - progress: Called with the number of terms done and the total.
    /// - Returns: Groups `all`, `unnamed`, `alreadyNamed`, `refusing` and `guard`.
    /// - Throws: Errors of the rankers.
    package func run(
        _ ranker: PlacementRanker,
        without plain: PlacementRanker? = nil,
        recognise: (RolloverQuery) throws -> Recognition,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        let total = queries.count + outsideTerms.count
        let named = Set(queries.filter { $0.alreadyNamed != nil }.map(\.id))
        let run = try PlacementRun(
            queries.compactMap { query in
                let gold = Set(query.parents.compactMap(taxonomy.index(ofIdentifier:)))
                let task = PlacementTask(term: query.name, synonyms: query.synonyms)
                return gold.isEmpty ? nil : PlacementQuery(key: query.id, task: task, gold: gold)
            },
            ranker,
            without: plain,
            progress: { done, _ in progress(done, total) }
        )
        var report = EvaluationReport(title: "rollover")
        let measures = PlacementMeasures(taxonomy, seed: seed)
        run.report("all", measures, to: &report)
        run.report("unnamed", where: { !named.contains($0.query.key) }, measures, to: &report)
        run.report("alreadyNamed", where: { named.contains($0.query.key) }, measures, to: &report)
        try addRefusing(ranker, run, to: &report) { progress(queries.count + $0, total) }
        try addGuard(recognise, to: &report)
        let left = queries.count - run.rows.count
        if left > 0 { report.notes.append("\(left) queries have no parent in the taxonomy") }
        try run.dump(taxonomy, to: &report)
        return report
    }

    /// Adds the share of out-of-domain terms that are refused, at the method's own threshold and at
    /// the one that still answers nine of ten queries.
    private func addRefusing(
        _ ranker: PlacementRanker,
        _ run: PlacementRun,
        to report: inout EvaluationReport,
        progress: (Int) -> Void
    ) throws {
        guard !outsideTerms.isEmpty else { return }
        var refused: [Bool] = []
        var none: [Double] = []
        for term in outsideTerms {
            let task = PlacementTask(term: term.name, synonyms: term.synonyms)
            let ranking = try ranker(task)
            refused.append(!ranking.isAnswered)
            none.append(ranking.noneProbability)
            progress(refused.count)
        }
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: outsideTerms.count)
        measures.add("refused", percent: refused.map { $0 ? 1 : 0 })
        measures.add("answered", percent: run.rows.map { $0.isAnswered ? 1 : 0 })
        let sorted = run.rows.map(\.noneProbability).sorted()
        if !sorted.isEmpty {
            let place = min(sorted.count - 1, Int((0.9 * Double(sorted.count)).rounded(.up)) - 1)
            let threshold = sorted[max(place, 0)]
            measures.add("refusedAt90Answered", percent: none.map { $0 > threshold ? 1 : 0 })
        }
        report.add("refusing", "fusion", measures)
    }

    private func addGuard(
        _ recognise: (RolloverQuery) throws -> Recognition,
        to report: inout EvaluationReport
    ) throws {
        var known = 0
        var right = 0
        var wrong = 0
        for query in queries {
            guard case .isKnown(let identifiers) = try recognise(query) else { continue }
            if let concept = query.alreadyNamed {
                known += 1
                if identifiers.contains(concept) { right += 1 }
            } else {
                wrong += 1
            }
        }
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: queries.count)
        measures.add("alreadyNamed", count: queries.count { $0.alreadyNamed != nil })
        measures.add("recognised", count: known)
        measures.add("recognisedRight", count: right)
        measures.add("recognisedFalsely", count: wrong)
        report.add("guard", "fusion", measures)
    }
}
