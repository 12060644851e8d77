package import FoundationEssentials
import Glibc
package import Jobs
package import Taxonomy

/// The loaded vocabularies on disk: one immutable folder a version.
///
///     ROOT/<sha256>/vocabulary.json   name, kind, counts, when (VocabularyInfo)
///     ROOT/<sha256>/concepts.tsv      names, synonyms, parents
///     ROOT/<sha256>/embeddings.f32    vectors of the names, written later (EmbeddingFile)
///     ROOT/<sha256>/fit.json          what was fitted on it, written later
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
    package func loaded() throws(SubmissionError) -> [VocabularyInfo] {
        var infos: [VocabularyInfo] = []
        for name in try DurableFile.names(in: root) where !name.hasPrefix(".") {
            if let info = info(of: name) { infos.append(info) }
        }
        // Versions loaded in the same millisecond are ordered by hash, so that the order is one.
        return infos.sorted { ($0.loadedAt, $0.version) > ($1.loadedAt, $1.version) }
    }

    /// The folder of a version.
    package func folder(of version: String) -> String { "\(root)/\(version)" }

    /// Reads a version.
    ///
    /// - Parameter version: Its hash in full.
    /// - Returns: What is known of the version, and its graph.
    /// - Throws: `unknownTaxonomy` when there is none such, `storageUnavailable` when it is damaged.
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
        let taxonomy = try ConceptTable.taxonomy(from: try DurableFile.read(path), path: path)
        return (info, taxonomy)
    }

    /// Stores a vocabulary, or makes the stored version of the same bytes the newest.
    ///
    /// - Parameters:
    ///   - file: The vocabulary; not supplementary records.
    ///   - name: The name to load it under.
    ///   - time: Now.
    /// - Returns: What ``loaded()`` says of it from now on.
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
        if self.info(of: info.version) != nil {
            try replaceInfo(info, in: folder)
            return info
        }
        let staging = "\(root)/.staging-\(info.version)"
        try remove(staging)
        try remove(folder)
        try DurableFile.makeFolder(staging)
        try DurableFile.write(
            ConceptTable.bytes(of: file.taxonomy),
            to: "\(staging)/concepts.tsv"
        )
        try DurableFile.write(
            try json(Report(problems: file.problems, warnings: file.warnings)),
            to: "\(staging)/report.json"
        )
        try DurableFile.write(try json(info), to: "\(staging)/vocabulary.json")
        try DurableFile.syncFolder(staging)
        guard rename(staging, folder) == 0 else {
            throw DurableFile.fault("cannot rename", staging)
        }
        try DurableFile.syncFolder(root)
        return info
    }

    /// Makes a stored version the newest of its name.
    ///
    /// - Returns: What ``loaded()`` says of it from now on.
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

    /// The vectors of a version, mapped; `nil` if there are none of this encoder and size.
    package func embeddings(
        of version: String,
        encoderSHA256: String,
        rows: Int
    ) -> EmbeddingFile? {
        guard let file = EmbeddingFile.open("\(folder(of: version))/embeddings.f32"),
            file.rows == rows, file.encoderSHA256 == encoderSHA256
        else { return nil }
        return file
    }

    /// Stores the vectors of a version in place of any others.
    ///
    /// - Parameters:
    ///   - vectors: `[rows, dimension]`, row-major.
    ///   - dimension: Floats of a row.
    ///   - encoderSHA256: What made them, 64 hexadecimal digits.
    ///   - version: The version's hash in full.
    /// - Throws: `storageUnavailable`.
    package func saveEmbeddings(
        _ vectors: [Float],
        dimension: Int,
        encoderSHA256: String,
        of version: String
    ) throws(SubmissionError) {
        let folder = folder(of: version)
        try EmbeddingFile.write(
            vectors,
            dimension: dimension,
            encoderSHA256: encoderSHA256,
            to: "\(folder)/embeddings.f32",
            in: folder
        )
    }

    /// What was fitted on a version, as it was stored; `nil` if nothing was.
    package func fit(of version: String) -> Data? {
        (try? DurableFile.read("\(folder(of: version))/fit.json")).map { Data($0) }
    }

    /// Stores what was fitted on a version in place of any other.
    ///
    /// - Throws: `storageUnavailable`.
    package func saveFit(_ fit: Data, of version: String) throws(SubmissionError) {
        try replace("fit.json", with: Array(fit), in: folder(of: version))
    }

    // MARK: Files

    private struct Report: Codable {
        let problems: [RecordProblem]
        let warnings: [RecordProblem]
    }

    /// What a folder says of itself, if it is whole and of a layout known here.
    private func info(of version: String) -> VocabularyInfo? {
        // A name from a file never becomes a path: only a hash does.
        guard version.utf8.count == 64, version.allSatisfy(\.isHexDigit),
            let bytes = try? DurableFile.read("\(folder(of: version))/vocabulary.json"),
            let info = try? JSONDecoder().decode(VocabularyInfo.self, from: Data(bytes)),
            info.formatVersion == VocabularyInfo.formatVersion, info.version == version
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
        var result: Result<Void, SubmissionError> = .success(())
        bytes.withUnsafeBytes { raw in
            do throws(SubmissionError) {
                try DurableFile.replace("\(folder)/\(name)", with: [raw], in: folder)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
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

    /// Removes a folder of files, such as one that a crash left half-written.
    private func remove(_ folder: String) throws(SubmissionError) {
        for name in try DurableFile.names(in: folder) {
            guard unlink("\(folder)/\(name)") == 0 else {
                throw DurableFile.fault("cannot remove", "\(folder)/\(name)")
            }
        }
        guard rmdir(folder) == 0 || errno == ENOENT else {
            throw DurableFile.fault("cannot remove", folder)
        }
    }
}
