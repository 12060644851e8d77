import Contract
import Taxonomy

extension Expander {
    /// Audits the edges from a known concept to its parents.
    ///
    /// The concept's own edges are hidden and it is placed again. A known parent that retrieval
    /// does not find is `doubtful`. A candidate is `proposed` as a missing parent if it scores
    /// higher than the mean of the known parents and is related to none of them.
    func audit(_ query: Query) throws -> AnswerDraft {
        guard let given = query.identifier ?? query.term else {
            throw SubmissionError(.missingTerm, "The query names no concept to audit.")
        }
        let found = resolve(query.term ?? given, identifier: query.identifier)
        guard let own = found.index, found.match.kind != .nearest else {
            let message = "“\(given)” is no concept of \(vocabulary.name)."
            throw SubmissionError(.seedsUnknown, message)
        }
        let known = vocabulary.view(hiding: query.hide).parents(of: own)
        let view = vocabulary.view(hiding: query.hide, orphan: own)
        let placement = placement(view)
        let search = placement.retriever.search(
            for: placement.retriever.probe(own),
            excluding: view.descendants(of: own).union([own])
        )
        let judged = judgedEdges(try placement.judge(search, always: known), known, view)
        let proposals = judged.enumerated().map { place, edge in
            Proposal(
                rank: place + 1,
                relation: .parent,
                identifier: concepts[edge.candidate.index].identifier,
                name: concepts[edge.candidate.index].name,
                standing: edge.standing,
                score: Ranking.rounded(edge.candidate.fused),
                evidence: placement.evidence(for: edge.candidate, search)
            )
        }
        var draft = AnswerDraft(matches: [found.match], proposals: proposals)
        if draft.status == .none {
            draft.reason = Answer.Reason(
                code: "edges-confirmed",
                message: "Every known parent was found again and none seems to be missing."
            )
        }
        return draft
    }

    /// The known parents and those that appear to be missing, best first.
    private func judgedEdges(
        _ judgement: Judgement,
        _ known: [Concept.Index],
        _ view: VocabularyView
    ) -> [(candidate: Judgement.Candidate, standing: Proposal.Standing)] {
        let ranked = judgement.candidates
        let knownScores = ranked.filter { known.contains($0.index) }.map(\.fused)
        let bar =
            knownScores.isEmpty
            ? -.infinity : knownScores.reduce(0, +) / Double(knownScores.count)
        var related = Set<Concept.Index>()
        func addRelatives(of index: Concept.Index) {
            related.insert(index)
            related.formUnion(view.ancestors(of: index))
            related.formUnion(view.descendants(of: index))
        }
        known.forEach(addRelatives)
        var missing = 0
        return ranked.compactMap { candidate in
            if known.contains(candidate.index) {
                let isFound = candidate.retrievalRank < settings.candidates
                return (candidate, isFound ? .known : .doubtful)
            }
            guard missing < settings.maximumParents, candidate.fused >= bar,
                candidate.probability >= fit.parentThreshold, !related.contains(candidate.index)
            else { return nil }
            missing += 1
            addRelatives(of: candidate.index)
            return (candidate, .proposed)
        }
    }
}
