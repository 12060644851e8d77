package import Inference

/// A concept that was left out and placed, by the ranker alone and with the language model.
///
/// Neither the ranker nor the weight of the model was fitted on it: both come from folds that did
/// not hold it.
package struct LeftOut: Sendable, Encodable {
    package let identifier: String
    package let name: String
    /// From 1, of the first parent; `nil` if none is among the candidates.
    package let rankWithoutModel: Int?
    package let rank: Int?
    /// Of the candidates, in the ranker's order: their names, its scores, the logarithms of their
    /// shares by the model's sums and means per token, and which are parents.
    package let candidates: [String]
    package let scores: [Double]
    package let sums: [Double]
    package let perTokens: [Double]
    package let isParent: [Bool]

    init(
        _ concept: (identifier: String, name: String),
        _ candidates: [String],
        _ list: RatedList,
        _ weight: ModelWeight
    ) {
        (identifier, name) = concept
        self.candidates = candidates
        rankWithoutModel = Self.rank(list.scores, list.isRight)
        rank = Self.rank(list.joined(weight), list.isRight)
        scores = list.scores
        sums = list.sums
        perTokens = list.perTokens
        isParent = list.isRight
    }

    private static func rank(_ scores: [Double], _ isRight: [Bool]) -> Int? {
        VocabularyFitting.order(scores).firstIndex { isRight[$0] }.map { $0 + 1 }
    }
}

extension VocabularyFitting {
    /// Leaves concepts out in turn and places them with and without the language model.
    ///
    /// - Parameters:
    ///   - model: The language model.
    ///   - wasSeen: Whether the model's adapter may have read the concept with this identifier; such
    ///     concepts are left to the fit of the ranker.
    ///   - progress: Called with the concepts done and all; from several threads.
    /// - Returns: At most `Options.modelQueries` concepts; none if there is too little to fit on.
    /// - Throws: What the models throw.
    package func leaveOneOut(
        model: any LanguageModel,
        wasSeen: (String) -> Bool,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> [LeftOut] {
        let sample = sample()
        guard sample.count >= options.fewest else { return [] }
        let asked = try ask(sample, ranker: .standard, { _, _ in })
        let (_, scores) = rank(asked.map(\.list))
        let concepts = vocabulary.taxonomy.concepts
        let chosen = asked.indices
            .filter { !wasSeen(concepts[asked[$0].index].identifier) }
            .prefix(options.modelQueries)
        let lists = try rate(chosen.map { (asked[$0], scores[$0]) }, model, progress)
        return zip(zip(chosen, lists), ModelWeight.crossFitted(lists)).map { one, weight in
            let (position, list) = one
            let concept = concepts[asked[position].index]
            let names = Self.order(scores[position]).prefix(list.scores.count)
                .map { concepts[asked[position].candidates[$0].index].name }
            return LeftOut((concept.identifier, concept.name), names, list, weight)
        }
    }
}
