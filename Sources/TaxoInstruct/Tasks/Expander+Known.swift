import Contract
import Taxonomy

extension Expander {
    /// What the vocabulary knows about a term.
    struct Known {
        /// The visible concept meant; `nil` if the term may mean several, or perhaps one.
        let index: Concept.Index?
        /// Whether the term is the concept's name or identifier, rather than a synonym, which may be
        /// narrower than the concept.
        let isSame: Bool
        let match: TermMatch
        /// Why nothing is proposed; `nil` if the term may be new.
        let reason: Answer.Reason?
        /// The concepts of which the term is a loose synonym.
        var hints: [NameIndex.Hint] = []

        /// The concepts of which the term is a narrower synonym, hence probably a child.
        var broader: [Concept.Index] { hints.filter { $0.scope == .narrow }.map(\.index) }
    }

    /// What the vocabulary knows about the term; `nil` if nothing.
    ///
    /// Only visible concepts with a place in the taxonomy count. Of the term's names only the term
    /// itself does: a concept that shares one of its synonyms may well be a different one.
    func known(
        _ term: String,
        _ own: Concept.Index?,
        _ query: Query,
        _ view: VocabularyView
    ) -> Known? {
        // A record with neither visible parents nor children is the one to be placed.
        func hasPlace(_ index: Concept.Index) -> Bool {
            !view.isHidden(index)
                && !(view.parents(of: index).isEmpty && view.children(of: index).isEmpty)
        }
        if let own, !hasPlace(own) { return nil }
        let found = resolve(term, identifier: query.identifier) { !hasPlace($0) }
        let match = found.match
        switch (match.kind, found.index) {
        case (.nearest, let index?):
            let reason = probablyKnown("probably means", [concepts[index]])
            return Known(index: index, isSame: false, match: match, reason: reason)
        case (_, let index?):
            let reason = listedUnder(index)
            return Known(index: index, isSame: found.isName, match: match, reason: reason)
        case (.ambiguous, nil):
            let candidates = (match.candidates ?? []).compactMap {
                vocabulary.taxonomy.index(ofIdentifier: $0.identifier)
            }
            let reason = probablyKnown("may mean", candidates.map { concepts[$0] })
            return Known(index: nil, isSame: false, match: match, reason: reason)
        case (.obsolete, nil):
            let reason = found.obsolete.map { obsolete($0, match.candidates ?? []) }
            return Known(index: nil, isSame: false, match: match, reason: reason)
        case (_, nil):
            return match.candidates.map { _ in
                Known(index: nil, isSame: false, match: match, reason: nil, hints: found.hints)
            }
        }
    }

    /// The reason given when the term is an obsolete concept that nothing replaces.
    private func obsolete(
        _ concept: ObsoleteConcept,
        _ candidates: [TermMatch.Candidate]
    ) -> Answer.Reason {
        let names = candidates.map { "“\($0.name)” (\($0.identifier))" }
        let advice =
            names.isEmpty
            ? "names nothing instead." : "says to consider \(names.joined(separator: " or "))."
        return Answer.Reason(
            code: "obsolete",
            message: """
                \(vocabulary.name) calls “\(concept.name)” (\(concept.identifier)) obsolete and \
                \(advice) If it is to be a concept again, choose among the parents listed as \
                alternatives.
                """
        )
    }

    /// A note on what the term perhaps means, if that is too unsure to be its reason.
    func perhaps(_ known: Known?) -> [String] {
        guard let known, known.reason == nil, let candidates = known.match.candidates else {
            return []
        }
        guard known.hints.isEmpty else { return known.hints.map(note) }
        let names = candidates.map { "\($0.name) (\($0.identifier))" }
        return ["perhaps known: \(names.joined(separator: ", "))"]
    }

    /// A note on a concept of which the term is a loose synonym.
    private func note(_ hint: NameIndex.Hint) -> String {
        let concept = concepts[hint.index]
        let name = "\(concept.name) (\(concept.identifier))"
        return switch hint.scope {
        case .narrow: "a narrower synonym of \(name), hence probably a child of it"
        case .broad: "a broader synonym of \(name), which may belong below it"
        case .related: "a related synonym of \(name)"
        }
    }

    /// The reason given when the term is a synonym of another concept.
    private func listedUnder(_ index: Concept.Index) -> Answer.Reason {
        Answer.Reason(
            code: "listed-under",
            message: """
                \(vocabulary.name) lists it under “\(concepts[index].name)” \
                (\(concepts[index].identifier)), as the same or a narrower term. The parents that a \
                concept of its own could have are listed as alternatives.
                """
        )
    }

    /// The reason given when the term is probably another spelling of a known name, or the name of
    /// several concepts.
    private func probablyKnown(_ verb: String, _ meant: [Concept]) -> Answer.Reason {
        let names = meant.map { "“\($0.name)” (\($0.identifier))" }
        return Answer.Reason(
            code: "probably-known",
            message: """
                It \(verb) \(names.joined(separator: " or ")), which \(vocabulary.name) has \
                already. If it is a concept of its own, choose among the parents listed as \
                alternatives.
                """
        )
    }

    /// The answer for a term that already exists: its parents are listed and nothing is proposed.
    func sameConcept(
        _ index: Concept.Index,
        _ match: TermMatch,
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
        let spelled =
            switch match.kind {
            case .spelling: ", in another spelling"
            case .replaced: ", which replaces the obsolete concept"
            default: ""
            }
        return AnswerDraft(
            reason: Answer.Reason(
                code: "same-concept",
                message: """
                    \(vocabulary.name) holds it as “\(concept.name)” (\(concept.identifier))\
                    \(spelled); its parents are listed. Ask for an audit to have them judged.
                    """
            ),
            matches: [match],
            proposals: proposals,
            notes: query.mappedTo.isEmpty ? [] : [mappedNote(query)]
        )
    }
}
