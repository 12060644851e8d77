import TaxoInstruct
package import Taxonomy

/// How well names are matched, and the figures by which misspellings are told from other names.
///
/// Names are made from a vocabulary's own (``NameCases``). The regression is fitted on
/// misspelled names, and on names of left-out concepts that are an edit away from another; folds
/// are drawn over concepts, so that no name is judged by figures that were fitted on its concept.
package struct NameEvaluation {
    private let names: NameIndex
    private let cases: NameCases
    private let seed: UInt64
    /// Number of folds.
    private static let folds = 5
    /// How often each name of a left-out disease counts in the fit.
    private static let diseaseWeight = 10

    package init(_ taxonomy: Taxonomy, seed: UInt64) {
        names = NameIndex(taxonomy)
        cases = NameCases(taxonomy, seed: seed)
        self.seed = seed
    }

    /// What became of one name.
    struct Outcome: Encodable {
        let kind: String
        let text: String
        let match: String
        let taken: String?
        let confidence: Double
        let isRight: Bool
        /// Whether a disease one edit away was there to be taken for it.
        let isTempted: Bool
    }

    /// Matches all names as the product does.
    package func report() throws -> EvaluationReport {
        var report = EvaluationReport(title: "names")
        var all: [Outcome] = []
        for kind in NameCases.Kind.allCases {
            let outcomes = outcomes(kind)
            all += outcomes
            report.add(kind.rawValue, "names", measures(outcomes, kind))
            for outcome in outcomes where !outcome.isRight { try report.addLine(outcome) }
        }
        let balanced = all.filter { $0.kind != NameCases.Kind.otherDisease.rawValue || $0.isTempted }
        var pooled = Measures(Bootstrap(seed: seed))
        pooled.add("queries", count: balanced.count)
        let taken = balanced.filter { $0.taken != nil }
        pooled.add("rightOfTaken", percent: taken.map { $0.isRight ? 1 : 0 })
        report.add("all, of other diseases those one edit away", "names", pooled)
        return report
    }

    private func measures(_ outcomes: [Outcome], _ kind: NameCases.Kind) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: outcomes.count)
        if kind == .misspelled {
            measures.add("found", percent: outcomes.map { $0.isRight ? 1 : 0 })
        }
        measures.add("wronglyTaken", percent: outcomes.map { $0.taken != nil && !$0.isRight ? 1 : 0 })
        measures.add("ambiguous", percent: outcomes.map { $0.match == "ambiguous" ? 1 : 0 })
        if kind == .otherDisease {
            let tempted = outcomes.filter(\.isTempted)
            measures.add("oneEditAway", count: tempted.count)
            measures.add(
                "wronglyTakenOneEditAway",
                percent: tempted.map { $0.taken != nil && !$0.isRight ? 1 : 0 }
            )
        }
        return measures
    }

    private func outcomes(_ kind: NameCases.Kind) -> [Outcome] {
        cases.cases(kind).compactMap { one in
            let isHidden: (Concept.Index) -> Bool = { one.isLeftOut && $0 == one.source }
            let found = names.match(one.text, excluding: isHidden)
            // Another concept may bear the same name.
            if one.isLeftOut, found.match.kind != .nearest, found.match.kind != .unknown {
                return nil
            }
            return Outcome(
                kind: kind.rawValue,
                text: one.text,
                match: found.match.kind.rawValue,
                taken: found.match.name,
                confidence: found.match.confidence,
                isRight: found.index == one.meant,
                isTempted: one.isLeftOut && !names.near(one.text, excluding: isHidden).isEmpty
            )
        }
    }

    // MARK: Fitting

    /// One row of the fit.
    private struct Row {
        let features: Misspelling.Features
        let isRight: Bool
        let isDisease: Bool
        let fold: Int
    }

    /// Fits the regression and prints it with its cross-validated figures.
    package func fit() -> String {
        let rows = rows()
        var judged: [(probability: Double, isRight: Bool, isDisease: Bool)] = []
        for fold in 0..<Self.folds {
            let regression = Self.regression(rows.filter { $0.fold != fold })
            judged += rows.filter { $0.fold == fold }.map {
                (regression.probability($0.features), $0.isRight, $0.isDisease)
            }
        }
        var lines = ["rows \(rows.count), right \(rows.count { $0.isRight })"]
        for threshold in [0.7, 0.8, 0.85, 0.88, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97] {
            let taken = judged.filter { $0.probability >= threshold }
            let right = taken.count { $0.isRight }
            lines.append(
                "from \(threshold): right of taken \(Double(right) / Double(max(1, taken.count))), "
                    + "found \(Double(right) / Double(judged.count { $0.isRight })), "
                    + "wrong \(Double(taken.count { $0.isDisease }) / Double(judged.count { $0.isDisease }))"
            )
        }
        for bin in 0..<10 {
            let inside = judged.filter { Int($0.probability * 10) == bin }
            lines.append(
                "probability \(Double(bin) / 10): \(inside.count), "
                    + "right \(Double(inside.count { $0.isRight }) / Double(max(1, inside.count)))"
            )
        }
        let final = Self.regression(rows)
        for (name, weight) in zip(Misspelling.names, final.weights) { lines.append("\(weight)  // \(name)") }
        lines.append("bias \(final.bias)")
        return lines.joined(separator: "\n")
    }

    private static func regression(_ rows: [Row]) -> LogisticRegression {
        // Few names of a vocabulary are an edit away from another disease, and each counts.
        let diseases = rows.filter(\.isDisease)
        let rows = rows + (1..<Self.diseaseWeight).flatMap { _ in diseases }
        return LogisticRegression.fit(
            rows.map(\.features),
            rows.map(\.isRight),
            ridge: 1,
            prior: LogisticRegression(
                weights: [Double](repeating: 0, count: Misspelling.names.count),
                bias: 0
            )
        )
    }

    private func rows() -> [Row] {
        var rows: [Row] = []
        for kind in [NameCases.Kind.misspelled, .otherWord, .otherDisease] {
            for one in cases.cases(kind) {
                let isHidden: (Concept.Index) -> Bool = { one.isLeftOut && $0 == one.source }
                let found = names.match(one.text, excluding: isHidden).match.kind
                guard found == .nearest || found == .unknown else { continue }
                for near in names.near(one.text, excluding: isHidden) {
                    rows.append(
                        Row(
                            features: near.features,
                            isRight: near.index == one.meant,
                            isDisease: kind == .otherDisease,
                            fold: one.source % Self.folds
                        )
                    )
                }
            }
        }
        return rows
    }
}
