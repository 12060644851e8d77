import FoundationEssentials

/// The parameters fitted on a vocabulary's own edges when it is loaded; stored beside it.
///
/// Fitted by ``VocabularyFitting``. The hash ``basis`` ties it to the vocabulary version, the
/// encoder, the model and the adapter.
package struct VocabularyFit: Hashable, Codable, Sendable {
    /// Raised whenever features or rankers change: weights are positional, so an old fit would be
    /// wrong.
    package static let formatVersion = 4

    package var formatVersion = Self.formatVersion
    /// Hash over everything besides the vocabulary that the fit depends on.
    package var basis = ""
    package var ranker = ParentRanker.standard
    /// Weights of ranker and language model; the model's are zero if it does not lower the loss.
    package var modelWeight = ModelWeight.standard
    /// Calibration of the combined score, and of the ranker's score alone.
    package var withModel = Confidence.plain
    package var withoutModel = Confidence.plain
    /// Minimum probability of the first parent for it to be proposed.
    package var answerThreshold = 0.15
    /// Minimum probability of each further parent for it to be proposed.
    package var parentThreshold = 0.4
    /// The rule for which children of a parent move under a new concept.
    package var insertion = Insertion.Rule()
    /// Distinguishes terms that belong to the vocabulary's domain from those that do not.
    package var membership = DomainMembership.any
    /// The expected quality; `nil` if the taxonomy was too small to measure it.
    package var report: FitReport?

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case formatVersion, basis, ranker, modelWeight, withModel, withoutModel
        case answerThreshold, parentThreshold, insertion, report
        case membership = "belonging"
    }

    /// The default parameters, with nothing fitted.
    package static let standard = VocabularyFit()

    /// A one-line summary for readers: the weights, and what they were fitted on.
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

/// The placement quality to expect on a vocabulary.
///
/// Measured on the vocabulary's own concepts, each left out in turn. Percentages are 0 to 100.
package struct FitReport: Hashable, Codable, Sendable {
    /// Left-out concepts that were placed.
    package var queries = 0
    /// Share of queries whose first-ranked parent is right.
    package var hitAt1 = 0.0
    /// Share of queries with a true parent among the first 5, 20 or 50.
    package var recallAt5 = 0.0
    package var recallAt20 = 0.0
    package var recallAt50 = 0.0
    /// Precision at 1 on the 35 % of queries with the highest confidence.
    package var precisionAt35 = 0.0
    /// The share of the left-out concepts that are answered, the share of the out-of-vocabulary
    /// phrases that are refused, and the number of those phrases.
    package var membersAnswered = 0.0
    package var outsidePhrasesRefused = 0.0
    package var outsidePhrases = 0
    /// Hits at 1 of the inner concept nearest by embedding, for comparison.
    package var encoderHitAt1 = 0.0
    /// Number of concepts rated by the language model, none of which its adapter had seen.
    package var modelQueries = 0
    /// Gain in hits at 1 from the language model, with its 95 % interval.
    package var modelGain = 0.0
    package var modelGainLow = 0.0
    package var modelGainHigh = 0.0
    /// Reduction of the loss, the negative log-probability of the right parents, with its 95 %
    /// interval.
    package var lossGain = 0.0
    package var lossGainLow = 0.0
    package var lossGainHigh = 0.0
    /// Warning codes, such as `retrieval-poor`.
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
