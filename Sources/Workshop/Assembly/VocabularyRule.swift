package import Contract
package import TaxonomyFormats

/// Decides which vocabulary answers.
package enum VocabularyRule {
    /// Number of digits of a version that are enough to name it.
    private static let shortestVersion = 8

    /// The vocabulary named; else the configured default; else the newest loaded.
    ///
    /// A vocabulary is named by its name (of which the newest version is taken), its source file's
    /// name, or at least eight digits of its version; case does not matter.
    ///
    /// - Parameters:
    ///   - named: As the file names it.
    ///   - configured: The configuration's default.
    ///   - loaded: All versions, newest first, as ``TaxonomyStore/loaded()`` gives them.
    ///   - file: The file that names it, for the message.
    /// - Returns: The version that answers.
    /// - Throws: `noVocabulary`, which is temporary, if nothing is loaded or the configured
    ///   default is not; `unknownTaxonomy` if the one named is not loaded.
    package static func choose(
        named: String?,
        configured: String?,
        loaded: [VocabularyInfo],
        file: String? = nil
    ) throws(SubmissionError) -> VocabularyInfo {
        guard let newest = loaded.first else {
            throw SubmissionError(.noVocabulary, "waiting for a vocabulary: none is loaded")
        }
        if let named {
            guard let found = find(named, in: loaded) else {
                throw SubmissionError(
                    .unknownTaxonomy,
                    at: file.map { .init(file: $0) },
                    "found the vocabulary “\(Text.cut(named))”, loaded are \(list(loaded))"
                )
            }
            return found
        }
        guard let configured else { return newest }
        guard let found = find(configured, in: loaded) else {
            throw SubmissionError(
                .noVocabulary,
                """
                waiting for the vocabulary “\(Text.cut(configured))” of the configuration; loaded \
                are \(list(loaded))
                """,
                remedy: "Load that vocabulary, or name another in the file or the configuration."
            )
        }
        return found
    }

    /// The words by which a file may name this version.
    package static func aliases(of info: VocabularyInfo) -> [String] {
        [info.name, info.sourceFile, FileNames.stem(info.sourceFile), info.version]
    }

    private static func find(_ word: String, in loaded: [VocabularyInfo]) -> VocabularyInfo? {
        let word = word.lowercased()
        return loaded.first { $0.name.lowercased() == word }
            ?? loaded.first { info in aliases(of: info).contains { $0.lowercased() == word } }
            ?? loaded.first { word.count >= shortestVersion && $0.version.hasPrefix(word) }
    }

    private static func list(_ loaded: [VocabularyInfo]) -> String {
        var seen: Set<String> = []
        return loaded.map(\.name).filter { seen.insert($0).inserted }.joined(separator: ", ")
    }
}
