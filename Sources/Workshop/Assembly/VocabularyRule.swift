package import Contract
package import TaxonomyFormats

/// Decides which vocabulary answers.
package enum VocabularyRule {
    /// Number of digits of a version that are enough to name it.
    private static let shortestVersion = 8

    /// The vocabulary that answers, or those of which it may be one.
    package enum Choice: Hashable, Sendable {
        case one(VocabularyInfo)
        /// Nothing says which: the newest version of each vocabulary, newest first.
        case several([VocabularyInfo])
    }

    /// The vocabulary named; else the configured default; else the only one; else it is open.
    ///
    /// A vocabulary is named by its name (of which the newest version is taken), its source file's
    /// name, or at least eight digits of its version; case does not matter.
    ///
    /// - Parameters:
    ///   - named: As the file names it.
    ///   - configured: The configuration's default.
    ///   - loaded: All versions, newest first, as ``TaxonomyStore/loaded()`` gives them.
    ///   - file: The file that names it, for the message.
    /// - Returns: The version that answers, or those between which nothing decides.
    /// - Throws: `noVocabulary`, which is temporary, if nothing is loaded or the configured
    ///   default is not; `unknownTaxonomy` if the one named is not loaded.
    package static func choice(
        named: String?,
        configured: String?,
        loaded: [VocabularyInfo],
        file: String? = nil
    ) throws(SubmissionError) -> Choice {
        guard !loaded.isEmpty else {
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
            return .one(found)
        }
        guard let configured else {
            let newest = newestVersions(of: loaded)
            return newest.count == 1 ? .one(newest[0]) : .several(newest)
        }
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
        return .one(found)
    }

    /// The same choice where nothing else can decide, as for a command.
    ///
    /// - Throws: As ``choice(named:configured:loaded:file:)``, and `severalVocabularies` where it
    ///   is open.
    package static func choose(
        named: String?,
        configured: String?,
        loaded: [VocabularyInfo],
        file: String? = nil
    ) throws(SubmissionError) -> VocabularyInfo {
        switch try choice(named: named, configured: configured, loaded: loaded, file: file) {
        case .one(let info):
            return info
        case .several(let open):
            throw SubmissionError(
                .severalVocabularies,
                at: file.map { .init(file: $0) },
                "\(list(open)) are loaded, and nothing says which of them is meant",
                remedy: "Name one with --vocabulary, or set “vocabulary” in the configuration."
            )
        }
    }

    /// The newest version of each vocabulary, newest first.
    private static func newestVersions(of loaded: [VocabularyInfo]) -> [VocabularyInfo] {
        var seen: Set<String> = []
        return loaded.filter { seen.insert($0.name.lowercased()).inserted }
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

    /// The names of the vocabularies, each once.
    private static func list(_ loaded: [VocabularyInfo]) -> String {
        var seen: Set<String> = []
        return loaded.map(\.name).filter { seen.insert($0).inserted }.joined(separator: ", ")
    }
}
