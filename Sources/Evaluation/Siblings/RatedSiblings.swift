package import TaxoInstruct
package import Taxonomy

/// What every part of the method said of the concepts that may be siblings of a seed set.
package struct RatedSiblings: Hashable, Codable, Sendable {
    /// By the joined score, best first.
    package let pool: [Concept.Index]
    /// Of ranker and structure.
    package let ranker: [Double]
    /// Weighted share of the seed orders under which the model wrote each; empty without a model.
    package let votes: [Double]
    /// The weighted gain in likelihood; empty without a model.
    package let likelihood: [Double]
    /// Seed orders that were continued.
    package let orders: Int
    /// Mean Jaccard index of the names written under two orders; `nil` with one.
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

    /// By ranker and structure, best first.
    package var byRanker: [Concept.Index] { ordered { ranker[$0] } }
    /// By the model's rating alone.
    package var byLikelihood: [Concept.Index] { ordered { likelihood[$0] } }
    /// By how many orders wrote it, as the paper has it; what none wrote is left out.
    package var byVotes: [Concept.Index] {
        ordered(pool.indices.filter { votes[$0] > 0 }) { votes[$0] }
    }

    /// Ties in the order of the ranker.
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
    ///   - seeds: Concepts that may be seen.
    ///   - hidden: Identifiers of concepts whose place is not to be seen.
    ///   - allowed: No others are an answer.
    /// - Returns: Those allowed, as far as they are in the pool.
    /// - Throws: What the model throws.
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
