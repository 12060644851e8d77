package import Taxonomy

/// Entity set expansion on complete classes: MAP at 10, 20 and 50.
package struct SetEvaluation {
    /// Ranks siblings of a query's seeds, best first.
    package typealias Ranker = (SetQuery) throws -> [Concept.Index]

    private let taxonomy: Taxonomy
    private let queries: [SetQuery]
    private let seed: UInt64

    /// - Parameters:
    ///   - taxonomy: The full taxonomy; the edges below each query's `hide` are hidden.
    ///   - queries: The seed sets, with identifiers of the taxonomy.
    ///   - seed: Seed of the bootstrap.
    package init(_ taxonomy: Taxonomy, queries: [SetQuery], seed: UInt64) {
        self.taxonomy = taxonomy
        self.queries = queries
        self.seed = seed
    }

    /// Expands every set with every ranker.
    ///
    /// - Parameters:
    ///   - rankers: Rankers by name; the first is compared with the second, if there is one.
    ///   - progress: Called with the number of queries done and the total.
    /// - Returns: Groups `all`, `lowOverlap` and one for each hidden subtree.
    /// - Throws: Errors of the rankers.
    package func run(
        _ rankers: [(name: String, rank: Ranker)],
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        var rankings: [[[Int]]] = rankers.map { _ in [] }
        var report = EvaluationReport(title: "sets")
        for (done, query) in queries.enumerated() {
            for (place, ranker) in rankers.enumerated() {
                rankings[place].append(try ranker.rank(query))
            }
            let gold = gold(query)
            try report.addLine(
                Line(
                    id: query.id,
                    found: rankings[0][done].prefix(50).map { taxonomy.concepts[$0].identifier },
                    averagePrecisionAt10: RankedListMeasures.averagePrecision(
                        rankings[0][done],
                        gold: gold,
                        width: 10
                    ),
                    isLowOverlap: isLowOverlap(query)
                )
            )
            progress(done + 1, queries.count)
        }
        var groups: [(name: String, members: [Int])] = [("all", Array(queries.indices))]
        // Members of classes of proper names share words only by chance.
        let isLow = queries.indices.filter { queries[$0].hide != nil && isLowOverlap(queries[$0]) }
        groups.append(("lowOverlap", isLow))
        for top in orderedTops {
            let name = taxonomy.index(ofIdentifier: top).map { taxonomy.concepts[$0].name } ?? top
            groups.append((name, queries.indices.filter { queries[$0].hide == top }))
        }
        let measures = RankedListMeasures(seed: seed)
        for group in groups where !group.members.isEmpty {
            let answers = rankings.map { ranking in
                group.members.map { (ranking: ranking[$0], gold: gold(queries[$0])) }
            }
            for (place, ranker) in rankers.enumerated() {
                report.add(group.name, ranker.name, measures.measures(answers[place]))
            }
            if rankers.count > 1 {
                report.add(group.name, "gain", measures.gain(answers[0], over: answers[1]))
            }
        }
        return report
    }

    private var orderedTops: [String] {
        var tops: [String] = []
        for top in queries.compactMap(\.hide) where !tops.contains(top) { tops.append(top) }
        return tops
    }

    private func gold(_ query: SetQuery) -> Set<Concept.Index> {
        Set(query.gold.compactMap(taxonomy.index(ofIdentifier:)))
    }

    // MARK: Word overlap

    /// Overlap is low if less than this share of the siblings has a content word in common with a
    /// seed.
    private static let lowOverlap = 0.25

    /// Whether the siblings have low word overlap with the seeds.
    private func isLowOverlap(_ query: SetQuery) -> Bool {
        let seeds = query.seeds.compactMap(taxonomy.index(ofIdentifier:))
        let gold = gold(query)
        guard !gold.isEmpty else { return false }
        let words = seeds.reduce(into: Set<Substring>()) { $0.formUnion(self.words($1)) }
        let sharing = gold.count { !self.words($0).isDisjoint(with: words) }
        return Double(sharing) < Self.lowOverlap * Double(gold.count)
    }

    private func words(_ index: Concept.Index) -> Set<Substring> {
        let words = Term.key(taxonomy.concepts[index].name).split(separator: " ")
        return Set(words.filter { $0.count > 3 && !Self.common.contains($0) })
    }

    /// Words that say nothing about the kind of disease.
    private static let common: Set<Substring> = [
        "disease", "diseases", "disorder", "disorders", "syndrome", "syndromes", "type", "with",
        "familial", "congenital", "autosomal", "dominant", "recessive", "linked",
    ]

    private struct Line: Encodable {
        let id: String
        let found: [String]
        let averagePrecisionAt10: Double
        let isLowOverlap: Bool
    }
}
