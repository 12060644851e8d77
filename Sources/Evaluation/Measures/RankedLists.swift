import TaxoInstruct

/// Measures of ranked answers against complete gold sets.
package struct RankedListMeasures {
    private let bootstrap: Bootstrap

    package init(seed: UInt64) { bootstrap = Bootstrap(seed: seed) }

    private static let widths = [10, 20, 50]

    /// Average precision at `width`: the sum of the precision at each rank that holds a gold
    /// element, divided by the number of gold elements that fit within `width`.
    package static func averagePrecision(
        _ ranking: [Int],
        gold: Set<Int>,
        width: Int
    ) -> Double {
        guard !gold.isEmpty else { return 0 }
        var met = 0
        var sum = 0.0
        for (place, index) in ranking.prefix(width).enumerated() where gold.contains(index) {
            met += 1
            sum += Double(met) / Double(place + 1)
        }
        return sum / Double(min(width, gold.count))
    }

    /// Mean average precision (MAP) at the cutoffs used in the literature.
    package func measures(_ answers: [(ranking: [Int], gold: Set<Int>)]) -> Measures {
        var measures = Measures(bootstrap)
        measures.add("queries", count: answers.count)
        guard !answers.isEmpty else { return measures }
        for width in Self.widths {
            measures.add(
                "mapAt\(width)",
                percent: answers.map {
                    Self.averagePrecision($0.ranking, gold: $0.gold, width: width)
                }
            )
        }
        return measures
    }

    /// The paired difference between two rankings of the same queries.
    package func gain(
        _ better: [(ranking: [Int], gold: Set<Int>)],
        over other: [(ranking: [Int], gold: Set<Int>)]
    ) -> Measures {
        precondition(better.count == other.count, "gain: \(better.count) and \(other.count)")
        var measures = Measures(bootstrap)
        measures.add("queries", count: better.count)
        guard !better.isEmpty else { return measures }
        for width in Self.widths {
            measures.add(
                "mapAt\(width)",
                percent: zip(better, other).map {
                    Self.averagePrecision($0.ranking, gold: $0.gold, width: width)
                        - Self.averagePrecision($1.ranking, gold: $1.gold, width: width)
                }
            )
        }
        return measures
    }
}
