package import Contract
import Files
package import FoundationEssentials
import Glibc
package import Taxonomy

/// The loaded vocabularies on disk: one folder per version, whose concepts never change.
///
///     ROOT/<sha256>/vocabulary.json   name, kind, counts, time of loading (VocabularyInfo)
///     ROOT/<sha256>/concepts.tsv      names, synonyms, parents
///     ROOT/<sha256>/obsolete.tsv      obsolete concepts, and what replaces them
///     ROOT/<sha256>/embeddings.f32    vectors of the names, written later (EmbeddingFile)
///     ROOT/<sha256>/fit.json          what was fitted on it, written later
///     ROOT/<sha256>/report.json       problems and warnings of the load
///
/// A folder is written under a dotted name, synced and renamed, so that a reader sees all of it or
/// nothing. The current version is not recorded: it is the newest of its name.
package struct TaxonomyStore: Sendable {
    /// The folder that holds the versions.
    package let root: String
    private let files = POSIXFileOperations()
    private static let obsoleteName = "obsolete.tsv"

    /// - Parameter root: `state/taxonomies`; created when the first version is saved.
    package init(root: String) {
        self.root = root
    }

    /// All versions that can be used, newest first.
    ///
    /// Left out are incomplete folders, and versions without vectors: their reader ended before all
    /// names were encoded, so that nothing can be asked of them.
    ///
    /// - Throws: `storageUnavailable` if the folder cannot be read.
    package func loaded() throws(SubmissionError) -> [VocabularyInfo] {
        var infos: [VocabularyInfo] = []
        for name in try storing({ () throws(FileError) in try names(in: root) }) {
            guard let info = info(of: name), hasVectors(name) else { continue }
            infos.append(info)
        }
        // Versions loaded in the same millisecond are ordered by hash, so that the order is always
        // the same.
        return infos.sorted { ($0.loadedAt, $0.version) > ($1.loadedAt, $1.version) }
    }

    /// The folder of a version.
    package func folder(of version: String) -> String { "\(root)/\(version)" }

    /// Reads a version.
    ///
    /// - Parameter version: Its full hash.
    /// - Returns: The version's description and its graph.
    /// - Throws: `unknownTaxonomy` if it is not loaded, `storageUnavailable` if its files are
    ///   damaged.
    package func open(
        version: String
    ) throws(SubmissionError) -> (info: VocabularyInfo, taxonomy: Taxonomy) {
        guard let info = info(of: version) else {
            throw SubmissionError(
                .unknownTaxonomy,
                "the version \(version.prefix(8)) of a vocabulary is not loaded"
            )
        }
        let path = "\(folder(of: version))/concepts.tsv"
        let bytes = try storing { () throws(FileError) in try Self.read(path) }
        let obsolete = info.formatVersion < 3 ? [] : try self.obsolete(of: version)
        let taxonomy = try ConceptTable.taxonomy(from: bytes, obsolete: obsolete, path: path)
        return (info, taxonomy)
    }

    private func obsolete(of version: String) throws(SubmissionError) -> [ObsoleteConcept] {
        let path = "\(folder(of: version))/\(Self.obsoleteName)"
        let bytes = try storing { () throws(FileError) in try Self.read(path) }
        return try ConceptTable.obsolete(from: bytes, path: path)
    }

    /// Stores a vocabulary or, if the same bytes are stored already, makes that version the newest.
    ///
    /// - Parameters:
    ///   - file: The vocabulary; not supplementary records.
    ///   - name: The name to load it under.
    ///   - time: The current time.
    /// - Returns: The description that ``loaded()`` now gives of it.
    /// - Throws: `storageUnavailable`.
    @discardableResult
    package func save(
        _ file: VocabularyFile,
        name: String,
        at time: Date
    ) throws(SubmissionError) -> VocabularyInfo {
        precondition(file.kind != .meshSupplementary, "TaxonomyStore: records are no vocabulary")
        let info = VocabularyInfo(
            name: name,
            kind: file.kind,
            version: file.sha256,
            sourceFile: file.fileName,
            loadedAt: Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(time),
            counts: file.counts
        )
        let folder = folder(of: info.version)
        if let stored = self.info(of: info.version) {
            // An older release read less, or the rules for reading ontologies were others.
            if stored.formatVersion < VocabularyInfo.formatVersion || stored.counts != file.counts {
                try renew(file, in: folder)
            }
            try replaceInfo(info, in: folder)
            return info
        }
        let staging = SpoolPath("\(root)/.staging-\(info.version)")
        let report = try json(Report(problems: file.problems, warnings: file.warnings))
        let description = try json(info)
        try storing { () throws(FileError) in
            try files.makeFolders(SpoolPath(root))
            do throws(FileError) {
                // Removes what a crash may have left half-written.
                try files.removeTree(staging)
                try files.removeTree(SpoolPath(folder))
                try files.makeFolder(staging)
                try files.write(
                    ConceptTable.bytes(of: file.taxonomy),
                    to: staging.appending("concepts.tsv")
                )
                try files.write(
                    ConceptTable.bytes(of: file.taxonomy.obsolete),
                    to: staging.appending(Self.obsoleteName)
                )
                try files.write(report, to: staging.appending("report.json"))
                try files.write(description, to: staging.appending("vocabulary.json"))
                try files.move(staging, to: SpoolPath(folder))
            } catch {
                try? files.removeTree(staging)
                throw error
            }
            try files.sync(folder: SpoolPath(root))
        }
        return info
    }

    /// Writes the concepts of a version again whose file was read otherwise before.
    ///
    /// Vectors and fit belong to the names, so they are removed if a name is read differently now.
    private func renew(
        _ file: VocabularyFile,
        in folder: String
    ) throws(SubmissionError) {
        let path = "\(folder)/concepts.tsv"
        let bytes = try storing { () throws(FileError) in try Self.read(path) }
        let stored = try? ConceptTable.taxonomy(from: bytes, path: path)
        let isSame =
            stored?.concepts.map(\.terms) == file.taxonomy.concepts.map(\.terms)
            && stored?.parents == file.taxonomy.parents
        if !isSame {
            try storing { () throws(FileError) in
                for name in [StateFolder.embeddings, "fit.json"] {
                    try files.removeTree(SpoolPath("\(folder)/\(name)"))
                }
            }
        }
        let obsolete = ConceptTable.bytes(of: file.taxonomy.obsolete)
        try replace(Self.obsoleteName, with: obsolete, in: folder)
        try replace("concepts.tsv", with: ConceptTable.bytes(of: file.taxonomy), in: folder)
    }

    /// Makes a stored version the newest of its name.
    ///
    /// - Returns: The description that ``loaded()`` now gives of it.
    /// - Throws: `storageUnavailable`.
    package func makeCurrent(
        _ info: VocabularyInfo,
        at time: Date
    ) throws(SubmissionError) -> VocabularyInfo {
        var info = info
        info.loadedAt = Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(time)
        try replaceInfo(info, in: folder(of: info.version))
        return info
    }

    /// The mapped vectors of a version; `nil` if it has none of this encoder and row count.
    package func embeddings(
        of version: String,
        encoderSHA256: String,
        rows: Int
    ) -> EmbeddingFile? {
        guard let file = EmbeddingFile.open("\(folder(of: version))/\(StateFolder.embeddings)"),
            file.rows == rows, file.encoderSHA256 == encoderSHA256
        else { return nil }
        return file
    }

    /// Stores the vectors of a version, replacing any others.
    ///
    /// - Parameters:
    ///   - vectors: `[rows, dimension]`, row-major.
    ///   - dimension: Floats per row.
    ///   - encoderSHA256: SHA-256 of the encoder that made them, 64 hexadecimal digits.
    ///   - version: The version's full hash.
    /// - Throws: `storageUnavailable`.
    package func saveEmbeddings(
        _ vectors: [Float],
        dimension: Int,
        encoderSHA256: String,
        of version: String
    ) throws(SubmissionError) {
        try EmbeddingFile.write(
            vectors,
            dimension: dimension,
            encoderSHA256: encoderSHA256,
            to: "\(folder(of: version))/\(StateFolder.embeddings)"
        )
    }

    /// The stored fit of a version; `nil` if there is none.
    package func fit(of version: String) -> Data? {
        (try? Self.read("\(folder(of: version))/fit.json")).map { Data($0) }
    }

    /// Stores the fit of a version, replacing any other.
    ///
    /// - Throws: `storageUnavailable`.
    package func saveFit(_ fit: Data, of version: String) throws(SubmissionError) {
        try replace("fit.json", with: Array(fit), in: folder(of: version))
    }

    // MARK: Files

    private func hasVectors(_ version: String) -> Bool {
        let file = SpoolPath("\(folder(of: version))/\(StateFolder.embeddings)")
        return (try? FileFacts(of: file))??.kind == .regular
    }

    private struct Report: Codable {
        let problems: [RecordProblem]
        let warnings: [RecordProblem]
    }

    /// The description in a version's folder; `nil` if it is incomplete or of an unknown layout.
    private func info(of version: String) -> VocabularyInfo? {
        // Only a hash becomes part of a path, never a name that came from a file.
        guard version.utf8.count == 64, version.allSatisfy(\.isHexDigit),
            let bytes = try? Self.read("\(folder(of: version))/vocabulary.json"),
            let info = try? JSONDecoder().decode(VocabularyInfo.self, from: Data(bytes)),
            VocabularyInfo.readableVersions.contains(info.formatVersion), info.version == version
        else { return nil }
        return info
    }

    private func replaceInfo(_ info: VocabularyInfo, in folder: String) throws(SubmissionError) {
        try replace("vocabulary.json", with: try json(info), in: folder)
    }

    private func replace(
        _ name: String,
        with bytes: [UInt8],
        in folder: String
    ) throws(SubmissionError) {
        try storing { () throws(FileError) in
            try files.write(bytes, to: SpoolPath("\(folder)/\(name)"))
        }
    }

    private func json(_ value: some Encodable) throws(SubmissionError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value)) + [0x0A]
        } catch {
            throw SubmissionError(.storageUnavailable, "cannot encode: \(error)")
        }
    }

    /// The names of the versions' folders; none if the root does not exist yet.
    private func names(in root: String) throws(FileError) -> [String] {
        guard try FileFacts(of: SpoolPath(root)) != nil else { return [] }
        return try Folder.names(in: SpoolPath(root))
            .map { String(decoding: $0, as: UTF8.self) }
            .filter { !$0.hasPrefix(".") }
    }

    private static func read(_ path: String) throws(FileError) -> [UInt8] {
        guard let bytes = try Folder.contents(of: SpoolPath(path)) else {
            throw FileError("read", SpoolPath(path), errno: ENOENT)
        }
        return bytes
    }
}

/// Runs a file operation of the store and reports its failure as `storageUnavailable`.
func storing<Value>(
    _ body: () throws(FileError) -> Value
) throws(SubmissionError) -> Value {
    do {
        return try body()
    } catch {
        throw SubmissionError(.storageUnavailable, "\(error)")
    }
}
