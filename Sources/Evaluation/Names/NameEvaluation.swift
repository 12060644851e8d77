import TaxoInstruct
package import Taxonomy

/// How well names are matched, and the regression that tells misspelled names from others.
///
/// The names are made from a vocabulary's own (``NameCases``). The regression is fitted on
/// misspelled names, on names with a word replaced, and on names of left-out concepts; folds are
/// drawn over concepts, so that no name is judged by what was fitted on its concept.
package struct NameEvaluation {
    private let names: NameIndex
    private let cases: NameCases
    private let seed: UInt64

    package init(_ taxonomy: Taxonomy, seed: UInt64) {
        names = NameIndex(taxonomy)
        cases = NameCases(taxonomy, seed: seed)
        self.seed = seed
    }

    /// What became of one name; a line of the dump.
    private struct Outcome: Encodable {
        let kind: String
        let text: String
        let match: String
        let taken: String?
        let confidence: Double
        let isRight: Bool
        /// Whether the name of another disease is an edit away.
        let isTempted: Bool

        var isWronglyTaken: Bool { taken != nil && !isRight }
    }

    /// Matches all names as the product does.
    ///
    /// - Returns: A group for each kind of name, and one for all. Of left-out diseases only those
    ///   count in the latter that are an edit away from another name.
    /// - Throws: Errors of encoding the dump.
    package func report() throws -> EvaluationReport {
        var report = EvaluationReport(title: "names")
        var pooled: [Outcome] = []
        for kind in NameCases.Kind.allCases {
            let outcomes = outcomes(kind)
            pooled += kind == .otherDisease ? outcomes.filter(\.isTempted) : outcomes
            report.add(kind.rawValue, "names", measures(outcomes, kind))
            for outcome in outcomes where !outcome.isRight { try report.addLine(outcome) }
        }
        var all = Measures(Bootstrap(seed: seed))
        all.add("queries", count: pooled.count)
        let taken = pooled.filter { $0.taken != nil }
        all.add("rightOfTaken", percent: taken.map { $0.isRight ? 1 : 0 })
        report.add("all", "names", all)
        return report
    }

    private func measures(_ outcomes: [Outcome], _ kind: NameCases.Kind) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: outcomes.count)
        if kind == .misspelled {
            measures.add("found", percent: outcomes.map { $0.isRight ? 1 : 0 })
        }
        measures.add("wronglyTaken", percent: outcomes.map { $0.isWronglyTaken ? 1 : 0 })
        measures.add("ambiguous", percent: outcomes.map { $0.match == "ambiguous" ? 1 : 0 })
        if kind == .otherDisease {
            let tempted = outcomes.filter(\.isTempted)
            measures.add("oneEditAway", count: tempted.count)
            measures.add(
                "wronglyTakenOneEditAway",
                percent: tempted.map { $0.isWronglyTaken ? 1 : 0 }
            )
        }
        return measures
    }

    private func outcomes(_ kind: NameCases.Kind) -> [Outcome] {
        cases.cases(kind).compactMap { one in
            let isHidden: (Concept.Index) -> Bool = { one.isLeftOut && $0 == one.source }
            let found = names.match(one.text, excluding: isHidden)
            // Another concept may have the same name.
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

    /// Number of folds.
    private static let folds = 5
    /// How often each name of a left-out disease counts in the fit: a vocabulary has few that are
    /// an edit away from another name, and to take one for the other is the worst error.
    private static let diseaseWeight = 10

    /// A name and a concept that it may mean.
    private struct Row {
        let features: Misspelling.Features
        let isRight: Bool
        let isDisease: Bool
        let fold: Int
    }

    /// Fits the regression.
    ///
    /// - Returns: What is right from each threshold on, by cross-validation, and as notes the
    ///   weights fitted on all rows.
    package func fit() -> EvaluationReport {
        let rows = rows()
        var judged: [(row: Row, probability: Double)] = []
        for fold in 0..<Self.folds {
            let regression = Self.regression(rows.filter { $0.fold != fold })
            judged += rows.filter { $0.fold == fold }.map {
                ($0, regression.probability($0.features))
            }
        }
        var report = EvaluationReport(title: "names")
        for threshold in [0.5, 0.6, 0.7, Misspelling.threshold, 0.8, 0.9] {
            let taken = judged.filter { $0.probability >= threshold }.map(\.row)
            var measures = Measures(Bootstrap(seed: seed))
            measures.add("queries", count: judged.count)
            measures.add("rightOfTaken", percent: taken.map { $0.isRight ? 1 : 0 })
            measures.add(
                "found",
                percent: judged.filter(\.row.isRight).map { $0.probability >= threshold ? 1 : 0 }
            )
            measures.add(
                "wronglyTakenOneEditAway",
                percent: judged.filter(\.row.isDisease).map { $0.probability >= threshold ? 1 : 0 }
            )
            report.add("from \(threshold)", "cross-validated", measures)
        }
        let fitted = Self.regression(rows)
        report.notes =
            zip(fitted.weights, Misspelling.names).map { "\($0)  \($1)" }
            + ["\(fitted.bias)  bias"]
        return report
    }

    private static func regression(_ rows: [Row]) -> LogisticRegression {
        let diseases = rows.filter(\.isDisease)
        let weighted = rows + (1..<diseaseWeight).flatMap { _ in diseases }
        return LogisticRegression.fit(
            weighted.map(\.features),
            weighted.map(\.isRight),
            prior: LogisticRegression(
                weights: [Double](repeating: 0, count: Misspelling.names.count),
                bias: 0
            )
        )
    }

    private func rows() -> [Row] {
        [NameCases.Kind.misspelled, .otherWord, .otherDisease].flatMap { kind in
            cases.cases(kind).flatMap { one -> [Row] in
                let isHidden: (Concept.Index) -> Bool = { one.isLeftOut && $0 == one.source }
                let found = names.match(one.text, excluding: isHidden).match.kind
                guard found == .nearest || found == .unknown else { return [] }
                return names.near(one.text, excluding: isHidden).map { near in
                    Row(
                        features: near.features,
                        isRight: near.index == one.meant,
                        isDisease: kind == .otherDisease,
                        fold: one.source % Self.folds
                    )
                }
            }
        }
    }
}
