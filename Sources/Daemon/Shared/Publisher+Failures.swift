import Contract
import Jobs
import Ledger
import Logging

/// Handling of jobs that produce no result, now or ever.
extension Publisher {
    /// Postpones a job, for longer the more `failures` in a row there were, because the fault may
    /// pass.
    ///
    /// A job that was postponed too often is quarantined instead.
    func postpone(
        _ job: JobRecord,
        _ error: SubmissionError,
        after failures: Int = 4
    ) async throws {
        let until = now().adding(seconds: Retry.pause(after: failures))
        let record = try await ledger.record(
            .deferred(code: error.code, until: until),
            for: job.id,
            at: now()
        ) { $0.reason = LoadOutcome.Refusal(error) }
        logger.warning(
            "postponed",
            metadata: [
                "job": "\(job.id.short)", "code": "\(error.code.rawValue)",
                "until": "\(until)", "message": "\(error.message)",
            ]
        )
        gauges.notePostponed()
        if case .quarantined = record.state { try await moveFile(of: job.id) }
        await statusChanges.notify()
    }

    /// Rejects a job for good.
    func quarantine(_ job: JobRecord, _ error: SubmissionError) async throws {
        try await ledger.record(.rejected(code: error.code), for: job.id, at: now()) {
            $0.reason = LoadOutcome.Refusal(error)
        }
        logger.warning(
            "quarantined",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)",
                "code": "\(error.code.rawValue)", "message": "\(error.message)",
            ]
        )
        gauges.noteQuarantine()
        try await moveFile(of: job.id)
        await statusChanges.notify()
    }
}
