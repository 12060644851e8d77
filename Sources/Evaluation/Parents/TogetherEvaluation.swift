package import Contract
package import TaxoInstruct

/// Concepts that a later release added, asked all together as one file, and each alone.
///
/// Their parents may be new as well: asked together they can be found, asked alone they cannot.
package struct TogetherEvaluation {
    /// The possible parents of a query's term, best first.
    package typealias Ranker = (Query) throws -> [RankedParent]

    private struct Row {
        let query: Query
        let gold: Set<String>
        let hasNewParent: Bool
        let alone: [RankedParent]
        let together: [RankedParent]
    }

    private let queries: [Query]
    private let gold: [Set<String>]
    private let new: Set<String>
    private let seed: UInt64

    /// - Parameters:
    ///   - vocabulary: The earlier release.
    ///   - lines: The added concepts. All are asked together; those without a parent among the
    ///     earlier and the added concepts are not counted.
    ///   - seed: Seed of the bootstrap.
    package init(_ vocabulary: Vocabulary, queries lines: [RolloverQuery], seed: UInt64) {
        self.init(
            vocabulary,
            lines.map { line in
                Query.BatchTerm(
                    key: "",
                    identifier: line.id,
                    name: line.name,
                    synonyms: line.synonyms,
                    definition: line.definition
                )
            },
            hiding: [],
            parents: lines.map(\.parents),
            seed: seed
        )
    }

    /// - Parameters:
    ///   - vocabulary: The vocabulary from which the terms were drawn; they are hidden in it.
    ///   - drawn: The terms.
    ///   - seed: Seed of the bootstrap.
    package init(_ vocabulary: Vocabulary, _ drawn: NewTerms, seed: UInt64) {
        let taxonomy = drawn.taxonomy
        self.init(
            vocabulary,
            drawn.terms,
            hiding: drawn.terms.map(\.identifier),
            parents: drawn.concepts.map { index in
                taxonomy.parents[index].map { taxonomy.concepts[$0].identifier }
            },
            seed: seed
        )
    }

    private init(
        _ vocabulary: Vocabulary,
        _ terms: [Query.BatchTerm],
        hiding hidden: [String],
        parents: [[String]],
        seed: UInt64
    ) {
        self.seed = seed
        let view = vocabulary.view(hiding: hidden)
        let asked = terms.enumerated().map { place, term in
            let number = String(place + 1)
            return Query(
                key: "q" + String(repeating: "0", count: max(0, 6 - number.count)) + number,
                task: .place,
                term: term.name,
                identifier: term.identifier,
                synonyms: term.synonyms,
                definition: term.definition,
                hide: hidden
            )
        }
        queries = BatchPlan.joined(
            asked,
            fileSHA256: "",
            beside: vocabulary.names,
            excluding: view.isHidden
        )
        let new = Set(terms.map(\.identifier))
        self.new = new
        gold = parents.map { parents in
            Set(
                parents.filter { parent in
                    let index = vocabulary.taxonomy.index(ofIdentifier: parent)
                    return new.contains(parent) || index.map { !view.isHidden($0) } == true
                }
            )
        }
    }

    /// Asks all queries twice.
    ///
    /// - Returns: Groups `all`, `newParent` (a parent is new) and `oldParents`, each `alone`,
    ///   `together` and the paired `gain`; `batch` counts cycles and near duplicates.
    /// - Throws: Errors of the ranker.
    package func run(
        _ ranker: Ranker,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        var rows: [Row] = []
        for (query, gold) in zip(queries, gold) {
            var single = query
            single.batch = []
            let alone = try ranker(single)
            rows.append(
                Row(
                    query: query,
                    gold: gold,
                    hasNewParent: !gold.isDisjoint(with: new),
                    alone: alone,
                    together: query.batch.isEmpty ? alone : try ranker(query)
                )
            )
            progress(rows.count, queries.count)
        }
        var report = EvaluationReport(title: "together")
        let counted = rows.filter { !$0.gold.isEmpty }
        for (group, members) in [
            ("all", counted), ("newParent", counted.filter(\.hasNewParent)),
            ("oldParents", counted.filter { !$0.hasNewParent }),
        ] where !members.isEmpty {
            report.add(group, "alone", measures(members, \.alone))
            report.add(group, "together", measures(members, \.together))
            report.add(group, "gain", gain(members))
        }
        var batch = Measures(Bootstrap(seed: seed))
        batch.add("queries", count: rows.count)
        batch.add("withCandidates", count: rows.count { !$0.query.batch.isEmpty })
        batch.add("cycles", count: cycles(rows))
        batch.add("duplicates", count: rows.reduce(0) { $0 + $1.query.duplicates.count } / 2)
        report.add("batch", "together", batch)
        report.notes.append(joint(counted))
        for row in rows { try report.addLine(Line(row)) }
        return report
    }

    private func isHit(_ row: Row, _ ranking: [RankedParent]) -> Double {
        ranking.first.map { row.gold.contains($0.identifier) } == true ? 1 : 0
    }

    private func setF1(_ row: Row, _ ranking: [RankedParent]) -> Double {
        let proposed = Set(ranking.filter(\.isProposed).map(\.identifier))
        guard !proposed.isEmpty else { return 0 }
        let met = Double(proposed.intersection(row.gold).count)
        return 2 * met / Double(proposed.count + row.gold.count)
    }

    private func isAmong(_ count: Int, _ row: Row, _ ranking: [RankedParent]) -> Double {
        ranking.prefix(count).contains { row.gold.contains($0.identifier) } ? 1 : 0
    }

    private func measures(_ rows: [Row], _ ranking: (Row) -> [RankedParent]) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: rows.count)
        measures.add("hitAt1", percent: rows.map { isHit($0, ranking($0)) })
        measures.add("recallAt5", percent: rows.map { isAmong(5, $0, ranking($0)) })
        measures.add("setF1", percent: rows.map { setF1($0, ranking($0)) })
        measures.add(
            "newFirst",
            percent: rows.map { ranking($0).first?.isPeer == true ? 1 : 0 }
        )
        measures.add("expectedCalibrationError", queries: rows.count) { drawn in
            PlacementMeasures.calibrationError(
                drawn.map { place in
                    let ranking = ranking(rows[place])
                    return (ranking.first?.probability ?? 0, isHit(rows[place], ranking) > 0)
                }
            )
        }
        return measures
    }

    private func gain(_ rows: [Row]) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: rows.count)
        measures.add("hitAt1", percent: rows.map { isHit($0, $0.together) - isHit($0, $0.alone) })
        measures.add(
            "recallAt5",
            percent: rows.map { isAmong(5, $0, $0.together) - isAmong(5, $0, $0.alone) }
        )
        measures.add("setF1", percent: rows.map { setF1($0, $0.together) - setF1($0, $0.alone) })
        return measures
    }

    /// ``PeerModel/joint`` as it would be fitted on these terms.
    private func joint(_ rows: [Row]) -> String {
        var readings: [[Double]] = []
        var answers: [Bool] = []
        for row in rows {
            guard let best = row.alone.first?.probability else { continue }
            let peers = row.together.filter(\.isPeer)
            guard let peer = peers.max(by: { ($0.ownProbability ?? 0) < ($1.ownProbability ?? 0) })
            else { continue }
            readings.append(PeerModel.jointReadings(peer.ownProbability ?? 0, beside: best))
            answers.append(row.gold.contains(peer.identifier))
        }
        let prior = LogisticRegression(weights: [1, 0], bias: 0)
        let fitted = LogisticRegression.fit(readings, answers, prior: prior)
        let numbers = (fitted.weights + [fitted.bias]).map { ($0 * 1_000).rounded() / 1_000 }
        return "joint, fitted on \(readings.count) of these terms: \(numbers)"
    }

    /// New terms that can be reached from themselves through proposed and alternative parents.
    private func cycles(_ rows: [Row]) -> Int {
        var above: [String: Set<String>] = [:]
        for row in rows {
            let peers = row.together.filter(\.isPeer).map(\.identifier)
            above[row.query.identifier ?? "", default: []].formUnion(peers)
        }
        return above.keys.count { start in
            var seen = Set<String>()
            var stack = Array(above[start] ?? [])
            while let next = stack.popLast() {
                if next == start { return true }
                if seen.insert(next).inserted { stack += above[next] ?? [] }
            }
            return false
        }
    }

    private struct Line: Encodable {
        struct Parent: Encodable {
            let identifier: String
            let name: String
            let probability: Double
            let isPeer: Bool
            let isProposed: Bool
            let isRight: Bool
            let ownProbability: Double?
        }

        let id: String
        let term: String
        let gold: [String]
        let alone: [Parent]
        let together: [Parent]
        let duplicates: [String]

        init(_ row: Row) {
            func parents(_ ranking: [RankedParent]) -> [Parent] {
                ranking.prefix(12).map {
                    Parent(
                        identifier: $0.identifier,
                        name: $0.name,
                        probability: $0.probability,
                        isPeer: $0.isPeer,
                        isProposed: $0.isProposed,
                        isRight: row.gold.contains($0.identifier),
                        ownProbability: $0.ownProbability
                    )
                }
            }
            id = row.query.identifier ?? row.query.key
            term = row.query.term ?? ""
            gold = row.gold.sorted()
            alone = parents(row.alone)
            together = parents(row.together)
            duplicates = row.query.duplicates.map(\.name)
        }
    }
}
