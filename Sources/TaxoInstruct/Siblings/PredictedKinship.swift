import Glibc
import Taxonomy

/// The predicted parents of the whole seed set.
struct PredictedParents {
    /// Mean over the seeds of each parent's probability.
    let mean: [Concept.Index: Float]
    private let seeds: [[Concept.Index: Float]]
    /// Probability of each parent, given that all seeds share one.
    private let shared: [Concept.Index: Float]

    /// Added to every probability so that a single seed cannot veto a parent.
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

    /// Agreement of a concept's predicted parents with those of the seeds.
    ///
    /// These are the features from “parents” to “sharedParents” of ``SiblingFeatures/names``: mean
    /// and minimum over the seeds, agreement with the seeds' mean, and agreement with the shared
    /// parent.
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

/// The ancestors of the parents predicted for the seeds, with their probabilities.
///
/// Siblings that share no words rarely have the same predicted parents, but these often lie in the
/// same region of the taxonomy. The probability that *a* is an ancestor of a concept is the sum
/// over those of its predicted parents that are *a* or a descendant of *a*. Specific ancestors
/// weigh more than general ones:
///
///     weight(a) = ln(C / (concepts below a + 1))
package struct PredictedAncestors {
    private let seeds: [[Concept.Index: Float]]
    /// Minimum over the seeds of each ancestor's probability.
    private let least: [Concept.Index: Float]
    private let lineage: Lineage

    /// - Parameters:
    ///   - entries: The predicted parents of each seed.
    ///   - lineage: The lineage of the view on which they were predicted.
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

    /// Agreement of a concept's ancestors with those of each seed.
    ///
    /// These are the features from “above” to “sharedAbove” of ``SiblingFeatures/names``: mean and
    /// minimum over the seeds, the same weighted by the ancestors' weights, and the weight of the
    /// ancestors common to all.
    package func features(of entry: ParentPredictor.Prediction) -> [Float] {
        let own = Self.ancestors(entry, lineage)
        let concepts = Float(lineage.descendantCounts.count)
        // Summed in a fixed order, because a dictionary's order differs from run to run.
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
