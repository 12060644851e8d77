import Contract
import Taxonomy

extension Expander {
    /// Judges the edges above a known concept as if it were new.
    ///
    /// Its own edges are hidden and it is placed again. A known parent that retrieval does not
    /// find is `doubtful`; a candidate that outscores the mean of the known
    /// parents and is related to none of them is `proposed` as a missing one.
    func audit(_ query: Query) throws -> Answer {
        guard let given = query.identifier ?? query.term else {
            throw SubmissionError(.missingTerm, "The query names no concept to audit.")
        }
        let found = resolver.exact(given) ?? query.term.flatMap(resolver.exact)
        guard let found, let own = found.index else {
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
        let judgement = try placement.judge(search, always: known)
        let ranked = judgement.candidates
        let retrieved = Set(
            judgement.candidates.filter { $0.retrievalRank < settings.candidates }.map(\.index)
        )

        let knownScores = ranked.filter { known.contains($0.index) }.map(\.fused)
        let bar = knownScores.isEmpty ? -.infinity : mean(knownScores)
        var related = Set(known)
        for parent in known {
            related.formUnion(view.ancestors(of: parent))
            related.formUnion(view.descendants(of: parent))
        }
        var proposals: [Proposal] = []
        var missing = 0
        for candidate in ranked {
            let standing: Proposal.Standing
            if known.contains(candidate.index) {
                standing = retrieved.contains(candidate.index) ? .known : .doubtful
            } else {
                guard missing < settings.maximumParents, candidate.fused >= bar,
                    candidate.probability >= fit.parentThreshold,
                    !related.contains(candidate.index)
                else { continue }
                missing += 1
                related.insert(candidate.index)
                related.formUnion(view.ancestors(of: candidate.index))
                related.formUnion(view.descendants(of: candidate.index))
                standing = .proposed
            }
            proposals.append(
                Proposal(
                    rank: proposals.count + 1,
                    relation: .parent,
                    identifier: concepts[candidate.index].identifier,
                    name: concepts[candidate.index].name,
                    standing: standing,
                    score: Ranking.rounded(candidate.fused),
                    evidence: placement.evidence(for: candidate, search)
                )
            )
        }
        let isSound = proposals.allSatisfy { $0.standing == .known }
        return Answer(
            key: query.key,
            task: query.task,
            query: query.title,
            status: isSound ? .none : .proposed,
            reason: isSound
                ? Answer.Reason(
                    code: "edges-confirmed",
                    message: "Every known parent was found again and none seems to be missing."
                ) : nil,
            matches: [found.match],
            proposals: proposals
        )
    }

    private func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}
