package import Taxonomy

/// The content of a vocabulary file: concepts, edges, supplementary records and problems.
package struct VocabularyFile: Sendable {
    /// The kind of file; only files of the same kind can be versions of one vocabulary.
    package enum Kind: String, Hashable, Codable, Sendable {
        /// CTD's `RowSet`.
        case medic
        /// NLM's `DescriptorRecordSet`.
        case mesh
        /// NLM's `SupplementalRecordSet`: records to place in a vocabulary, not a vocabulary
        /// itself.
        case meshSupplementary = "mesh-supplementary"
        /// A table with identifiers, names and parents.
        case table
        /// An ontology: OBO, OBO Graphs or OWL.
        case ontology
        /// A concept scheme of SKOS.
        case skos

        /// The name under which a vocabulary of this kind is loaded unless the operator gives one.
        package var defaultName: String {
            switch self {
            case .medic: "MEDIC"
            case .mesh, .meshSupplementary: "MeSH"
            case .table: "table"
            case .ontology: "ontology"
            case .skos: "thesaurus"
            }
        }
    }

    /// The name of the file, for messages.
    package let fileName: String
    package let kind: Kind
    /// The format of the file: `xml`, `table`, `obo`, `obographs`, `rdf-xml` or `turtle`.
    package var format = "xml"
    /// SHA-256 of the file's bytes on disk, lower-case hexadecimal; it identifies the version.
    package let sha256: String
    /// The graph of concepts; empty for supplementary records.
    ///
    /// For MeSH: the descriptors in the order of the file, then one concept (`MeSH:C`, `MeSH:D`…)
    /// for each category that occurs, so that the top descriptors have a parent.
    package let taxonomy: Taxonomy
    /// Records of a `SupplementalRecordSet`.
    package let supplementary: [SupplementaryRecord]
    /// Concepts left without a parent, other than intended roots, ascending.
    package let orphans: [Concept.Index]
    /// Skipped records and dropped edges.
    package let problems: [RecordProblem]
    /// Oddities that cost no record or edge, such as a tree number whose parent is not in the file.
    package let warnings: [RecordProblem]
    package let counts: VocabularyCounts
    /// Remarks of the reader of a table.
    package var notes: [String] = []

    /// The name that an ontology or thesaurus gives itself, such as `envo`.
    package var declaredName: String?

    /// The name that the file itself gives the vocabulary: what the ontology or thesaurus calls
    /// itself, or else that of the file, because the kind says nothing; `nil` for MEDIC and MeSH.
    package var ownName: String? {
        switch kind {
        case .medic, .mesh, .meshSupplementary: nil
        case .table, .ontology, .skos: declaredName ?? FileNames.stem(fileName)
        }
    }
}

/// A MeSH supplementary concept record.
package struct SupplementaryRecord: Hashable, Sendable {
    /// The identifier as in the file, such as `C536778`.
    package let identifier: String
    package let name: String
    package let synonyms: [String]
    /// The record's note.
    package let definition: String?
    /// Identifiers of the descriptors in `HeadingMappedTo`, without the asterisk of major headings.
    package let mappedTo: [String]
    /// NLM's class: 1 chemical, 2 protocol, 3 disease, 4 organism, 5 population group, 6 anatomy.
    package let recordClass: Int
    /// Line of the record, counted from 1.
    package let line: Int
}

/// A fault in a single record; the rest of the file is used.
package struct RecordProblem: Hashable, Codable, Sendable {
    /// Line of the record, counted from 1.
    package let line: Int
    /// The record's identifier, or its name if it has none.
    package let identifier: String
    /// A stable code, such as `missing-name`, `duplicate-identifier` or `dangling-parent`.
    package let code: String
    /// What was found and what was done about it.
    package let message: String

    package init(line: Int, identifier: String, code: String, message: String) {
        self.line = line
        self.identifier = identifier
        self.code = code
        self.message = message
    }
}

/// Sizes of a vocabulary, for receipts and listings.
package struct VocabularyCounts: Hashable, Codable, Sendable {
    /// All records in the file, valid or not.
    package var records = 0
    /// Concepts that records define, without MeSH's categories.
    package var concepts = 0
    /// Concepts added for MeSH's categories.
    package var categories = 0
    package var edges = 0
    package var severalParents = 0
    package var roots = 0
    package var orphans = 0
    package var supplementary = 0
    package var problems = 0
    package var warnings = 0

    package init() {}
}
