package import FoundationEssentials
package import Jobs
package import Taxonomy

/// The loaded vocabularies on disk: one immutable folder a version.
///
///     ROOT/<sha256>/vocabulary.json   name, kind, counts, when (VocabularyInfo)
///     ROOT/<sha256>/concepts.tsv      names, synonyms, parents
///     ROOT/<sha256>/embeddings.f32    vectors of the names, written later (EmbeddingFile)
///     ROOT/<sha256>/report.json       problems and warnings of the load
///
/// A folder is staged under a dotted name, synced and renamed, so that a reader sees all of it or
/// nothing. Which version is current is derived: the newest of its name.
package struct TaxonomyStore: Sendable {
    /// The folder that holds the versions.
    package let root: String

    /// - Parameter root: `state/taxonomies`; made when the first version is saved.
    package init(root: String) {
        self.root = root
    }

    /// All versions, newest first; folders that are not whole are left out.
    ///
    /// - Throws: `storageUnavailable` when the folder cannot be read.
    package func loaded() throws(SubmissionError) -> [VocabularyInfo] { [] }

    /// The folder of a version.
    package func folder(of version: String) -> String { "\(root)/\(version)" }

    /// Reads a version.
    ///
    /// - Parameter version: Its hash in full.
    /// - Throws: `unknownTaxonomy` when there is none such, `storageUnavailable` when it is damaged.
    package func open(
        version: String
    ) throws(SubmissionError) -> (info: VocabularyInfo, taxonomy: Taxonomy) {
        throw SubmissionError(.unknownTaxonomy, "none")
    }

    /// Stores a vocabulary, or makes the stored version of the same bytes the newest.
    ///
    /// - Throws: `storageUnavailable`.
    @discardableResult
    package func save(
        _ file: VocabularyFile,
        name: String,
        at time: Date
    ) throws(SubmissionError) -> VocabularyInfo {
        throw SubmissionError(.storageUnavailable, "none")
    }

    /// The vectors of a version, mapped; `nil` if there are none of this encoder and size.
    package func embeddings(
        of version: String,
        encoderSHA256: String,
        rows: Int
    ) -> EmbeddingFile? {
        nil
    }

    /// Stores the vectors of a version in place of any others.
    ///
    /// - Parameters:
    ///   - vectors: `[rows, dimension]`, row-major.
    ///   - encoderSHA256: What made them, 64 hexadecimal digits.
    /// - Throws: `storageUnavailable`.
    package func saveEmbeddings(
        _ vectors: [Float],
        dimension: Int,
        encoderSHA256: String,
        of version: String
    ) throws(SubmissionError) {
    }
}
