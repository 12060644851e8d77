import TaxoInstruct
package import Taxonomy

/// Taxonomy expansion on held-out leaves of a taxonomy: a share of them is hidden, and each is
/// placed.
///
/// They are hidden together, so none of them is a known pair, a voter or a candidate for another.
package struct HoldoutEvaluation {
    private let taxonomy: Taxonomy
    private let queries: [PlacementQuery]
    private let seed: UInt64
    /// Identifiers that must be hidden from everything that is fitted.
    package let heldOut: [String]

    /// - Parameters:
    ///   - taxonomy: The taxonomy whose leaves are held out.
    ///   - share: Share of the leaves that is held out.
    ///   - seed: Seed of the draw and of the bootstrap.
    ///   - limit: Maximum number of held-out leaves to query; all of them stay hidden.
    package init(_ taxonomy: Taxonomy, share: Double, seed: UInt64, limit: Int?) {
        self.taxonomy = taxonomy
        self.seed = seed
        let heldOut = HeldOut.leaves(of: taxonomy, share: share, seed: seed)
        self.heldOut = heldOut
        queries = heldOut.compactMap(taxonomy.index(ofIdentifier:))
            .sampled(limit, seed: seed)
            .map { index in
                let concept = taxonomy.concepts[index]
                return PlacementQuery(
                    key: concept.identifier,
                    task: PlacementTask(
                        term: concept.name,
                        synonyms: concept.synonyms,
                        hiding: heldOut
                    ),
                    gold: Set(taxonomy.parents[index])
                )
            }
    }

    /// Places the leaves.
    ///
    /// - Throws: Errors of the ranker.
    package func run(
        _ ranker: PlacementRanker,
        without plain: PlacementRanker? = nil,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        let run = try PlacementRun(queries, ranker, without: plain, progress: progress)
        var report = EvaluationReport(title: "placement")
        run.report("all", PlacementMeasures(taxonomy, seed: seed), to: &report)
        report.notes.append("\(heldOut.count) leaves held out, \(queries.count) asked for")
        try run.dump(taxonomy, to: &report)
        return report
    }
}
