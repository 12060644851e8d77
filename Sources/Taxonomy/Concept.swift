/// A node of a taxonomy.
package struct Concept: Hashable, Sendable {
    /// A concept's position in ``Taxonomy/concepts``; meaningless in another taxonomy.
    package typealias Index = Int

    /// The vocabulary's own identifier, such as `MESH:D006333`; unique within a taxonomy.
    package let identifier: String
    /// The preferred term, spelled as in the source.
    package let name: String
    /// Further terms that mean exactly the concept, or whose scope the source does not tell; spelled
    /// as in the source; never contains ``name``.
    package let synonyms: [String]
    /// The source's definition or scope note.
    package let definition: String?
    /// The source's tree numbers, such as `C14.280.434`.
    package let treeNumbers: [String]
    /// Identifiers that the source gives besides its own, such as `OMIM:143100`; several concepts
    /// may have the same.
    package let alternativeIdentifiers: [String]
    /// Terms that the source calls narrower, broader or merely related; none is in ``terms``.
    package let looseSynonyms: [LooseSynonym]
    /// Identifiers of the same or a similar concept in other collections, such as `MESH:D003924`;
    /// several concepts may have the same.
    package let crossReferences: [String]

    /// A synonym that does not mean exactly the concept.
    package struct LooseSynonym: Hashable, Sendable {
        package enum Scope: String, Hashable, Codable, Sendable, CaseIterable {
            case narrow
            case broad
            case related
        }

        package let scope: Scope
        package let text: String

        package init(_ scope: Scope, _ text: String) {
            self.scope = scope
            self.text = text
        }
    }

    package init(
        identifier: String,
        name: String,
        synonyms: [String] = [],
        definition: String? = nil,
        treeNumbers: [String] = [],
        alternativeIdentifiers: [String] = [],
        looseSynonyms: [LooseSynonym] = [],
        crossReferences: [String] = []
    ) {
        self.identifier = identifier
        self.name = name
        self.synonyms = synonyms
        self.definition = definition
        self.treeNumbers = treeNumbers
        self.alternativeIdentifiers = alternativeIdentifiers
        self.looseSynonyms = looseSynonyms
        self.crossReferences = crossReferences
    }

    /// ``name`` followed by ``synonyms``.
    package var terms: [String] { [name] + synonyms }
}

/// A concept that the source calls obsolete: no candidate for anything, but its identifier and name
/// still stand in people's files.
package struct ObsoleteConcept: Hashable, Sendable {
    package let identifier: String
    package let name: String
    /// The identifiers of the concepts that replace it, usually one.
    package let replacedBy: [String]
    /// The identifiers of the concepts that the source says to consider instead.
    package let consider: [String]

    package init(
        identifier: String,
        name: String,
        replacedBy: [String] = [],
        consider: [String] = []
    ) {
        self.identifier = identifier
        self.name = name
        self.replacedBy = replacedBy
        self.consider = consider
    }
}
