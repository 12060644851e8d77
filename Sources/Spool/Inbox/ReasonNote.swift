package import Contract
import FoundationEssentials
package import Jobs

/// The note beside a file that has no result of its own, for whoever dropped it.
package struct ReasonNote: Hashable, Codable, Sendable {
    package static let schema = "taxod.reason/1"

    package let schema: String
    package let job: JobID
    /// The file's name when it was dropped.
    package let file: String
    package let code: String
    /// What was found and what was expected.
    package let message: String
    /// What to do about it.
    package let remedy: String
    package let location: SubmissionError.Location?
    package let sha256: String?
    package let time: Timestamp
    /// For a duplicate, the folder of the equal result, relative to the outbox.
    package let result: String?
    /// For a duplicate, the job that produced that result.
    package let equalJob: JobID?

    /// Creates the note for a quarantined file.
    package init(_ error: SubmissionError, job: JobID, facts: JobFacts, at time: Timestamp) {
        schema = Self.schema
        self.job = job
        file = facts.name
        code = error.code.rawValue
        message = error.message
        remedy = error.remedy
        location = error.location
        sha256 = facts.sha256
        self.time = time
        result = nil
        equalJob = nil
    }

    /// Creates the note for a file that was answered before.
    package init(
        duplicateOf equal: JobID,
        result: String,
        job: JobID,
        facts: JobFacts,
        at time: Timestamp
    ) {
        schema = Self.schema
        self.job = job
        file = facts.name
        code = "duplicate"
        message = "the same bytes were answered before, on the same vocabulary, models and settings"
        remedy = "Read the result named here; `taxod retry \(job.short)` does the work again."
        location = nil
        sha256 = facts.sha256
        self.time = time
        self.result = result
        equalJob = equal
    }

    func bytes() throws -> [UInt8] { Array(try CanonicalJSON.readableData(of: self)) }
}
