extension Taxonomy {
    /// A taxonomy that consists of some of the concepts of another.
    package struct Part: Sendable {
        package let taxonomy: Taxonomy
        /// For each concept of ``taxonomy``, its index in the full taxonomy, ascending.
        package let kept: [Concept.Index]
    }

    /// A concept with all its descendants; edges to parents outside this part are omitted.
    ///
    /// - Throws: ``TaxonomyError``, which cannot happen for a part of a DAG.
    package func part(under top: Concept.Index) throws(TaxonomyError) -> Part {
        let below = descendants(of: top).union([top])
        return try part(concepts.indices.filter(below.contains)) { index in
            parents[index].filter(below.contains)
        }
    }

    /// The taxonomy without the given concepts, whose children move to the nearest remaining
    /// ancestors.
    ///
    /// - Throws: ``TaxonomyError``, which cannot happen for a part of a DAG.
    package func removing(_ removed: Set<Concept.Index>) throws(TaxonomyError) -> Part {
        func staying(_ index: Concept.Index) -> [Concept.Index] {
            parents[index].flatMap { removed.contains($0) ? staying($0) : [$0] }
        }
        return try part(concepts.indices.filter { !removed.contains($0) }, staying)
    }

    private func part(
        _ kept: [Concept.Index],
        _ parents: (Concept.Index) -> [Concept.Index]
    ) throws(TaxonomyError) -> Part {
        let place = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        let taxonomy = try Taxonomy(
            concepts: kept.map { concepts[$0] },
            parents: kept.map { parents($0).compactMap { place[$0] } },
            obsolete: obsolete
        )
        return Part(taxonomy: taxonomy, kept: kept)
    }
}
