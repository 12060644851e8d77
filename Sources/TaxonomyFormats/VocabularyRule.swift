package import Jobs

/// Decides which vocabulary answers.
package enum VocabularyRule {
    /// The vocabulary named; else the configured default; else the newest loaded.
    ///
    /// A vocabulary is named by its name (of which the newest version is taken), its source file's
    /// name, or at least eight digits of its version; case does not matter.
    ///
    /// - Parameters:
    ///   - named: As the file names it.
    ///   - configured: The configuration's default.
    ///   - loaded: All versions, newest first, as ``TaxonomyStore/loaded()`` gives them.
    /// - Throws: `noVocabulary`, which is temporary, when nothing is loaded or the configured default
    ///   is not; `unknownTaxonomy` when the one named is none of those loaded.
    package static func choose(
        named: String?,
        configured: String?,
        loaded: [VocabularyInfo]
    ) throws(SubmissionError) -> VocabularyInfo {
        throw SubmissionError(.noVocabulary, "none")
    }
}
