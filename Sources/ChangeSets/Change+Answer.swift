package import Contract

extension Change {
    /// What an answer asks to change; `nil` for another task, an error, and a term that was not
    /// accepted.
    ///
    /// - Parameters:
    ///   - answer: The answer.
    ///   - index: All answers of the same job, noted before.
    ///   - stamp: Where the proposals come from.
    package init?(_ answer: Answer, index: NewTermIndex, stamp: Stamp) {
        guard answer.task == .place, let entry = index[answer.key] else { return nil }
        term = entry.isNew ? NewTerm(answer, entry, index: index, stamp: stamp) : nil
        mappings = index.hasMappings ? Self.mappings(answer, entry, index: index, stamp: stamp) : []
        if term == nil, mappings.isEmpty { return nil }
    }

    private static func mappings(
        _ answer: Answer,
        _ entry: NewTermIndex.Entry,
        index: NewTermIndex,
        stamp: Stamp
    ) -> [Mapping] {
        func mapping(
            _ predicate: String,
            _ object: Concept?,
            _ basis: Mapping.Basis,
            _ confidence: Double?,
            _ comment: String
        ) -> Mapping {
            Mapping(
                key: answer.key,
                subject: entry.identifier,
                name: answer.query,
                predicate: predicate,
                object: object,
                basis: basis,
                confidence: confidence,
                comment: comment,
                stamp: stamp
            )
        }
        var mappings: [Mapping] = []
        if answer.status == .none, let reason = answer.reason {
            let comment = "\(reason.code): \(reason.message)"
            let found = found(answer.matches.first)
            if found.isEmpty {
                let object: Concept? = nil
                mappings.append(mapping("skos:exactMatch", object, .composite, nil, comment))
            }
            let isSame = reason.code == "same-concept"
            for (concept, basis, confidence) in found {
                let predicate = isSame ? "skos:exactMatch" : "skos:closeMatch"
                mappings.append(mapping(predicate, concept, basis, confidence, comment))
            }
        }
        for other in answer.duplicates ?? [] {
            let concept = Concept(other.identifier, other.name, index[other.key])
            let comment = "duplicate in the same file: \(other.key)"
            mappings.append(mapping("skos:closeMatch", concept, .similar, nil, comment))
        }
        // A file may give a known concept with its own identifier: nothing is to be said then.
        return mappings.filter { $0.object == nil || $0.object?.identifier != $0.subject }
    }

    /// The concepts that a term was taken for, or may mean.
    private static func found(
        _ match: TermMatch?
    ) -> [(concept: Concept, basis: Mapping.Basis, confidence: Double?)] {
        guard let match else { return [] }
        if let identifier = match.identifier, match.isKnown {
            let basis: Mapping.Basis =
                switch match.kind {
                case .identifier, .name, .synonym, .replaced: .lexical
                case .spelling, .nearest, .obsolete, .ambiguous, .unknown: .similar
                }
            let concept = Concept(identifier, match.name ?? "", nil)
            return [(concept, basis, match.confidence)]
        }
        guard match.kind == .ambiguous || match.kind == .obsolete else { return [] }
        return (match.candidates ?? []).map {
            (Concept($0.identifier, $0.name, nil), .similar, nil)
        }
    }
}

extension Change.Concept {
    /// A concept as an answer names it, or the new term of the same file that the answer means.
    init(_ written: String, _ name: String, _ entry: NewTermIndex.Entry?) {
        identifier = entry?.identifier ?? ChangeIdentifier(written)
        self.written = entry?.identifier.text ?? written
        self.name = name
    }
}

extension Change.NewTerm {
    init(_ answer: Answer, _ entry: NewTermIndex.Entry, index: NewTermIndex, stamp: Stamp) {
        key = answer.key
        identifier = entry.identifier
        taken = entry.taken
        name = answer.query
        isKnown = index.areKnown
        var seen: Set<String> = [answer.query]
        synonyms = (answer.synonyms ?? []).filter { !$0.isEmpty && seen.insert($0).inserted }
        definition = answer.definition
        var known: Set<String> = []
        references = (answer.references ?? []).filter { !$0.isEmpty && known.insert($0).inserted }
        let proposed = answer.proposals.filter { $0.relation == .parent }
        let chosen = index.acceptance(of: answer.key)?.parents ?? []
        parents =
            chosen.isEmpty
            ? proposed.filter { $0.standing == .proposed }.map { Change.Parent($0, index) }
            : chosen.map { Change.Parent(chosen: $0, proposed, index) }
        let byName = Dictionary(grouping: parents.map(\.concept), by: \.name)
        moves = answer.proposals.filter { $0.relation == .child && $0.standing == .proposed }.map {
            Change.Move(
                child: Change.Concept($0.identifier, $0.name, $0.query.flatMap { index[$0] }),
                from: $0.evidence.nearest.flatMap { byName[$0] ?? [] },
                probability: $0.score
            )
        }
        self.stamp = stamp
    }
}

extension Change.Parent {
    /// A parent that a curator chose, by its identifier, which is the final one of a new term.
    fileprivate init(chosen written: String, _ proposed: [Proposal], _ index: NewTermIndex) {
        let parents = proposed.map { Change.Parent($0, index) }
        if let found = parents.first(where: { $0.concept.identifier?.text == written }) {
            let isNew = found.entry?.isNew == true
            self.init(
                concept: found.concept,
                probability: found.probability,
                entry: isNew ? found.entry : nil
            )
        } else {
            self.init(concept: Change.Concept(written, "", nil), probability: nil, entry: nil)
        }
    }

    fileprivate init(_ proposal: Proposal, _ index: NewTermIndex) {
        let entry = proposal.query.flatMap { index[$0] }
        concept = Change.Concept(proposal.identifier, proposal.name, entry)
        probability = proposal.score
        self.entry = entry
    }
}
