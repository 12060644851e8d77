import TaxoInstruct

/// The language model's gain over the ranker, on concepts of several taxonomies left out in turn.
package struct LeaveOneOutEvaluation {
    private let seed: UInt64

    /// - Parameter seed: Seed of the bootstrap.
    package init(seed: UInt64) { self.seed = seed }

    /// Computes the measures.
    ///
    /// - Parameter taxonomies: The name of each taxonomy, with its left-out concepts.
    /// - Returns: A group for each taxonomy, and `pooled` over all concepts.
    /// - Throws: Errors of encoding the dump.
    package func report(
        _ taxonomies: [(name: String, placed: [LeftOutConcept])]
    ) throws -> EvaluationReport {
        var report = EvaluationReport(title: "leaveOneOut")
        for (name, placed) in taxonomies {
            add(name, placed, to: &report)
            for one in placed { try report.addLine(one) }
        }
        if taxonomies.count > 1 { add("pooled", taxonomies.flatMap(\.placed), to: &report) }
        return report
    }

    private func add(_ group: String, _ placed: [LeftOutConcept], to report: inout EvaluationReport)
    {
        let with = placed.map(\.rank)
        let without = placed.map(\.rankWithoutModel)
        report.add(group, "fusion", measures(with, placed.map(\.probability)))
        report.add(group, "withoutModel", measures(without, placed.map(\.probabilityWithoutModel)))
        var gain = Measures(Bootstrap(seed: seed))
        gain.add("queries", count: placed.count)
        for (key, value) in Self.values {
            gain.add(key, percent: zip(with, without).map { value($0) - value($1) })
        }
        report.add(group, "gain", gain)
    }

    private func measures(_ ranks: [Int?], _ probabilities: [Double]) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: ranks.count)
        for (key, value) in Self.values { measures.add(key, percent: ranks.map(value)) }
        measures.add("expectedCalibrationError", queries: ranks.count) { drawn in
            PlacementMeasures.calibrationError(drawn.map { (probabilities[$0], ranks[$0] == 1) })
        }
        return measures
    }

    private static let values: [(key: String, value: @Sendable (Int?) -> Double)] = [
        ("hitAt1", { $0 == 1 ? 1 : 0 }),
        ("mrr", { $0.map { 1 / Double($0) } ?? 0 }),
        ("recallAt5", { $0.map { $0 <= 5 } == true ? 1 : 0 }),
        ("recallAt20", { $0.map { $0 <= 20 } == true ? 1 : 0 }),
    ]
}
