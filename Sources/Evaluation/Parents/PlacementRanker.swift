package import Taxonomy

/// The input of a ranking of parents.
package struct PlacementTask: Sendable {
    package let term: String
    package let synonyms: [String]
    /// Identifiers of concepts that are hidden with all their descendants.
    package let hiding: [String]

    package init(term: String, synonyms: [String] = [], hiding: [String] = []) {
        self.term = term
        self.synonyms = synonyms
        self.hiding = hiding
    }
}

/// A candidate parent in a ranking.
package struct RatedParent: Sendable {
    package let index: Concept.Index
    /// Calibrated probability that it is a parent, 0 to 1.
    package let probability: Double
    /// Whether it is in the proposed set when an answer is forced.
    package let isProposed: Bool

    package init(index: Concept.Index, probability: Double, isProposed: Bool) {
        self.index = index
        self.probability = probability
        self.isProposed = isProposed
    }
}

/// The ranked parents of one term.
package struct PlacementRanking: Sendable {
    /// The candidates, best first.
    package let parents: [RatedParent]
    /// Probability that the taxonomy contains no parent, 0 to 1.
    package let noneProbability: Double
    /// Whether the method would answer if it were allowed to abstain.
    package let isAnswered: Bool

    package init(parents: [RatedParent], noneProbability: Double, isAnswered: Bool) {
        self.parents = parents
        self.noneProbability = noneProbability
        self.isAnswered = isAnswered
    }
}

/// Ranks the parents of a term; rethrows errors of the models.
package typealias PlacementRanker = (PlacementTask) throws -> PlacementRanking
