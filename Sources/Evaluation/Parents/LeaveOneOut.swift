package import Inference
package import TaxoInstruct

/// A concept that was left out and placed, by the ranker alone and with the language model.
///
/// Ranker and model weight are cross-fitted: both come from folds without the concept.
package struct LeftOutConcept: Sendable, Encodable {
    package let identifier: String
    package let name: String
    /// Rank of the first true parent, from 1; `nil` if none is among the candidates.
    package let rankWithoutModel: Int?
    package let rank: Int?
    /// Probability that the first candidate is a parent, with and without the language model, 0 to
    /// 1; cross-fitted like the ranks.
    package let probability: Double
    package let probabilityWithoutModel: Double
    /// The candidates in the ranker's order: their names, the ranker's scores, the model's
    /// log-probabilities from sums and from means per token, and which are parents.
    package let candidates: [String]
    package let scores: [Double]
    package let sums: [Double]
    package let perTokens: [Double]
    package let isParent: [Bool]

    init(
        _ concept: (identifier: String, name: String),
        _ candidates: [String],
        _ list: RatedList,
        _ weight: ModelWeight,
        _ probabilities: (with: Double, without: Double)
    ) {
        (identifier, name) = concept
        self.candidates = candidates
        rankWithoutModel = Self.rank(list.scores, list.isRight)
        rank = Self.rank(list.joined(weight), list.isRight)
        probability = probabilities.with
        probabilityWithoutModel = probabilities.without
        scores = list.scores
        sums = list.sums
        perTokens = list.perTokens
        isParent = list.isRight
    }

    private static func rank(_ scores: [Double], _ isRight: [Bool]) -> Int? {
        Ranking.order(scores).firstIndex { isRight[$0] }.map { $0 + 1 }
    }
}

extension VocabularyFitting {
    /// Leaves concepts out in turn and places them with and without the language model.
    ///
    /// - Parameters:
    ///   - model: The language model.
    ///   - wasSeen: Whether the model's adapter may have read the concept with this identifier;
    ///     such concepts are used only to fit the ranker.
    ///   - progress: Called with the number of concepts done and the total; from several threads.
    /// - Returns: At most `Options.modelQueries` concepts; none if there are too few to fit on.
    /// - Throws: Errors of the encoder and the model.
    package func leaveOneOut(
        model: any LanguageModel,
        wasSeen: (String) -> Bool,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> [LeftOutConcept] {
        let sample = sample()
        guard sample.count >= options.fewest else { return [] }
        let asked = try ask(sample, { _, _ in })
        let (_, scores) = rank(asked.map(\.list))
        let concepts = vocabulary.taxonomy.concepts
        let chosen = asked.indices
            .filter { !wasSeen(concepts[asked[$0].index].identifier) }
            .prefix(options.modelQueries)
        let lists = try rate(chosen.map { (asked[$0], scores[$0]) }, model, progress)
        let weights = ModelWeight.crossFitted(lists)
        let with = firstProbabilities(lists, zip(lists, weights).map { $0.joined($1) })
        let without = firstProbabilities(lists, lists.map(\.scores))
        return chosen.indices.map { place in
            let (position, list) = (chosen[place], lists[place])
            let concept = concepts[asked[position].index]
            let names = Ranking.order(scores[position]).prefix(list.scores.count)
                .map { concepts[asked[position].candidates[$0].index].name }
            return LeftOutConcept(
                (concept.identifier, concept.name),
                names,
                list,
                weights[place],
                (with[place], without[place])
            )
        }
    }

    /// For each list, the probability that its first candidate is right, fitted on folds without
    /// it.
    private func firstProbabilities(_ lists: [RatedList], _ scores: [[Double]]) -> [Double] {
        let fitted = (0..<options.folds).map { fold in
            Self.confidence(
                lists.indices.filter { $0 % options.folds != fold }
                    .map { (scores[$0], lists[$0].features, lists[$0].isRight) },
                prior: .plain,
                ridge: 1
            )
        }
        return lists.indices.map { index in
            let order = Ranking.order(scores[index])
            return fitted[index % options.folds].probabilities(
                order.map { scores[index][$0] },
                order.map { lists[index].features[$0] }
            ).first ?? 0
        }
    }
}
