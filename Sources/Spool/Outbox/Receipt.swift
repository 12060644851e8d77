package import Contract
package import Jobs

/// What became of a file and what its answers depend on: `receipt.json` of a result.
package struct Receipt: Hashable, Codable, Sendable {
    package static let schema = "taxod.receipt/1"

    /// The file that was dropped.
    package struct File: Hashable, Codable, Sendable {
        package let name: String
        package let bytes: Int?
        package let sha256: String?
        package let folder: Query.Task?
    }

    /// Lines of `results.jsonl` by status, and rows of proposals.
    package struct Counts: Hashable, Codable, Sendable {
        package var queries = 0
        package var proposed = 0
        package var none = 0
        package var errors = 0
        package var proposals = 0
        package var problems = 0

        package init() {}
    }

    package struct Times: Hashable, Codable, Sendable {
        package let received: Timestamp
        package let staged: Timestamp
        /// From the claim to the staging; waiting and interruptions count.
        package let milliseconds: Int
    }

    package let schema: String
    package let job: JobID
    package let retryOf: JobID?
    /// The folder's name, relative to the outbox.
    package let result: String
    package let file: File
    package let kind: LoadOutcome.Kind?
    /// How the file was read, and how to force another reading.
    package let reading: String?
    package let vocabulary: LoadOutcome.Vocabulary?
    /// What the answers depend on; a job with equal bytes and basis is a duplicate.
    package let basis: String?
    /// Models, settings and arithmetic, of the first answer that has any.
    package let provenance: Provenance?
    package let counts: Counts
    package let times: Times
    package let notes: [String]
    /// The end of the audit chain when this was written: it fixes every line before.
    package let audit: AuditHead?
    /// Which taxod wrote it.
    package let taxod: String
}
