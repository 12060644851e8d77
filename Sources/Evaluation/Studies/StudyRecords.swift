package import Taxonomy

/// The record of one placement in a study, sufficient to compute every measure.
package struct PlacementRecord: Hashable, Codable, Sendable {
    package let gold: Set<Concept.Index>
    package let rated: RatedCandidates
    /// Concepts ranked after the candidates, in the ranker's order, as far down as the measures
    /// look.
    package let rest: [Concept.Index]
    /// Parents proposed when an answer is forced, best first.
    package let proposed: [Concept.Index]
    /// Parents proposed in the same way without the language model.
    package let proposedWithoutModel: [Concept.Index]
    /// CPU time of the query.
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

    /// The outcome as ``PlacementMeasures`` expects it.
    func outcome(_ order: [Concept.Index], proposed: [Concept.Index] = []) -> PlacementOutcome {
        PlacementOutcome(
            gold: gold,
            ranking: order + rest,
            proposed: Set(proposed),
            probability: nil
        )
    }
}

/// The record of one set expansion in a study.
package struct SetRecord: Hashable, Codable, Sendable {
    package let gold: Set<Concept.Index>
    package let rated: RatedSiblings
    /// CPU time of the query.
    package let processorSeconds: Double

    package init(gold: Set<Concept.Index>, _ rated: RatedSiblings, processorSeconds: Double = 0) {
        self.gold = gold
        self.rated = rated
        self.processorSeconds = processorSeconds
    }
}
