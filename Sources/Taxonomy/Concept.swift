/// A node of a taxonomy.
package struct Concept: Hashable, Sendable {
    /// A concept's position in ``Taxonomy/concepts``; meaningless in another taxonomy.
    package typealias Index = Int

    /// The vocabulary's own identifier, such as `MESH:D006333`; unique within a taxonomy.
    package let identifier: String
    /// The preferred term, spelled as in the source.
    package let name: String
    /// Further terms, spelled as in the source; never contains ``name``.
    package let synonyms: [String]
    /// The source's definition or scope note.
    package let definition: String?
    /// The source's tree numbers, such as `C14.280.434`.
    package let treeNumbers: [String]
    /// Identifiers that the source gives besides its own, such as `OMIM:143100`; several concepts
    /// may have the same.
    package let alternativeIdentifiers: [String]

    package init(
        identifier: String,
        name: String,
        synonyms: [String] = [],
        definition: String? = nil,
        treeNumbers: [String] = [],
        alternativeIdentifiers: [String] = []
    ) {
        self.identifier = identifier
        self.name = name
        self.synonyms = synonyms
        self.definition = definition
        self.treeNumbers = treeNumbers
        self.alternativeIdentifiers = alternativeIdentifiers
    }

    /// ``name`` followed by ``synonyms``.
    package var terms: [String] { [name] + synonyms }
}
