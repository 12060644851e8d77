package import TaxoInstruct
package import Taxonomy

/// The score of every component of the method for the candidate siblings of a seed set.
package struct RatedSiblings: Hashable, Codable, Sendable {
    /// The concepts, best first by combined score.
    package let pool: [Concept.Index]
    /// Scores of ranker plus structure, one per concept of the pool.
    package let ranker: [Double]
    /// Weighted share of the seed orders under which the model wrote each concept; empty without a
    /// model.
    package let votes: [Double]
    /// Weighted gain in log-likelihood of each concept; empty without a model.
    package let likelihood: [Double]
    /// Number of seed orders that were continued.
    package let orders: Int
    /// Mean Jaccard index of the names written under two orders; `nil` with a single order.
    package let agreement: Double?

    package init(
        pool: [Concept.Index],
        ranker: [Double],
        votes: [Double] = [],
        likelihood: [Double] = [],
        orders: Int = 0,
        agreement: Double? = nil
    ) {
        self.pool = pool
        self.ranker = ranker
        self.votes = votes
        self.likelihood = likelihood
        self.orders = orders
        self.agreement = agreement
    }

    package var isRated: Bool { likelihood.count == pool.count }

    /// The concepts by ranker and structure, best first.
    package var byRanker: [Concept.Index] { ordered { ranker[$0] } }
    /// The concepts by the model's likelihood alone, best first.
    package var byLikelihood: [Concept.Index] { ordered { likelihood[$0] } }
    /// The concepts by number of votes, as in the paper; those without votes are omitted.
    package var byVotes: [Concept.Index] {
        ordered(pool.indices.filter { votes[$0] > 0 }) { votes[$0] }
    }

    /// Sorts by descending score; ties in the ranker's order.
    private func ordered(
        _ positions: [Int]? = nil,
        _ score: (Int) -> Double
    ) -> [Concept.Index] {
        (positions ?? Array(pool.indices))
            .sorted { (-score($0), -ranker[$0], $0) < (-score($1), -ranker[$1], $1) }
            .map { pool[$0] }
    }
}

extension Expander {
    /// Rates concepts as siblings of a seed set; for evaluations.
    ///
    /// - Parameters:
    ///   - seeds: Visible concepts.
    ///   - hidden: Identifiers of concepts whose position is hidden.
    ///   - allowed: The only concepts that may be in the answer.
    /// - Returns: The scores of the allowed concepts that are in the pool.
    /// - Throws: Errors of the model.
    package func rateSiblings(
        of seeds: [Concept.Index],
        hiding hidden: [String],
        among allowed: Set<Concept.Index>
    ) throws -> RatedSiblings {
        let result = try setExpansion(vocabulary.view(hiding: hidden)).expand(
            seeds: seeds,
            category: nil,
            categoryName: nil,
            maximum: allowed.count,
            among: allowed
        )
        let siblings = result.siblings
        let isRated = result.opinion != nil
        return RatedSiblings(
            pool: siblings.map(\.index),
            ranker: siblings.map { ($0.parts["ranker"] ?? 0) + ($0.parts["structure"] ?? 0) },
            votes: isRated ? siblings.map { $0.parts["votes"] ?? 0 } : [],
            likelihood: isRated ? siblings.map { $0.parts["languageModel"] ?? 0 } : [],
            orders: result.opinion?.orders ?? 0,
            agreement: result.opinion?.agreement
        )
    }
}
