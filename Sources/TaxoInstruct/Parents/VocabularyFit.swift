import FoundationEssentials

/// What was fitted on a vocabulary's own edges when it arrived; stored beside it.
///
/// Fitted by ``VocabularyFitting``; bound to the vocabulary version, the encoder, the model and the
/// adapter by ``basis``.
package struct VocabularyFit: Hashable, Codable, Sendable {
    /// Raised when features or rankers change: weights go by position, so an old fit would be wrong.
    package static let formatVersion = 4

    package var formatVersion = Self.formatVersion
    /// Hash over everything the fit depends on besides the vocabulary.
    package var basis = ""
    package var ranker = ParentRanker.standard
    /// Weights of ranker and language model; zero for a model that does not lower the loss.
    package var modelWeight = ModelWeight.standard
    /// Calibration of the joined score, and of the ranker's score alone.
    package var withModel = Confidence.plain
    package var withoutModel = Confidence.plain
    /// The first parent is proposed from this probability on.
    package var answerThreshold = 0.15
    /// A further parent is proposed from this probability on.
    package var parentThreshold = 0.4
    /// Which children of the parent belong under a new concept.
    package var insertion = Insertion.Rule()
    /// Tells terms that have a place in the vocabulary from those that have none.
    package var membership = DomainMembership.any
    /// What to expect; `nil` when the taxonomy was too small to say.
    package var report: FitReport?

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case formatVersion, basis, ranker, modelWeight, withModel, withoutModel
        case answerThreshold, parentThreshold, insertion, report
        case membership = "belonging"
    }

    /// Without anything fitted.
    package static let standard = VocabularyFit()

    /// A line for a person: the weights, and what they were fitted on.
    package var summary: String {
        func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
        let weights =
            "ranker \(rounded(modelWeight.ranker)), model \(rounded(modelWeight.sum)) by sum, "
            + "\(rounded(modelWeight.perToken)) by token"
        guard let report else { return "not fitted: \(weights)" }
        let model =
            report.modelQueries == 0
            ? "no concept that the adapter did not see"
            : """
            \(report.modelQueries) that the adapter did not see: loss \(rounded(report.lossGain)) \
            less (\(rounded(report.lossGainLow)) to \(rounded(report.lossGainHigh)))
            """
        return """
            fitted on \(report.queries) concepts, hit@1 \(rounded(report.hitAt1)), \
            \(ranker.trees.trees.count) trees; \(weights); \(model)
            """
    }

    package func confidence(usesModel: Bool) -> Confidence { usesModel ? withModel : withoutModel }
}

/// What may be expected of placement in a vocabulary.
///
/// Measured on its own concepts, each left out in turn. Percentages are 0 to 100.
package struct FitReport: Hashable, Codable, Sendable {
    /// Left-out concepts that were placed.
    package var queries = 0
    /// The first parent is one of the concept's.
    package var hitAt1 = 0.0
    /// One of the concept's parents is among the first so many.
    package var recallAt5 = 0.0
    package var recallAt20 = 0.0
    package var recallAt50 = 0.0
    /// Of the 35 % that the method is surest of, the share whose first parent is right.
    package var precisionAt35 = 0.0
    /// Of the left-out concepts the share that is answered; of the phrases that are no terms of the
    /// vocabulary the share that is refused, and their number.
    package var membersAnswered = 0.0
    package var outsidePhrasesRefused = 0.0
    package var outsidePhrases = 0
    /// Hits of the encoder's nearest inner concept alone, for comparison.
    package var encoderHitAt1 = 0.0
    /// Concepts that were put before the language model, none of which its adapter had seen.
    package var modelQueries = 0
    /// What the language model adds to the hits at 1, with a 95 % interval.
    package var modelGain = 0.0
    package var modelGainLow = 0.0
    package var modelGainHigh = 0.0
    /// By how much it lowers the loss (negative logarithm of the right parents' share).
    package var lossGain = 0.0
    package var lossGainLow = 0.0
    package var lossGainHigh = 0.0
    /// Such as `retrieval-poor`.
    package var warnings: [String] = []

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case queries, hitAt1, recallAt5, recallAt20, recallAt50, precisionAt35
        case membersAnswered
        case outsidePhrasesRefused = "strangersRefused"
        case outsidePhrases = "strangers"
        case encoderHitAt1, modelQueries, modelGain, modelGainLow, modelGainHigh
        case lossGain, lossGainLow, lossGainHigh, warnings
    }
}
