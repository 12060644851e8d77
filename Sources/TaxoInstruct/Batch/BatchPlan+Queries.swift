package import Contract
package import Taxonomy

extension BatchPlan {
    /// Gives each query for a new term what the other queries of its file are about, and its
    /// provisional identifier.
    ///
    /// Terms that the vocabulary knows are nobody's new parent: they are found in the vocabulary.
    ///
    /// - Parameters:
    ///   - queries: The queries of a file; only those with the task `place` change.
    ///   - fileSHA256: SHA-256 of the file's bytes.
    ///   - names: What names mean in the vocabulary.
    ///   - isHidden: Whether a concept may not be seen.
    /// - Returns: The queries in the same order.
    package static func joined(
        _ queries: [Query],
        fileSHA256: String,
        beside names: NameIndex,
        excluding isHidden: @escaping @Sendable (Concept.Index) -> Bool = { _ in false }
    ) -> [Query] {
        var queries = queries
        var identifiers = ProvisionalIdentifiers(fileSHA256: fileSHA256)
        let placed = queries.indices.filter { queries[$0].task == .place }
        for place in placed {
            guard let term = queries[place].term else { continue }
            queries[place].provisionalIdentifier = identifiers.next(for: term)
        }
        let isKnown = parallelMap(placed.count) { [queries] position in
            let query = queries[placed[position]]
            guard let term = query.term else { return true }
            return names.match(term, identifier: query.identifier, excluding: isHidden)
                .match.isKnown
        }
        let new = zip(placed, isKnown).filter { !$0.1 }.map(\.0)
        let terms = new.map { queries[$0].asBatchTerm }
        let plan = BatchPlan(terms, beside: names, excluding: isHidden)
        for (position, place) in new.enumerated() {
            queries[place].batch = plan.parents[position].map { terms[$0] }
            queries[place].duplicates = plan.duplicates[position].map { terms[$0] }
        }
        return queries
    }
}

extension Query {
    /// The term of the query, as the others of its file carry it: what is compared of it.
    fileprivate var asBatchTerm: BatchTerm {
        BatchTerm(
            key: key,
            identifier: identifier.flatMap { $0.isEmpty ? nil : $0 } ?? provisionalIdentifier
                ?? key,
            name: term ?? "",
            synonyms: Array(synonyms.prefix(TermWords.comparedTerms - 1)),
            definition: definition.map { String($0.prefix(TermWords.readCharacters)) }
        )
    }
}
