package import Taxonomy

/// What is asked of a ranking of parents.
package struct PlacementTask: Sendable {
    package let term: String
    package let synonyms: [String]
    /// Identifiers of concepts that are nowhere, with all that is below them.
    package let hiding: [String]

    package init(term: String, synonyms: [String] = [], hiding: [String] = []) {
        self.term = term
        self.synonyms = synonyms
        self.hiding = hiding
    }
}

/// A concept that may be a parent, as a ranking sees it.
package struct RatedParent: Sendable {
    package let index: Concept.Index
    /// Of being a parent, calibrated, 0 to 1.
    package let probability: Double
    /// Whether it belongs to the proposed set when an answer is forced.
    package let isProposed: Bool

    package init(index: Concept.Index, probability: Double, isProposed: Bool) {
        self.index = index
        self.probability = probability
        self.isProposed = isProposed
    }
}

/// The parents of one term.
package struct PlacementRanking: Sendable {
    /// Best first.
    package let parents: [RatedParent]
    /// Of there being no parent in the taxonomy, 0 to 1.
    package let noneProbability: Double
    /// Whether the method would answer, had it not been forced to.
    package let isAnswered: Bool

    package init(parents: [RatedParent], noneProbability: Double, isAnswered: Bool) {
        self.parents = parents
        self.noneProbability = noneProbability
        self.isAnswered = isAnswered
    }
}

/// Ranks the parents of a term; throws what the models throw.
package typealias PlacementRanker = (PlacementTask) throws -> PlacementRanking
