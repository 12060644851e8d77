import Jobs
import Taxonomy

extension Expander {
    /// Taxonomy expansion; see ``Placement``.
    func place(_ query: Query, _ view: VisibleTaxonomy) throws -> Answer {
        guard let term = query.term ?? query.identifier.flatMap(name(ofIdentifier:)) else {
            throw SubmissionError(.missingTerm, "The query has no term to place.")
        }
        let own = query.identifier.flatMap(vocabulary.taxonomy.index(ofIdentifier:))
        if let known = knownConcept(term, query, view) { return sameConcept(known, query, view) }

        let placement = placement(view)
        let probe = try placement.retriever.probe(term, synonyms: query.synonyms)
        // The term's own record is there when only its edges are hidden.
        let excluded = own.map { view.descendants(of: $0).union([$0]) } ?? []
        let judgement = try placement.judge(probe, excluding: excluded)
        let ranked = judgement.candidates
        let accepted = placement.accepted(ranked)
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
                score: Ranking.rounded(candidate.fused),
                evidence: placement.evidence(for: candidate, probe)
            )
        }
        return Answer(
            key: query.key,
            task: query.task,
            query: query.title,
            status: accepted.isEmpty ? .none : .proposed,
            reason: accepted.isEmpty ? belowThreshold(ranked.first) : nil,
            proposals: proposals,
            notes: notes(
                query,
                nearest: placement.retriever.nearest(probe, 3, excluding: excluded),
                view
            )
        )
    }

    private func name(ofIdentifier identifier: String) -> String? {
        vocabulary.taxonomy.index(ofIdentifier: identifier).map { concepts[$0].name }
    }

    /// The visible concept that bears the term or the identifier and has a place already.
    private func knownConcept(
        _ term: String,
        _ query: Query,
        _ view: VisibleTaxonomy
    ) -> Concept.Index? {
        let taxonomy = vocabulary.taxonomy
        let byIdentifier = query.identifier.flatMap(taxonomy.index(ofIdentifier:))
        // A record whose own place is unknown or hidden is what is to be placed.
        let candidates = [byIdentifier].compactMap(\.self) + taxonomy.indices(ofTerm: term)
        return candidates.first {
            !view.isHidden($0) && !(view.parents(of: $0).isEmpty && view.children(of: $0).isEmpty)
        }
    }

    /// The term is there already: its parents are listed, nothing is proposed.
    private func sameConcept(
        _ index: Concept.Index,
        _ query: Query,
        _ view: VisibleTaxonomy
    ) -> Answer {
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
        return Answer(
            key: query.key,
            task: query.task,
            query: query.title,
            status: .none,
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

    private func notes(
        _ query: Query,
        nearest: [Concept.Index],
        _ view: VisibleTaxonomy
    ) -> [String] {
        var notes = nearest.map { index in
            let parents = view.parents(of: index).map { concepts[$0].name }
            let place = parents.joined(separator: " and ")
            return "nearest known: \(concepts[index].name), under \(place)"
        }
        if !query.mappedTo.isEmpty { notes.append(mappedNote(query)) }
        return notes
    }

    /// Where the source maps the term: shown, not scored.
    private func mappedNote(_ query: Query) -> String {
        let targets = query.mappedTo.map { target in
            // NLM marks a major heading by an asterisk before the identifier.
            let plain = target.hasPrefix("*") ? String(target.dropFirst()) : target
            return name(ofIdentifier: plain).map { "\($0) (\(target))" } ?? target
        }
        return "the source maps it to \(targets.joined(separator: ", "))"
    }
}
