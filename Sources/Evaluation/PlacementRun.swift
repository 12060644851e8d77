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
    /// How both rankings answered a query.
    package struct Row: Sendable {
        package let query: PlacementQuery
        package let fusion: PlacementOutcome
        package let withoutModel: PlacementOutcome
        package let noneProbability: Double
        package let isAnswered: Bool
    }

    package let rows: [Row]
    private let hasModel: Bool

    /// Parents of a ranking that are kept; a true parent further down counts as not found.
    private static let kept = 200

    /// - Throws: What the ranker throws.
    package init(
        _ queries: [PlacementQuery],
        _ ranker: PlacementRanker,
        progress: (Int, Int) -> Void
    ) throws {
        hasModel = ranker.hasModel
        var rows: [Row] = []
        for query in queries {
            let ranking = try ranker.rank(query.task)
            let parents = ranking.parents
            let proposed = Set(parents.filter(\.isProposed).map(\.index))
            let plain = parents.indices.sorted {
                (-parents[$0].withoutModel, $0) < (-parents[$1].withoutModel, $1)
            }
            let first = plain.first.map { parents[$0].index }
            rows.append(
                Row(
                    query: query,
                    fusion: PlacementOutcome(
                        gold: query.gold,
                        ranking: parents.prefix(Self.kept).map(\.index),
                        proposed: proposed,
                        probability: parents.first?.probability ?? 0
                    ),
                    withoutModel: PlacementOutcome(
                        gold: query.gold,
                        ranking: plain.prefix(Self.kept).map { parents[$0].index },
                        // A set of several needs probabilities, which only the fusion has.
                        proposed: Set([first].compactMap(\.self)),
                        probability: nil
                    ),
                    noneProbability: ranking.noneProbability,
                    isAnswered: ranking.isAnswered
                )
            )
            progress(rows.count, queries.count)
        }
        self.rows = rows
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
        let plain = members.map(\.withoutModel)
        report.add(group, "fusion", measures.measures(fusion))
        guard hasModel else { return }
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
                    rankWithoutModel: row.withoutModel.rank,
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
