package import TaxoInstruct
package import Taxonomy

/// The scores of ranker and language model for the candidate parents of one term.
package struct RatedCandidates: Hashable, Codable, Sendable {
    /// The candidates, in the ranker's order.
    package let candidates: [Concept.Index]
    /// The ranker's scores.
    package let ranker: [Double]
    /// The model's log-probability of each candidate, from summed log-likelihoods; empty without a
    /// model.
    package let sums: [Double]
    /// The same from log-likelihoods per token.
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

    /// The candidates by the model alone, best first; ties in the ranker's order.
    package var byModel: [Concept.Index] { ordered(sums) }

    /// The candidates of each term, ordered by ranker and model combined.
    ///
    /// As in use, the weights are fitted on terms that the model's adapter never saw; here these
    /// are the terms of the other folds.
    ///
    /// - Parameters:
    ///   - terms: The rated candidates of each term.
    ///   - right: The true parents of each term.
    ///   - seed: Seed of the interval that decides whether the model helps.
    /// - Returns: The candidates of each term, best first.
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
