package import Taxonomy

/// What is asked of a ranking of parents.
package struct PlacementTask: Sendable {
    package let term: String
    package let synonyms: [String]
    /// Identifiers of concepts that are nowhere, with all that is below them.
    package let hiding: [String]
    /// Concepts that are neither candidates nor evidence.
    package let excluding: Set<Concept.Index>

    package init(
        term: String,
        synonyms: [String] = [],
        hiding: [String] = [],
        excluding: Set<Concept.Index> = []
    ) {
        self.term = term
        self.synonyms = synonyms
        self.hiding = hiding
        self.excluding = excluding
    }
}

/// A concept that may be a parent, as a ranking sees it.
package struct RatedParent: Sendable {
    package let index: Concept.Index
    /// What orders the parents when everything counts; higher is better.
    package let score: Double
    /// What orders them when the language model is not asked.
    package let withoutModel: Double
    /// Of being a parent, calibrated, 0 to 1.
    package let probability: Double
    /// Whether it belongs to the proposed set when an answer is forced.
    package let isProposed: Bool

    package init(
        index: Concept.Index,
        score: Double,
        withoutModel: Double,
        probability: Double,
        isProposed: Bool
    ) {
        self.index = index
        self.score = score
        self.withoutModel = withoutModel
        self.probability = probability
        self.isProposed = isProposed
    }
}

/// The parents of one term, best first by ``RatedParent/score``.
package struct PlacementRanking: Sendable {
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

/// What an evaluation asks for parents.
package struct PlacementRanker {
    /// Whether ``RatedParent/score`` differs from ``RatedParent/withoutModel`` at all.
    package let hasModel: Bool
    package let rank: (PlacementTask) throws -> PlacementRanking

    package init(hasModel: Bool, rank: @escaping (PlacementTask) throws -> PlacementRanking) {
        self.hasModel = hasModel
        self.rank = rank
    }
}
