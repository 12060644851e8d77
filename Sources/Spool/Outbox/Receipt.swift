package import Contract
package import Jobs

/// `receipt.json` of a result: what happened to a file, and what its answers depend on.
package struct Receipt: Hashable, Codable, Sendable {
    package static let schema = "taxod.receipt/1"

    /// The file that was dropped.
    package struct File: Hashable, Codable, Sendable {
        package let name: String
        package let bytes: Int?
        package let sha256: String?
        package let folder: Query.Task?
    }

    /// Counts of the lines of `results.jsonl` by status, and of proposals.
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
        /// From the claim to the staging, including waiting times and interruptions.
        package let milliseconds: Int
    }

    package let schema: String
    package let job: JobID
    package let retryOf: JobID?
    /// The result's folder, relative to the outbox.
    package let result: String
    package let file: File
    package let kind: LoadOutcome.Kind?
    /// How the file was read, and how to force another reading.
    package let reading: String?
    package let vocabulary: LoadOutcome.Vocabulary?
    /// What the answers depend on; a job with the same bytes and the same basis is a duplicate.
    package let basis: String?
    /// Models, settings and arithmetic, from the first answer that has any.
    package let provenance: Provenance?
    package let counts: Counts
    package let times: Times
    package let notes: [String]
    /// The head of the audit chain when this was written: it fixes all earlier lines.
    package let audit: AuditHead?
    /// Version of taxod.
    package let taxod: String
}
