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
        let placement = placement(view)
        let search = placement.retriever.search(
            for: try placement.retriever.probe(term, synonyms: query.synonyms),
            // When only its edges are hidden, the term's own record is still in the view.
            excluding: own.map { view.descendants(of: $0).union([$0]) } ?? []
        )
        let ranked = try placement.judge(search).candidates
        let membership = placement.membership(search)
        let reason = known?.reason
        let isOutOfScope = reason == nil && membership < fit.membership.threshold
        let accepted =
            isOutOfScope || reason != nil ? [] : placement.accepted(ranked, in: view)
        let acceptedIndices = Set(accepted.map(\.index))
        let rest = ranked.filter { !acceptedIndices.contains($0.index) }
        let listed = (accepted + rest).prefix(settings.maximumParents)
        let proposals = listed.enumerated().map { place, candidate in
            Proposal(
                rank: place + 1,
                relation: .parent,
                identifier: concepts[candidate.index].identifier,
                name: concepts[candidate.index].name,
                standing: acceptedIndices.contains(candidate.index) ? .proposed : .alternative,
                score: Ranking.rounded(candidate.probability),
                evidence: placement.evidence(for: candidate, search)
            )
        }
        let failed = isOutOfScope ? outOfScope(term, membership) : belowThreshold(ranked.first)
        return AnswerDraft(
            reason: reason ?? (accepted.isEmpty ? failed : nil),
            matches: [known?.match].compactMap(\.self),
            proposals: proposals + moves(search, under: accepted, after: proposals.count),
            notes: perhaps(known) + notes(query, search)
        )
    }

    /// The concept with an identifier that a file writes beside a name.
    private func concept(ofWritten identifier: String) -> Concept.Index? {
        let found = vocabulary.taxonomy.indices(ofAnyIdentifier: identifier, besideName: true)
        return found.count == 1 ? found[0] : nil
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
        after rank: Int
    ) -> [Proposal] {
        let (probe, view) = (search.probe, search.view)
        guard view.edges.isWhole else { return [] }
        let parents = accepted.map(\.index)
        let newcomer = Insertion.Newcomer(terms: probe.terms, cosines: probe.cosines)
        let insertion = Insertion(view, rule: fit.insertion)
        return insertion.children(of: newcomer, under: parents).enumerated().map { place, move in
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

    private func belowThreshold(_ best: Judgement.Candidate?) -> Answer.Reason {
        guard let best else {
            return Answer.Reason(
                code: "no-candidates",
                message: "The vocabulary has no concept that could be the parent."
            )
        }
        return Answer.Reason(
            code: "below-threshold",
            message: """
                The best candidate, “\(concepts[best.index].name)”, is a parent \
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
