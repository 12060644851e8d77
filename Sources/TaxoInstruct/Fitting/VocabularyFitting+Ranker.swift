import Inference
import Taxonomy

/// A ranker, with its cross-validated scores for the concepts it was fitted on.
package struct FittedRanker: Sendable {
    let ranker: ParentRanker
    /// For each left-out concept, the scores of its candidates by a ranker fitted without it.
    let held: [Concept.Index: [Concept.Index: Double]]
}

extension VocabularyFitting {
    /// Fits only the ranker; used to train an adapter on what the ranker does not already know.
    ///
    /// - Parameter progress: Called with the number of queries done and the total; from several
    ///   threads.
    /// - Returns: The ranker, or `nil` if there are too few concepts to fit on.
    /// - Throws: Errors of the encoder.
    package func ranker(
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> FittedRanker? {
        let sample = sample()
        guard sample.count >= options.fewest else { return nil }
        let asked = try ask(sample, progress)
        let (ranker, scores) = rank(asked.map(\.list))
        var held: [Concept.Index: [Concept.Index: Double]] = [:]
        for (one, scores) in zip(asked, scores) {
            held[one.index] = Dictionary(
                uniqueKeysWithValues: zip(one.candidates.map(\.index), scores)
            )
        }
        return FittedRanker(ranker: ranker, held: held)
    }

    /// Fits a ranker on all lists and returns it with the cross-validated scores of each list.
    package func rank(_ lists: [RankingList]) -> (ParentRanker, scores: [[Double]]) {
        var generator = SplitMix64(seed: options.seed, stream: 1)
        let order = generator.shuffled(Array(lists.indices))
        var fold = [Int](repeating: 0, count: lists.count)
        for (position, index) in order.enumerated() { fold[index] = position % options.folds }

        struct Fold: Sendable {
            let linear: LinearRanker
            var trees = BoostedTrees()
            /// Scores of the fold's held-out lists after every ``stride`` trees.
            var scores: [[[Double]]] = []
        }
        let folds = options.folds
        let seed = options.seed
        let standard = ParentRanker.standard.linear
        let all = parallelMap(folds + 1) { [fold] number in
            let train = lists.indices.filter { fold[$0] != number }.map { lists[$0] }
            let held = lists.indices.filter { fold[$0] == number }.map { lists[$0] }
            let linear = LinearRanker.fit(train, prior: standard).asOdds(of: train)
            var result = Fold(linear: linear)
            var scores = held.map { $0.features.map(linear.score) }
            result.scores = [scores]
            var options = BoostedTrees.Options()
            options.seed = seed
            let base = train.map { $0.features.map(linear.score) }
            result.trees = BoostedTrees.grow(train, base: base, options) { grown in
                guard let last = grown.trees.last else { return true }
                for (index, list) in held.enumerated() {
                    for row in list.features.indices {
                        scores[index][row] += last.value(list.features[row])
                    }
                }
                if grown.trees.count.isMultiple(of: Self.stride) { result.scores.append(scores) }
                return true
            }
            return result
        }
        let steps = all.prefix(folds).map(\.scores.count).min() ?? 1
        let losses = (0..<steps).map { step in
            (0..<folds).reduce(0.0) { sum, number in
                let held = lists.indices.filter { fold[$0] == number }.map { lists[$0] }
                return sum + Pointwise.loss(held, all[number].scores[step])
            }
        }
        let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
        var scores = [[Double]](repeating: [], count: lists.count)
        for number in 0..<folds {
            let held = lists.indices.filter { fold[$0] == number }
            for (position, index) in held.enumerated() {
                scores[index] = all[number].scores[best][position]
            }
        }
        var trees = all[folds].trees
        trees.trees = Array(trees.trees.prefix(best * Self.stride))
        return (ParentRanker(linear: all[folds].linear, trees: trees), scores)
    }

    /// Number of trees between two evaluations on the held-out lists.
    static let stride = 20
}
