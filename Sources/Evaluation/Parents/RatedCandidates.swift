package import TaxoInstruct
package import Taxonomy

/// What ranker and language model said of the candidate parents of one term.
package struct RatedCandidates: Hashable, Codable, Sendable {
    /// In the order of the ranker.
    package let candidates: [Concept.Index]
    /// The ranker's scores.
    package let ranker: [Double]
    /// Logarithms of the candidates' shares by the model's likelihoods; empty without a model.
    package let sums: [Double]
    /// The same by the means per token.
    package let perTokens: [Double]

    package init(
        candidates: [Concept.Index],
        ranker: [Double],
        sums: [Double] = [],
        perTokens: [Double] = []
    ) {
        self.candidates = candidates
        self.ranker = ranker
        self.sums = sums
        self.perTokens = perTokens
    }

    package init(_ judgement: Judgement) {
        let ordered = judgement.candidates.sorted { $0.retrievalRank < $1.retrievalRank }
        candidates = ordered.map(\.index)
        ranker = ordered.map(\.retrieval)
        sums = ordered.compactMap(\.logProbability)
        perTokens = ordered.compactMap(\.logPerToken)
    }

    package var isRated: Bool { !candidates.isEmpty && sums.count == candidates.count }

    /// The candidates by the model alone, best first; ties in the order of the ranker.
    package var byModel: [Concept.Index] { ordered(sums) }

    /// The candidates of each term by ranker and model, joined as at use: with weights fitted on
    /// terms that the model's adapter never saw, here on the other folds of these.
    ///
    /// - Parameters:
    ///   - terms: Whose candidates are rated.
    ///   - right: The true parents of each.
    ///   - seed: For the decision whether the model helps at all.
    /// - Returns: The candidates of each, best first.
    package static func joined(
        _ terms: [RatedCandidates],
        right: [Set<Concept.Index>],
        seed: UInt64
    ) -> [[Concept.Index]] {
        let lists = zip(terms, right).map { term, right in
            RatedList(
                scores: term.ranker,
                sums: term.sums,
                perTokens: term.perTokens,
                isRight: term.candidates.map(right.contains),
                features: term.candidates.map { _ in [] }
            )
        }
        return zip(terms, zip(lists, ModelWeight.crossFitted(lists, seed: seed))).map { term, one in
            term.ordered(one.0.joined(one.1))
        }
    }

    private func ordered(_ scores: [Double]) -> [Concept.Index] {
        Ranking.order(scores).map { candidates[$0] }
    }
}
