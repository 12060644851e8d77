package import Taxonomy

/// A term whose parents are known.
package struct PlacementQuery: Sendable {
    package let key: String
    package let task: PlacementTask
    /// At least one.
    package let gold: Set<Concept.Index>

    package init(key: String, task: PlacementTask, gold: Set<Concept.Index>) {
        self.key = key
        self.task = task
        self.gold = gold
    }
}

/// Asks for the parents of terms and keeps what is needed for the figures.
package struct PlacementRun: Sendable {
    /// How the rankings answered a query.
    package struct Row: Sendable {
        package let query: PlacementQuery
        package let fusion: PlacementOutcome
        /// `nil` where there is no language model.
        package let withoutModel: PlacementOutcome?
        package let noneProbability: Double
        package let isAnswered: Bool
    }

    package let rows: [Row]

    /// Parents of a ranking that are kept; a true parent further down counts as not found.
    private static let kept = 200

    /// - Parameters:
    ///   - queries: What is asked for.
    ///   - ranker: The whole method.
    ///   - plain: The same without the language model, for the comparison.
    ///   - progress: Called with the queries done and all.
    /// - Throws: What a ranker throws.
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

    /// Adds the figures of some of the queries to a report: both rankings and what the language
    /// model gains.
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

    /// A line for each query.
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
