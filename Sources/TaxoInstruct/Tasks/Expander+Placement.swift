import Contract
import Taxonomy

extension Expander {
    /// Taxonomy expansion; see ``Placement``.
    func place(_ query: Query, _ view: VocabularyView) throws -> AnswerDraft {
        guard let term = query.term ?? query.identifier.flatMap(name(ofIdentifier:)) else {
            throw SubmissionError(.missingTerm, "The query has no term to place.")
        }
        let own = query.identifier.flatMap(vocabulary.taxonomy.index(ofIdentifier:))
        let known = knownConcept(term, query, view)
        if let known, known.isNamed { return sameConcept(known.index, query, view) }

        let placement = placement(view)
        let search = placement.retriever.search(
            for: try placement.retriever.probe(term, synonyms: query.synonyms),
            // When only its edges are hidden, the term's own record is still in the view.
            excluding: own.map { view.descendants(of: $0).union([$0]) } ?? []
        )
        let ranked = try placement.judge(search).candidates
        let membership = placement.membership(search)
        let isOutOfScope = known == nil && membership < fit.membership.threshold
        let accepted = isOutOfScope ? [] : placement.accepted(ranked, in: view)
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
        return AnswerDraft(
            reason: isOutOfScope
                ? outOfScope(term, membership)
                : accepted.isEmpty
                    ? belowThreshold(ranked.first) : known.map { listedUnder($0.index) },
            matches: known.map { [$0.match] } ?? [],
            proposals: proposals + moves(search, under: accepted, after: proposals.count),
            notes: notes(query, search)
        )
    }

    private func name(ofIdentifier identifier: String) -> String? {
        vocabulary.taxonomy.index(ofIdentifier: identifier).map { concepts[$0].name }
    }

    /// A visible concept that has the term among its names.
    private struct Known {
        let index: Concept.Index
        /// Whether the term is its name or identifier, rather than a synonym, which may be narrower
        /// than the concept.
        let isNamed: Bool
        let match: TermMatch
    }

    /// The visible concept with a place in the taxonomy that has the term as name, synonym or
    /// identifier.
    private func knownConcept(
        _ term: String,
        _ query: Query,
        _ view: VocabularyView
    ) -> Known? {
        let taxonomy = vocabulary.taxonomy
        // A record with neither visible parents nor children is the one to be placed.
        func hasPlace(_ index: Concept.Index) -> Bool {
            !view.isHidden(index)
                && !(view.parents(of: index).isEmpty && view.children(of: index).isEmpty)
        }
        func known(_ given: String, _ index: Concept.Index, _ kind: TermMatch.Kind) -> Known {
            Known(
                index: index,
                isNamed: kind != .synonym,
                match: TermMatch(
                    given: given,
                    kind: kind,
                    identifier: concepts[index].identifier,
                    name: concepts[index].name,
                    confidence: 1
                )
            )
        }
        if let identifier = query.identifier, let own = taxonomy.index(ofIdentifier: identifier) {
            return hasPlace(own) ? known(identifier, own, .identifier) : nil
        }
        // Only the term itself counts: a concept that shares one of the term's synonyms may well be
        // a different one.
        var listed: Known?
        for spelling in [term, Term.natural(term)] {
            for index in taxonomy.indices(ofTerm: spelling) where hasPlace(index) {
                let name = Term.key(Term.natural(concepts[index].name))
                if name == Term.key(Term.natural(spelling)) { return known(term, index, .name) }
                listed = listed ?? known(term, index, .synonym)
            }
        }
        return listed
    }

    /// The reason given when the term is a synonym of another concept; parents are still proposed.
    private func listedUnder(_ index: Concept.Index) -> Answer.Reason {
        Answer.Reason(
            code: "listed-under",
            message: """
                \(vocabulary.name) lists it under “\(concepts[index].name)” \
                (\(concepts[index].identifier)), as the same or a narrower term; the parents are \
                those of a concept of its own.
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

    /// The answer for a term that already exists: its parents are listed and nothing is proposed.
    private func sameConcept(
        _ index: Concept.Index,
        _ query: Query,
        _ view: VocabularyView
    ) -> AnswerDraft {
        let concept = concepts[index]
        let proposals = view.parents(of: index).enumerated().map { place, parent in
            Proposal(
                rank: place + 1,
                relation: .parent,
                identifier: concepts[parent].identifier,
                name: concepts[parent].name,
                standing: .known,
                score: 1,
                evidence: Evidence(rootPath: view.rootPath(of: parent))
            )
        }
        let match = query.term.flatMap { resolver.exact($0)?.match }
        return AnswerDraft(
            reason: Answer.Reason(
                code: "same-concept",
                message: """
                    \(vocabulary.name) holds it as “\(concept.name)” (\(concept.identifier)); its \
                    parents are listed. Ask for an audit to have them judged.
                    """
            ),
            matches: [match].compactMap(\.self),
            proposals: proposals,
            notes: query.mappedTo.isEmpty ? [] : [mappedNote(query)]
        )
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

    /// A note with the source's own mapping of the term, which does not affect the ranking.
    private func mappedNote(_ query: Query) -> String {
        let targets = query.mappedTo.map { target in
            // NLM marks a major heading with an asterisk before the identifier.
            let plain = target.hasPrefix("*") ? String(target.dropFirst()) : target
            return name(ofIdentifier: plain).map { "\($0) (\(target))" } ?? target
        }
        return "the source maps it to \(targets.joined(separator: ", "))"
    }
}
