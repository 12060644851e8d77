package import Jobs
package import Taxonomy

/// Decides what a vocabulary file is to what is loaded, and what is asked about it.
package enum VocabularyQueries {
    /// What a file is to the vocabularies loaded before.
    package enum Role: Hashable, Sendable {
        /// The first of its kind, or a larger stranger: loaded under this name.
        case vocabulary(name: String)
        /// A version of this one, to be loaded under its name.
        case version(of: VocabularyInfo)
        /// Records to be placed in this one; nothing is loaded.
        case contribution(to: VocabularyInfo)
    }

    /// A loaded version with its concepts.
    package struct Loaded: Sendable {
        package let info: VocabularyInfo
        package let taxonomy: Taxonomy

        package init(info: VocabularyInfo, taxonomy: Taxonomy) {
            self.info = info
            self.taxonomy = taxonomy
        }
    }

    /// The loaded version that ``plan(for:previous:name:audit:acceptsShrunken:)`` compares with.
    ///
    /// - Parameters:
    ///   - kind: The kind of the dropped file.
    ///   - name: The name the file is to be loaded under, if the operator says so.
    ///   - configured: The configuration's default vocabulary.
    ///   - loaded: All versions, newest first.
    /// - Returns: The newest of the same kind (and name); for supplementary records the vocabulary
    ///   that answers them; `nil` if there is none.
    package static func counterpart(
        of kind: VocabularyFile.Kind,
        name: String? = nil,
        configured: String? = nil,
        in loaded: [VocabularyInfo]
    ) -> VocabularyInfo? {
        nil
    }

    /// Decides the file's role and makes its placement queries.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - previous: What ``counterpart(of:name:configured:in:)`` found, opened.
    ///   - name: The name to load it under, if the operator says so.
    ///   - audit: Whether the edges of all concepts are to be judged again, too.
    ///   - acceptsShrunken: Whether a version that loses more than 10 % is taken.
    /// - Throws: `shrunkenVocabulary`; `noVocabulary` for supplementary records without a vocabulary.
    package static func plan(
        for file: VocabularyFile,
        previous: Loaded?,
        name: String? = nil,
        audit: Bool = false,
        acceptsShrunken: Bool = false
    ) throws(SubmissionError) -> (role: Role, plan: QueryPlan) {
        throw SubmissionError(.noVocabulary, "none")
    }

    /// Audit queries for concepts: their edges are judged again.
    package static func audit(
        _ concepts: [Concept.Index],
        in taxonomy: Taxonomy,
        firstNumber: Int = 1
    ) -> [Query] {
        []
    }
}
