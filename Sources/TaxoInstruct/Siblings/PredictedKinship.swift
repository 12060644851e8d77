import Glibc
import Taxonomy

/// The predicted parents of all seeds together.
struct PredictedParents {
    /// Mean probability over the seeds.
    let mean: [Concept.Index: Float]
    private let seeds: [[Concept.Index: Float]]
    /// Probability of a parent given that all seeds have the same one.
    private let shared: [Concept.Index: Float]

    /// Added to every probability, so that one seed cannot veto a parent.
    private static let floor: Float = 0.003

    init(_ entries: [ParentPredictor.Prediction]) {
        let seeds = entries.map { entry in
            Dictionary(uniqueKeysWithValues: zip(entry.parents, entry.probabilities))
        }
        let parents = Set(seeds.flatMap(\.keys)).sorted()
        var mean: [Concept.Index: Float] = [:]
        var product: [Concept.Index: Float] = [:]
        var total: Float = 0
        for parent in parents {
            var sum: Float = 0
            var factor: Float = 1
            for seed in seeds {
                sum += seed[parent] ?? 0
                factor *= (seed[parent] ?? 0) + Self.floor
            }
            mean[parent] = sum / Float(max(1, seeds.count))
            product[parent] = factor
            total += factor
        }
        self.seeds = seeds
        self.mean = mean
        shared = product.mapValues { $0 / max(total, 1e-30) }
    }

    /// From “parents” to “sharedParents” of ``SiblingFeatures/names``: agreement of a concept's
    /// predicted parents with those of the seeds: mean and least over the seeds, with the seeds' mean,
    /// and with the parents given that all seeds share one.
    func features(of entry: ParentPredictor.Prediction) -> [Float] {
        var agreements = [Float](repeating: 0, count: seeds.count)
        var withMean: Float = 0
        var withShared: Float = 0
        for (parent, probability) in zip(entry.parents, entry.probabilities) {
            for (place, seed) in seeds.enumerated() {
                agreements[place] += (probability * (seed[parent] ?? 0)).squareRoot()
            }
            withMean += (probability * (mean[parent] ?? 0)).squareRoot()
            withShared += probability * (shared[parent] ?? 0)
        }
        return [
            agreements.reduce(0, +) / Float(max(1, agreements.count)), agreements.min() ?? 0,
            withMean, withShared.squareRoot(),
        ]
    }
}

/// The ancestors of the parents predicted for the seeds.
///
/// For siblings that share no word the predicted parents rarely agree, but their region of the
/// taxonomy often does. The probability that *a* is above a concept is the sum over its predicted parents
/// that are *a* or below it; narrow ancestors say more than wide ones:
///
///     weight(a) = ln(C / (concepts below a + 1))
package struct PredictedAncestors {
    private let seeds: [[Concept.Index: Float]]
    /// For each ancestor the least of the seeds' probabilities.
    private let least: [Concept.Index: Float]
    private let lineage: Lineage

    /// - Parameters:
    ///   - entries: The seeds' predicted parents.
    ///   - lineage: Of the view that they are predicted from.
    package init(_ entries: [ParentPredictor.Prediction], _ lineage: Lineage) {
        self.lineage = lineage
        let seeds = entries.map { Self.ancestors($0, lineage) }
        self.seeds = seeds
        let common = seeds.first ?? [:]
        least = Dictionary(
            uniqueKeysWithValues: common.map { ancestor, share in
                (ancestor, seeds.reduce(share) { min($0, $1[ancestor] ?? 0) })
            }
        )
    }

    /// From “above” to “sharedAbove” of ``SiblingFeatures/names``: how well what is above another
    /// agrees with what is above each seed, on average and at least, the same by the ancestors'
    /// weights, and the weight of what is above all.
    package func features(of entry: ParentPredictor.Prediction) -> [Float] {
        let own = Self.ancestors(entry, lineage)
        let concepts = Float(lineage.descendantCounts.count)
        // In a fixed order: sums of numbers of a dictionary would differ from run to run.
        let above = own.keys.sorted().map { ancestor in
            let below = Float(lineage.descendantCounts[ancestor] + 1)
            return (ancestor: ancestor, share: own[ancestor] ?? 0, weight: log(concepts / below))
        }
        var agreements: [Float] = []
        var narrow: [Float] = []
        for seed in seeds {
            var sum: Float = 0
            var weighted: Float = 0
            for (ancestor, share, weight) in above {
                let common = (share * (seed[ancestor] ?? 0)).squareRoot()
                sum += common
                weighted += weight * common
            }
            agreements.append(sum)
            narrow.append(weighted)
        }
        let count = Float(max(1, seeds.count))
        return [
            agreements.reduce(0, +) / count, agreements.min() ?? 0,
            narrow.reduce(0, +) / count, narrow.min() ?? 0,
            above.reduce(0) { $0 + $1.weight * min($1.share, least[$1.ancestor] ?? 0) },
        ]
    }

    private static func ancestors(
        _ entry: ParentPredictor.Prediction,
        _ lineage: Lineage
    ) -> [Concept.Index: Float] {
        var above: [Concept.Index: Float] = [:]
        for (parent, probability) in zip(entry.parents, entry.probabilities) {
            above[parent, default: 0] += probability
            for ancestor in lineage.ancestors(of: parent) {
                above[Int(ancestor), default: 0] += probability
            }
        }
        return above
    }
}
