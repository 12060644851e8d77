/// Orders candidate parents by their features; see ``ParentFeatures``.
package struct ParentRanker: Hashable, Codable, Sendable {
    package var linear: LinearRanker
    /// Boosted trees added to the linear score; empty for a small taxonomy.
    package var trees = BoostedTrees()

    package func score(_ row: [Float]) -> Double { linear.score(row) + trees.score(row) }

    /// The five largest contributions to the linear part, and the contribution of the trees.
    package func contributions(_ row: [Float]) -> [(name: String, value: Double)] {
        guard !row.isEmpty else { return [] }
        let parts = zip(ParentFeatures.names, linear.contributions(row)).map { ($0, $1) }
        let greatest = parts.filter { $0.1 != 0 }
            .sorted { (-abs($0.1), $0.0) < (-abs($1.1), $1.0) }
            .prefix(5)
        let together = trees.trees.isEmpty ? [] : [("trees", trees.score(row))]
        return greatest.map { (name: $0.0, value: $0.1) }
            + together.map { (name: $0.0, value: $0.1) }
    }

    /// The ranker for a taxonomy too small to fit one on, and the starting point of every fit.
    package static let standard = ParentRanker(
        linear: LinearRanker(
            means: ParentFeatures.names.map { _ in 0 },
            scales: ParentFeatures.names.map { _ in 1 },
            weights: ParentFeatures.names.map { weights[$0] ?? 0 }
        )
    )

    /// Weights in units of the raw features, set by hand close to what fits on large taxonomies
    /// share.
    ///
    /// No command reproduces them.
    private static let weights = [
        "quick": 1, "cosine": 2, "termCovered": 6, "words": 4, "isContained": 1, "depth": 0.3,
        "mentions": 1,
    ]
}
