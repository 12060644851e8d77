import Jobs
import Ledger
import Logging
import Spool

/// Ending jobs at an operator's request.
extension Publisher {
    /// Cancels a job that nobody is working on.
    ///
    /// What is answered is published; a job that was not read yet ends without a result. Does
    /// nothing to a job that has ended, or of which every query is answered.
    func cancel(_ job: JobRecord) async throws {
        switch job.state {
        case .running(let progress, _), .waiting(_, let progress?, _):
            guard !progress.isWhole else { return }
            let result = Outbox.resultName(of: job.id, job.facts, at: now())
            try await ledger.record(.cancelled(result: result), for: job.id, at: now()) {
                $0.reason = nil
            }
            noteCancelled(job, answered: progress.done, of: progress.total)
            try await publish(job.id)
        case .claimed, .loading, .waiting:
            try await ledger.record(.cancelled(result: nil), for: job.id, at: now()) {
                $0.reason = nil
            }
            noteCancelled(job, answered: 0, of: nil)
            try await moveFile(of: job.id)
        case .received, .staged, .published, .archived, .duplicate, .quarantined, .cancelled,
            .withdrawn:
            return
        }
        await statusChanges.notify()
    }

    private func noteCancelled(_ job: JobRecord, answered: Int, of queries: Int?) {
        gauges.noteCancelled()
        logger.notice(
            "cancelled",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)", "answered": "\(answered)",
                "queries": "\(queries.map(String.init) ?? "not read")",
            ]
        )
    }
}
