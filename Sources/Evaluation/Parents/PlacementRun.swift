package import Taxonomy

/// A term with its true parents.
package struct PlacementQuery: Sendable {
    package let key: String
    package let task: PlacementTask
    /// The true parents; at least one.
    package let gold: Set<Concept.Index>

    package init(key: String, task: PlacementTask, gold: Set<Concept.Index>) {
        self.key = key
        self.task = task
        self.gold = gold
    }
}

/// Queries the parents of terms and keeps what the measures need.
package struct PlacementRun: Sendable {
    /// The outcomes of all rankings for one query.
    package struct Row: Sendable {
        package let query: PlacementQuery
        package let fusion: PlacementOutcome
        /// Outcome of the ranking without a language model; `nil` if there is no model.
        package let withoutModel: PlacementOutcome?
        package let noneProbability: Double
        package let isAnswered: Bool
    }

    package let rows: [Row]

    /// Number of parents kept per ranking; a true parent ranked lower counts as not found.
    private static let kept = 200

    /// - Parameters:
    ///   - queries: The terms to place.
    ///   - ranker: The full method.
    ///   - plain: The method without the language model, for comparison.
    ///   - progress: Called with the number of queries done and the total.
    /// - Throws: Errors of the rankers.
    package init(
        _ queries: [PlacementQuery],
        _ ranker: PlacementRanker,
        without plain: PlacementRanker?,
        progress: (Int, Int) -> Void
    ) throws {
        var rows: [Row] = []
        for query in queries {
            let ranking = try ranker(query.task)
            rows.append(
                Row(
                    query: query,
                    fusion: Self.outcome(query, ranking),
                    withoutModel: try plain.map { Self.outcome(query, try $0(query.task)) },
                    noneProbability: ranking.noneProbability,
                    isAnswered: ranking.isAnswered
                )
            )
            progress(rows.count, queries.count)
        }
        self.rows = rows
    }

    private static func outcome(
        _ query: PlacementQuery,
        _ ranking: PlacementRanking
    ) -> PlacementOutcome {
        PlacementOutcome(
            gold: query.gold,
            ranking: ranking.parents.prefix(kept).map(\.index),
            proposed: Set(ranking.parents.filter(\.isProposed).map(\.index)),
            probability: ranking.parents.first?.probability ?? 0
        )
    }

    /// Adds the measures over a subset of the queries to a report: both rankings, and the language
    /// model's gain.
    package func report(
        _ group: String,
        where isMember: (Row) -> Bool = { _ in true },
        _ measures: PlacementMeasures,
        to report: inout EvaluationReport
    ) {
        let members = rows.filter(isMember)
        let fusion = members.map(\.fusion)
        let plain = members.compactMap(\.withoutModel)
        guard !plain.isEmpty else {
            report.add(group, "withoutModel", measures.measures(fusion))
            return
        }
        report.add(group, "fusion", measures.measures(fusion))
        report.add(group, "withoutModel", measures.measures(plain))
        report.add(group, "gain", measures.gain(fusion, over: plain))
    }

    /// Adds one line per query to the report's dump.
    package func dump(_ taxonomy: Taxonomy, to report: inout EvaluationReport) throws {
        func names(_ indices: some Sequence<Concept.Index>) -> [String] {
            indices.map { taxonomy.concepts[$0].name }
        }
        for row in rows {
            try report.addLine(
                Line(
                    id: row.query.key,
                    term: row.query.task.term,
                    gold: names(row.query.gold.sorted()),
                    rank: row.fusion.rank,
                    rankWithoutModel: row.withoutModel?.rank,
                    first: names(row.fusion.ranking.prefix(10)),
                    proposed: names(row.fusion.proposed.sorted()),
                    probability: row.fusion.probability ?? 0,
                    noneProbability: row.noneProbability
                )
            )
        }
    }

    private struct Line: Encodable {
        let id: String
        let term: String
        let gold: [String]
        let rank: Int?
        let rankWithoutModel: Int?
        let first: [String]
        let proposed: [String]
        let probability: Double
        let noneProbability: Double
    }
}
