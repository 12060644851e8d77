package import Taxonomy

/// What a study keeps of one placement, so that every figure can be computed from it.
package struct PlacementRecord: Hashable, Codable, Sendable {
    package let gold: Set<Concept.Index>
    package let rated: RatedCandidates
    /// Concepts behind the candidates in the order of the ranker, as far as figures look.
    package let rest: [Concept.Index]
    /// What a forced answer proposes, best first.
    package let proposed: [Concept.Index]
    /// What it proposes without the language model.
    package let proposedWithoutModel: [Concept.Index]
    /// Processor time of the query.
    package let processorSeconds: Double

    package init(
        gold: Set<Concept.Index>,
        rated: RatedCandidates,
        rest: [Concept.Index] = [],
        proposed: [Concept.Index] = [],
        proposedWithoutModel: [Concept.Index] = [],
        processorSeconds: Double = 0
    ) {
        self.gold = gold
        self.rated = rated
        self.rest = rest
        self.proposed = proposed
        self.proposedWithoutModel = proposedWithoutModel
        self.processorSeconds = processorSeconds
    }

    /// As ``PlacementMeasures`` reads it.
    func outcome(_ order: [Concept.Index], proposed: [Concept.Index] = []) -> PlacementOutcome {
        PlacementOutcome(
            gold: gold,
            ranking: order + rest,
            proposed: Set(proposed),
            probability: nil
        )
    }
}

/// What a study keeps of one set expansion.
package struct SetRecord: Hashable, Codable, Sendable {
    package let gold: Set<Concept.Index>
    package let rated: RatedSiblings
    /// Processor time of the query.
    package let processorSeconds: Double

    package init(gold: Set<Concept.Index>, _ rated: RatedSiblings, processorSeconds: Double = 0) {
        self.gold = gold
        self.rated = rated
        self.processorSeconds = processorSeconds
    }
}
