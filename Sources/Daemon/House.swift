package import Jobs
package import Ledger
import Logging
import Spool

/// What the lanes of the daemon share.
struct House: Sendable {
    let settings: DaemonSettings
    let ledger: Ledger
    let inbox: Inbox
    let outbox: Outbox
    let publisher: Publisher
    let bell: Bell
    let progress: Progress
    let logger: Logger

    var now: Timestamp { Timestamp(Date()) }

    /// Puts a job off: the fault may pass by itself.
    func postpone(_ job: JobRecord, _ error: SubmissionError) async throws {
        let current = try await ledger.reader.job(job.id) ?? job
        let pause = Self.pause(after: current.failures)
        let until = now.adding(seconds: pause)
        let record = try await ledger.record(
            .deferred(code: error.code, until: until),
            for: job.id,
            at: now
        ) { $0.reason = LoadOutcome.Refusal(error) }
        logger.warning(
            "postponed",
            metadata: [
                "job": "\(job.id.short)", "code": "\(error.code.rawValue)",
                "until": "\(until)", "message": "\(error.message)",
            ]
        )
        if case .quarantined = record.state { try await publisher.setAside(job.id) }
        await tellStatus(record)
    }

    /// Refuses a job for good.
    func quarantine(_ job: JobRecord, _ error: SubmissionError) async throws {
        let record = try await ledger.record(.rejected(code: error.code), for: job.id, at: now) {
            $0.reason = LoadOutcome.Refusal(error)
        }
        try await publisher.setAside(job.id)
        logger.warning(
            "quarantined",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)",
                "code": "\(error.code.rawValue)", "message": "\(error.message)",
            ]
        )
        await tellStatus(record)
    }
}
