package import Taxonomy

/// What a vocabulary file holds: concepts, edges, supplementary records, and what was wrong.
package struct VocabularyFile: Sendable {
    /// What kind of file it is; two files are versions of one vocabulary only if their kinds agree.
    package enum Kind: String, Hashable, Codable, Sendable {
        /// CTD's `RowSet`.
        case medic
        /// NLM's `DescriptorRecordSet`.
        case mesh
        /// NLM's `SupplementalRecordSet`: records to be placed, no vocabulary of its own.
        case meshSupplementary = "mesh-supplementary"

        /// The name a vocabulary of this kind is loaded under unless the operator names it.
        package var defaultName: String {
            switch self {
            case .medic: "MEDIC"
            case .mesh, .meshSupplementary: "MeSH"
            }
        }
    }

    /// The name of the file, for messages.
    package let fileName: String
    package let kind: Kind
    /// SHA-256 of the file's bytes as they lay on disk, lower-case hexadecimal: the version.
    package let sha256: String
    /// The graph; without concepts for supplementary records.
    ///
    /// MeSH: the descriptors in the order of the file, then a concept `MeSH:C`, `MeSH:D`… for each
    /// category that occurs, so that the tops of the trees have a parent.
    package let taxonomy: Taxonomy
    /// Records of a `SupplementalRecordSet`.
    package let supplementary: [SupplementaryRecord]
    /// Concepts without a parent that are no root of anything, ascending.
    package let orphans: [Concept.Index]
    /// Records skipped and edges dropped.
    package let problems: [RecordProblem]
    /// Oddities that cost nothing, such as a tree number whose parent is not in the file.
    package let warnings: [RecordProblem]
    package let counts: VocabularyCounts
}

/// A MeSH supplementary concept record.
package struct SupplementaryRecord: Hashable, Sendable {
    /// As in the file, such as `C536778`.
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

/// A fault of one record; the rest of the file is used.
package struct RecordProblem: Hashable, Codable, Sendable {
    /// Line of the record, counted from 1.
    package let line: Int
    /// The record's identifier, or what stands in its place.
    package let identifier: String
    /// Stable, such as `missing-name`, `duplicate-identifier`, `dangling-parent`.
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
    /// Records read, good or bad.
    package var records = 0
    /// Concepts that records define; MeSH's categories are not counted.
    package var concepts = 0
    /// Concepts made for MeSH's categories.
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
