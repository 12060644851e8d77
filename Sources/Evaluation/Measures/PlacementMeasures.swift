import Glibc
import TaxoInstruct
package import Taxonomy

/// The answer of a ranking to one query.
package struct PlacementOutcome: Sendable {
    /// The true parents; at least one.
    package let gold: Set<Concept.Index>
    /// The ranked concepts, best first.
    package let ranking: [Concept.Index]
    package let proposed: Set<Concept.Index>
    /// Calibrated probability that the first is right; `nil` for a ranking without probabilities.
    package let probability: Double?

    package init(
        gold: Set<Concept.Index>,
        ranking: [Concept.Index],
        proposed: Set<Concept.Index>,
        probability: Double?
    ) {
        self.gold = gold
        self.ranking = ranking
        self.proposed = proposed
        self.probability = probability
    }

    var isHit: Bool { ranking.first.map(gold.contains) == true }

    /// Rank of the best-ranked true parent, from 1.
    var rank: Int? { ranking.firstIndex(where: gold.contains).map { $0 + 1 } }

    /// Recall at `width`: share of the true parents among the first `width`.
    func recall(_ width: Int) -> Double {
        Double(ranking.prefix(width).count(where: gold.contains)) / Double(gold.count)
    }

    /// F1 of the proposed parents against the true ones.
    var setF1: Double {
        guard !proposed.isEmpty else { return 0 }
        let met = Double(proposed.intersection(gold).count)
        return 2 * met / Double(proposed.count + gold.count)
    }
}

/// Measures of placement in a DAG, where each of a concept's parents counts.
package struct PlacementMeasures {
    private let taxonomy: Taxonomy
    private let wuPalmer: WuPalmer
    private let bootstrap: Bootstrap

    /// - Parameters:
    ///   - taxonomy: The graph in which similarity is measured; contains every gold parent.
    ///   - seed: Seed of the bootstrap.
    package init(_ taxonomy: Taxonomy, seed: UInt64) {
        self.taxonomy = taxonomy
        wuPalmer = WuPalmer(taxonomy)
        bootstrap = Bootstrap(seed: seed)
    }

    private static let widths = [1, 5, 10, 20, 50]
    private static let bins = 10

    package func measures(_ outcomes: [PlacementOutcome]) -> Measures {
        var measures = Measures(bootstrap)
        measures.add("queries", count: outcomes.count)
        guard !outcomes.isEmpty else { return measures }
        measures.add("hitAt1", percent: outcomes.map { $0.isHit ? 1 : 0 })
        measures.add("accuracy", percent: outcomes.map { $0.isHit ? 1 : 0 })
        measures.add("wuPalmer", percent: outcomes.map(similarity))
        measures.add("mrr", percent: outcomes.map { $0.rank.map { 1 / Double($0) } ?? 0 })
        for width in Self.widths {
            measures.add(
                "recallAt\(width)",
                percent: outcomes.map { ($0.rank ?? .max) <= width ? 1 : 0 }
            )
        }
        measures.add("allRecallAt20", percent: outcomes.map { $0.recall(20) })
        measures.add("setF1", percent: outcomes.map(\.setF1))
        addFailures(outcomes, to: &measures)
        let probabilities = outcomes.compactMap(\.probability)
        guard probabilities.count == outcomes.count else { return measures }
        let exact = outcomes.map(\.isHit)
        let near = outcomes.map(isNear)
        func add(_ key: String, _ figure: @escaping ([(Double, Bool)]) -> Double, _ hits: [Bool]) {
            measures.add(key, queries: outcomes.count) { drawn in
                figure(drawn.map { (probabilities[$0], hits[$0]) })
            }
        }
        add("precisionAt35Coverage", { 100 * Self.precision($0, coverage: 0.35) }, exact)
        add("precisionAt35CoverageWithinOne", { 100 * Self.precision($0, coverage: 0.35) }, near)
        add("coverageAt90Precision", { 100 * Self.coverage($0, precision: 0.9) }, exact)
        add("expectedCalibrationError", Self.calibrationError, exact)
        return measures
    }

    /// The paired difference between two rankings of the same queries.
    package func gain(_ better: [PlacementOutcome], over other: [PlacementOutcome]) -> Measures {
        precondition(better.count == other.count, "gain: \(better.count) and \(other.count)")
        var measures = Measures(bootstrap)
        measures.add("queries", count: better.count)
        func add(_ key: String, _ value: (PlacementOutcome) -> Double) {
            measures.add(key, percent: zip(better, other).map { value($0) - value($1) })
        }
        add("hitAt1") { $0.isHit ? 1 : 0 }
        add("accuracy") { $0.isHit ? 1 : 0 }
        add("wuPalmer", similarity)
        add("mrr") { $0.rank.map { 1 / Double($0) } ?? 0 }
        for width in Self.widths.dropFirst() {
            add("recallAt\(width)") { ($0.rank ?? .max) <= width ? 1 : 0 }
        }
        add("setF1", \.setF1)
        return measures
    }

    // MARK: Single queries

    private func similarity(_ outcome: PlacementOutcome) -> Double {
        guard let first = outcome.ranking.first else { return 0 }
        return outcome.gold.map { wuPalmer.similarity(first, $0) }.max() ?? 0
    }

    /// Whether the first concept is a true parent, or one edge above or below one.
    private func isNear(_ outcome: PlacementOutcome) -> Bool {
        guard let first = outcome.ranking.first else { return false }
        return outcome.gold.contains { gold in
            gold == first || taxonomy.parents[gold].contains(first)
                || taxonomy.children[gold].contains(first)
        }
    }

    /// Adds the share of each kind of wrong first choice or wrong set.
    private func addFailures(_ outcomes: [PlacementOutcome], to measures: inout Measures) {
        var high: [Double] = []
        var low: [Double] = []
        var branch: [Double] = []
        var second: [Double] = []
        for outcome in outcomes {
            let missed = outcome.isHit && !outcome.gold.isSubset(of: outcome.proposed)
            second.append(missed ? 1 : 0)
            guard let first = outcome.ranking.first, !outcome.isHit else {
                high.append(0)
                low.append(0)
                branch.append(outcome.isHit ? 0 : 1)
                continue
            }
            let isAbove = !taxonomy.descendants(of: first).isDisjoint(with: outcome.gold)
            let isBelow = !isAbove && !taxonomy.ancestors(of: first).isDisjoint(with: outcome.gold)
            high.append(isAbove ? 1 : 0)
            low.append(isBelow ? 1 : 0)
            branch.append(isAbove || isBelow ? 0 : 1)
        }
        measures.add("tooHigh", percent: high)
        measures.add("tooLow", percent: low)
        measures.add("otherBranch", percent: branch)
        measures.add("missedSecondParent", percent: second)
    }

    // MARK: Calibration

    /// Precision among the share `coverage` of answers with the highest confidence.
    package static func precision(_ answers: [(Double, Bool)], coverage: Double) -> Double {
        let count = max(1, Int((coverage * Double(answers.count)).rounded()))
        let surest = sorted(answers).prefix(count)
        return Double(surest.count(where: \.1)) / Double(max(surest.count, 1))
    }

    /// The largest share of answers, by descending confidence, whose precision is at least
    /// `precision`.
    package static func coverage(_ answers: [(Double, Bool)], precision: Double) -> Double {
        var right = 0
        var best = 0
        for (place, answer) in sorted(answers).enumerated() {
            if answer.1 { right += 1 }
            if Double(right) >= precision * Double(place + 1) { best = place + 1 }
        }
        return Double(best) / Double(max(answers.count, 1))
    }

    /// Expected calibration error over bins of equal mass, 0 to 1.
    package static func calibrationError(_ answers: [(Double, Bool)]) -> Double {
        let sorted = sorted(answers)
        var error = 0.0
        for bin in 0..<bins {
            let start = bin * sorted.count / bins
            let end = (bin + 1) * sorted.count / bins
            guard end > start else { continue }
            let mean = sorted[start..<end].reduce(0) { $0 + $1.0 } / Double(end - start)
            let right = Double(sorted[start..<end].count(where: \.1)) / Double(end - start)
            error += abs(mean - right) * Double(end - start) / Double(sorted.count)
        }
        return error
    }

    private static func sorted(_ answers: [(Double, Bool)]) -> [(Double, Bool)] {
        answers.sorted { $0.0 > $1.0 }
    }
}
