import Contract
import Taxonomy

extension Expander {
    /// Judges the possible parents of a term, whatever is decided about it afterwards.
    func judge(
        _ term: String,
        _ own: Concept.Index?,
        _ query: Query,
        _ view: VocabularyView,
        _ scope: BranchScope?,
        always: [Concept.Index] = [],
        asksAlways: Bool = false
    ) throws -> PlacedTerm {
        let placement = placement(view, asksAlways: asksAlways)
        let search = placement.retriever.search(
            for: try placement.retriever.probe(term, synonyms: query.synonyms),
            // When only its edges are hidden, the term's own record is still in the view.
            excluding: own.map { view.descendants(of: $0).union([$0]) } ?? []
        )
        let ranked = try placement.judge(search, always: always, within: scope).candidates
        let features = PeerFeatures(
            words: vocabulary.words,
            taxonomy: vocabulary.taxonomy,
            isHidden: view.isHidden
        )
        let words = TermWords(name: term, synonyms: query.synonyms, definition: query.definition)
        let peers = PeerCandidate.candidates(
            for: words,
            among: query.batch,
            beside: ranked.first?.probability,
            features,
            .standard
        )
        return PlacedTerm(
            search: search,
            placement: placement,
            choices: ParentChoices(ranked.filter { scope?.contains($0.index) ?? true }, peers),
            outside: ranked.filter { !(scope?.contains($0.index) ?? true) },
            features: features,
            maximum: query.maximumParents ?? settings.maximumParents
        )
    }

    /// The branches in which the parents of a query's term may be; `nil` for the whole vocabulary.
    ///
    /// - Throws: `SubmissionError` for a branch that is none of the vocabulary.
    func scope(_ query: Query, _ view: VocabularyView) throws(SubmissionError) -> BranchScope? {
        guard !query.below.isEmpty || !query.notBelow.isEmpty else { return nil }
        return BranchScope(
            view,
            below: try query.below.map(branch),
            notBelow: try query.notBelow.map(branch)
        )
    }

    /// The concept at the top of a branch, by any identifier or name.
    private func branch(_ given: String) throws(SubmissionError) -> Concept.Index {
        let found = resolve(given)
        // A misspelled branch would change every answer of a file.
        if let index = found.index, found.match.kind != .nearest { return index }
        let candidates = found.match.candidates ?? []
        let named =
            found.index.map { [concepts[$0]] }?.map { ($0.name, $0.identifier) }
            ?? candidates.map { ($0.name, $0.identifier) }
        let perhaps = named.map { "“\($0.0)” (\($0.1))" }.joined(separator: " or ")
        throw SubmissionError(
            .unknownBranch,
            """
            The branch “\(given)” is no concept of \(vocabulary.name)\
            \(perhaps.isEmpty ? "." : "; perhaps \(perhaps) is meant.")
            """
        )
    }

    /// Notes on new terms of the same file that are probably the same.
    func notesOnBatch(_ query: Query) -> [String] {
        query.duplicates.map {
            """
            probably the same as “\($0.name)” (\($0.identifier)) of the same file; both are placed, \
            accept one
            """
        }
    }
}
