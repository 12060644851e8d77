import Taxonomy

/// A term with its possible parents, before anything is decided about known terms and refusal.
struct PlacedTerm {
    let search: ParentSearch
    let placement: Placement
    /// The possible parents in the branches that are asked for.
    let choices: ParentChoices
    /// Candidates outside these branches, best first; they are never listed.
    let outside: [Judgement.Candidate]
    /// Compares new terms with each other.
    let features: PeerFeatures
    let maximum: Int

    /// The positions of the choices to propose, if the first has at least this probability.
    func accepted(_ first: Double) throws -> [Int] {
        try choices.accepted(
            ParentChoices.Rule(
                first: first,
                further: placement.fit.parentThreshold,
                maximum: maximum,
                view: search.view,
                places: places,
                areRelated: areRelated
            )
        )
    }

    /// The choices that an answer lists: first the proposed ones, then the best of the others.
    func listed(
        _ accepted: [Int],
        atLeast count: Int
    ) -> [(choice: ParentChoice, isAccepted: Bool)] {
        let taken = Set(accepted)
        let rest = choices.all.indices.filter { !taken.contains($0) }
        return (accepted + rest).prefix(max(count, accepted.count)).map {
            (choices.all[$0], taken.contains($0))
        }
    }

    /// The concepts under which the ranker alone would place another new term.
    private func places(of peer: PeerCandidate) throws -> [Concept.Index] {
        let retriever = placement.retriever
        let probe = try retriever.probe(peer.term.name, synonyms: peer.term.synonyms)
        let candidates = retriever.candidates(for: retriever.search(for: probe))
        let probabilities = placement.fit.withoutModel
            .probabilities(candidates.map(\.score), candidates.map(\.features))
        return zip(candidates, probabilities).enumerated().compactMap { rank, candidate in
            rank == 0 || candidate.1 >= placement.fit.parentThreshold ? candidate.0.index : nil
        }
    }

    private func areRelated(_ one: PeerCandidate, _ other: PeerCandidate) -> Bool {
        let rows = [
            features.row(features.child(one.words), under: other.words),
            features.row(features.child(other.words), under: one.words),
        ]
        return rows.contains { PeerModel.standard.pair.probability($0) >= 0.5 }
    }
}
