import Contract
import Crypto
import Files
import Foundation
import Settings
import TaxonomyFormats

/// Reads a dropped file and decides what it becomes; changes nothing.
struct FileIntake {
    /// A vocabulary file beside the loaded one that it is compared with.
    struct Compared {
        let role: VocabularyQueries.Role
        let plan: QueryPlan
    }

    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Parses the file and verifies its bytes before anything depends on them.
    ///
    /// A file that is still being written, or that was cut off in transit, often cannot be parsed
    /// either. That cause is then reported instead of the parser's error.
    func submission(
        _ request: Loader.Request,
        progress: (Double) -> Void = { _ in }
    ) throws -> Submission {
        var limits = ReadLimits.standard
        limits.fileBytes = configuration.spool.maximumFileBytes
        let path = SpoolPath(request.path)
        let before = try FileFacts(of: path)
        let submission = Result {
            try Submission.read(
                request.path,
                name: request.fileName,
                limits: limits,
                asVocabulary: request.asVocabulary ? true : request.task == nil ? nil : false,
                rules: configuration.readingRules(for: request.name ?? request.vocabulary),
                progress: progress
            )
        }
        let place = SubmissionError.Location(file: request.fileName)
        if try FileFacts(of: path) != before {
            throw SubmissionError(
                .changedWhileRead,
                at: place,
                "the file was written to while it was read"
            )
        }
        if let expected = request.expectedSHA256 {
            let bytes = try Data(contentsOf: URL(filePath: request.path), options: .alwaysMapped)
            let found = Digest.hexadecimal(SHA256.hash(data: bytes))
            guard found == expected else {
                throw SubmissionError(
                    .checksumMismatch,
                    at: place,
                    "the file has the SHA-256 \(found), its .sha256 file says \(expected)"
                )
            }
        }
        return try submission.get()
    }

    /// What a vocabulary file is to the vocabulary of its kind that is loaded.
    ///
    /// - Throws: `SubmissionError`.
    func compare(_ file: VocabularyFile, _ request: Loader.Request) throws -> Compared {
        let store = configuration.store
        // Supplementary records are asked of a vocabulary, as a list is, and a table in the folder
        // of a vocabulary is a version of it; MeSH and MEDIC say themselves what they are.
        let isNamedByFolder = file.kind == .meshSupplementary || file.ownName != nil
        let name =
            request.name ?? (isNamedByFolder ? request.vocabulary : nil) ?? file.ownName
        let counterpart = try VocabularyQueries.counterpart(
            of: file.kind,
            name: name,
            configured: configuration.vocabulary,
            in: try store.loaded()
        )
        let previous = try counterpart.map { info in
            let opened = try store.open(version: info.version)
            return VocabularyQueries.Loaded(info: opened.info, taxonomy: opened.taxonomy)
        }
        let (role, plan) = try VocabularyQueries.plan(
            for: file,
            previous: previous,
            name: name,
            audit: request.audits,
            acceptsShrunken: request.acceptsShrunken
        )
        return Compared(role: role, plan: plan)
    }
}
