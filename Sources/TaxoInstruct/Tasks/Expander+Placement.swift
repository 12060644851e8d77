import Contract
import Taxonomy

extension Expander {
    /// Taxonomy expansion; see ``Placement``.
    ///
    /// A term that the vocabulary knows, or probably knows, is told first. Parents of its own are
    /// then listed for a reader to choose from, but not proposed.
    func place(_ query: Query, _ view: VocabularyView) throws -> AnswerDraft {
        let own = query.identifier.flatMap(concept(ofWritten:))
        guard let term = query.term ?? own.map({ concepts[$0].name }) else {
            throw SubmissionError(.missingTerm, "The query has no term to place.")
        }
        let known = known(term, own, query, view)
        if let known, let index = known.index, known.isSame {
            return sameConcept(index, known.match, query, view)
        }
        let scope = try scope(query, view)
        let placed = try judge(term, own, query, view, scope, always: known?.broader ?? [])
        let membership = placed.placement.membership(placed.search)
        let reason = known?.reason
        let isOutOfScope = reason == nil && membership < fit.membership.threshold
        let accepted =
            isOutOfScope || reason != nil ? [] : try placed.accepted(fit.answerThreshold)
        let listed = placed.listed(accepted, atLeast: settings.maximumParents)
        let proposals = listed.enumerated().map { place, choice in
            proposal(
                choice.choice,
                rank: place + 1,
                standing: choice.isAccepted ? .proposed : .alternative,
                placed
            )
        }
        let failed = isOutOfScope ? outOfScope(term, membership) : nothing(placed)
        let parents = accepted.compactMap { placed.choices.all[$0].concept }
        return AnswerDraft(
            reason: reason ?? (accepted.isEmpty ? failed : nil),
            matches: [known?.match].compactMap(\.self),
            proposals: proposals
                + moves(placed.search, under: parents, within: scope, after: proposals.count),
            notes: perhaps(known) + notes(query, placed.search) + notesOnBatch(query)
        )
    }

    private func proposal(
        _ choice: ParentChoice,
        rank: Int,
        standing: Proposal.Standing,
        _ placed: PlacedTerm
    ) -> Proposal {
        let name = name(of: choice)
        let evidence =
            switch choice {
            case .concept(let candidate):
                placed.placement.evidence(for: candidate, placed.search)
            case .peer(let candidate): Evidence(parts: candidate.parts(.standard))
            }
        return Proposal(
            rank: rank,
            relation: .parent,
            identifier: name.identifier,
            name: name.name,
            query: choice.peer?.term.key,
            standing: standing,
            score: Ranking.rounded(choice.probability),
            evidence: evidence
        )
    }

    /// The identifier and name of a choice.
    func name(of choice: ParentChoice) -> (identifier: String, name: String) {
        switch choice {
        case .concept(let candidate):
            (concepts[candidate.index].identifier, concepts[candidate.index].name)
        case .peer(let candidate): (candidate.term.identifier, candidate.term.name)
        }
    }

    /// The concept with an identifier that a file writes beside a name.
    private func concept(ofWritten identifier: String) -> Concept.Index? {
        let found = vocabulary.taxonomy.indices(ofAnyIdentifier: identifier, besideName: true)
        return found.count == 1 ? found[0] : nil
    }

    /// The reason given when the best parents lie outside the branches that are asked for.
    private func outsideBranches(_ outside: [Judgement.Candidate]) -> Answer.Reason {
        let names = outside.prefix(3).map { candidate in
            let concept = concepts[candidate.index]
            let probability = Ranking.rounded(candidate.probability)
            return "“\(concept.name)” (\(concept.identifier), probability \(probability))"
        }
        return Answer.Reason(
            code: "outside-branches",
            message: """
                No concept in the branches that are asked for is probable enough; outside them \
                the best \(names.count == 1 ? "is" : "are") \(names.joined(separator: ", ")).
                """
        )
    }

    private func outOfScope(_ term: String, _ membership: Double) -> Answer.Reason {
        Answer.Reason(
            code: "out-of-scope",
            message: """
                “\(term)” reads unlike the terms of \(vocabulary.name): it belongs there with \
                probability \(Ranking.rounded(membership)); a proposal needs \
                \(Ranking.rounded(fit.membership.threshold)). The nearest candidates are listed.
                """
        )
    }

    /// Insert-between: those children of the proposed parents that belong under the new concept.
    private func moves(
        _ search: ParentSearch,
        under accepted: [Judgement.Candidate],
        within scope: BranchScope?,
        after rank: Int
    ) -> [Proposal] {
        let (probe, view) = (search.probe, search.view)
        guard view.edges.isWhole else { return [] }
        let parents = accepted.map(\.index)
        let newcomer = Insertion.Newcomer(terms: probe.terms, cosines: probe.cosines)
        let insertion = Insertion(view, rule: fit.insertion)
        let moves = insertion.children(of: newcomer, under: parents)
            .filter { scope?.contains($0.child) ?? true }
        return moves.enumerated().map { place, move in
            let own = view.parents(of: move.child).filter(parents.contains)
            return Proposal(
                rank: rank + place + 1,
                relation: .child,
                identifier: concepts[move.child].identifier,
                name: concepts[move.child].name,
                parent: probe.terms[0],
                standing: .proposed,
                score: Ranking.rounded(move.probability),
                evidence: Evidence(
                    rootPath: view.rootPath(of: move.child),
                    nearest: own.map { concepts[$0].name },
                    parts: ["probability": Ranking.rounded(move.probability)]
                )
            )
        }
    }

    /// Why no choice is proposed.
    private func nothing(_ placed: PlacedTerm) -> Answer.Reason {
        let outside = placed.outside.filter { $0.probability >= fit.answerThreshold }
        if !outside.isEmpty { return outsideBranches(outside) }
        guard let best = placed.choices.all.first else {
            return Answer.Reason(
                code: "no-candidates",
                message: "The vocabulary has no concept that could be the parent."
            )
        }
        return Answer.Reason(
            code: "below-threshold",
            message: """
                The best candidate, “\(name(of: best).name)”, is a parent \
                with probability \(Ranking.rounded(best.probability)); a proposal needs \
                \(fit.answerThreshold).
                """
        )
    }

    private func notes(_ query: Query, _ search: ParentSearch) -> [String] {
        var notes = search.nearest.prefix(3).map { index in
            let parents = search.view.parents(of: index).map { concepts[$0].name }
            let place = parents.joined(separator: " and ")
            return "nearest known: \(concepts[index].name), under \(place)"
        }
        if !query.mappedTo.isEmpty { notes.append(mappedNote(query)) }
        return notes
    }

    /// A note with the parents that the file gives, which do not affect the ranking.
    func mappedNote(_ query: Query) -> String {
        let targets = query.mappedTo.map { target in
            // NLM marks a major heading with an asterisk before the identifier.
            let plain = target.hasPrefix("*") ? String(target.dropFirst()) : target
            return vocabulary.taxonomy.index(ofAnyIdentifier: plain)
                .map { "\(concepts[$0].name) (\(target))" } ?? target
        }
        let noun = targets.count == 1 ? "parent" : "parents"
        return "the file gives the \(noun) \(targets.joined(separator: ", "))"
    }
}
