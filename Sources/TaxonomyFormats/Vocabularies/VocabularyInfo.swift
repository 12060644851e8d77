/// The description of a loaded version of a vocabulary, without its concepts.
package struct VocabularyInfo: Hashable, Codable, Sendable {
    /// Version of the folder's layout; raised when an older reader would misread it.
    package static let formatVersion = 3
    /// Versions that can be read.
    ///
    /// In version 1, concepts have no alternative identifiers; in versions 1 and 2 no loose synonyms
    /// and no cross references, and the vocabulary no obsolete concepts.
    static let readableVersions = 1...formatVersion

    package var formatVersion: Int
    /// The name under which it is loaded, such as `MEDIC`.
    package var name: String
    package var kind: VocabularyFile.Kind
    /// SHA-256 of the loaded file's bytes, lower-case hexadecimal.
    package var version: String
    /// The name of the file it came from.
    package var sourceFile: String
    /// Time of loading, ISO 8601 in UTC with milliseconds; orders the versions.
    package var loadedAt: String
    package var counts: VocabularyCounts

    package init(
        name: String,
        kind: VocabularyFile.Kind,
        version: String,
        sourceFile: String,
        loadedAt: String,
        counts: VocabularyCounts
    ) {
        formatVersion = Self.formatVersion
        self.name = name
        self.kind = kind
        self.version = version
        self.sourceFile = sourceFile
        self.loadedAt = loadedAt
        self.counts = counts
    }
}
