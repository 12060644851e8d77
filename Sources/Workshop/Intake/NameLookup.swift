package import Contract
package import Taxonomy
package import TaxonomyFormats

/// Looks up the names of a list in a vocabulary, without any model.
package struct NameLookup {
    package let taxonomy: Taxonomy

    package init(_ taxonomy: Taxonomy) {
        self.taxonomy = taxonomy
    }

    /// What a name of a list is in the vocabulary.
    package func match(_ item: ListFile.Item) -> TermMatch {
        match(item.name, identifier: item.identifier)
    }

    /// What a name is in the vocabulary.
    ///
    /// - Parameters:
    ///   - name: As the list writes it.
    ///   - identifier: The identifier that the list writes beside the name.
    /// - Returns: The concept that is taken, or none.
    package func match(_ name: String, identifier: String?) -> TermMatch {
        let (index, kind) = found(name, identifier)
        let concept = index.map { taxonomy.concepts[$0] }
        return TermMatch(
            given: name,
            givenIdentifier: identifier,
            kind: kind,
            identifier: concept?.identifier,
            name: concept?.name,
            confidence: concept == nil ? 0 : 1
        )
    }

    private func found(
        _ name: String,
        _ identifier: String?
    ) -> (Concept.Index?, TermMatch.Kind) {
        for word in [identifier, name].compactMap(\.self) {
            if let index = MeSHIdentifier.index(of: word, in: taxonomy) {
                return (index, .identifier)
            }
        }
        if let index = taxonomy.indices(ofTerm: name).first { return (index, .name) }
        return (nil, .unknown)
    }
}
