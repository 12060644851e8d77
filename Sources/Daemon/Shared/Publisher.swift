import Contract
import Files
import Jobs
import Ledger
import Logging
import Spool

/// Brings jobs to their end on disk: results into the outbox, files out of the claimed folder.
///
/// Each step is noted in the ledger before it is done and confirmed after, and finds its work done
/// when it is repeated after a crash.
struct Publisher: Sendable {
    let ledger: Ledger
    let inbox: Inbox
    let outbox: Outbox
    let audit: AuditKeeper
    let statusChanges: ChangeSignal
    let logger: Logger
    /// Which taxod writes the receipts.
    let version: String
    let gauges: Gauges
    let now: @Sendable () -> Timestamp

    /// Answers read from the ledger at a time.
    private static let page = 200

    /// Publishes the result of a job whose queries are all answered, and ends the job.
    func publish(_ id: JobID) async throws {
        guard var job = try await ledger.reader.job(id) else { return }
        if case .running(let progress, _) = job.state, progress.done == progress.total {
            let result = Outbox.resultName(of: id, job.facts, at: now())
            job = try await ledger.record(.staged(result: result), for: id, at: now())
        }
        if case .staged(let result) = job.state {
            var metadata: Logger.Metadata = [
                "job": "\(id.short)", "file": "\(job.facts.name)", "result": "\(result)",
            ]
            // Staged whole before a crash it is not staged again: if it is gone, it appeared, and
            // somebody took it.
            if try job.facts.stagedIn == nil || job.facts.stagedIn != outbox.stagingPlace {
                let counts = try await stage(job, result: result).counts
                metadata["queries"] = "\(counts.queries)"
                metadata["errors"] = "\(counts.errors)"
                let place = try outbox.seal()
                try await ledger.note(for: id, at: now()) { $0.stagedIn = place }
            }
            try outbox.publish(id, as: result)
            job = try await ledger.record(.published(result: result), for: id, at: now())
            gauges.notePublished()
            logger.info("published", metadata: metadata)
        }
        if case .published(let result) = job.state {
            try outbox.pointLatest(to: result)
            let place = try inbox.finish(id, job.facts)
            try await ledger.record(.archived, for: id, at: now()) {
                $0.place = place ?? $0.place
            }
        }
        try await audit.sync()
    }

    private func stage(_ job: JobRecord, result: String) async throws -> Receipt {
        var writer = try outbox.stage(job.id, result: result)
        var last = 0
        while true {
            let part = try await ledger.reader.answers(of: job.id, after: last, limit: Self.page)
            for (seq, line) in part {
                try writer.add(line)
                last = seq
            }
            if part.count < Self.page { break }
        }
        // The receipt anchors the chain: what it names must outlive the ledger.
        try await audit.sync()
        return try writer.finish(
            job,
            audit: try await ledger.reader.auditHead(),
            auditLines: try await ledger.reader.auditLines(of: job.id),
            at: now(),
            taxod: version
        )
    }

    /// The newest result of an equal job that still lies in the outbox.
    func earlierResult(duplicateKey: String) async throws -> (job: JobID, result: String)? {
        for job in try await ledger.reader.publishedJobs(duplicateKey: duplicateKey) {
            if let result = job.state.result, outbox.hasResult(result) { return (job.id, result) }
        }
        return nil
    }

    /// Moves the file of a job that is at its end out of the claimed folder: to quarantine, to the
    /// duplicates or to those that are done.
    func moveFile(of id: JobID) async throws {
        guard let job = try await ledger.reader.job(id) else { return }
        let place: String?
        switch job.state {
        case .quarantined:
            let error =
                job.facts.reason?.error
                ?? SubmissionError(.workerDied, "the file could not be read")
            let note = ReasonNote(error, job: id, facts: job.facts, at: now())
            place = try inbox.quarantine(id, job.facts, note)
        case .duplicate(let equal, let result):
            let note = ReasonNote(
                duplicateOf: equal,
                result: result,
                job: id,
                facts: job.facts,
                at: now()
            )
            place = try inbox.finish(id, job.facts, duplicate: note)
        case .archived:
            place = try inbox.finish(id, job.facts)
        default:
            return
        }
        if let place { try await ledger.note(for: id, at: now()) { $0.place = place } }
        try await audit.sync()
    }
}

extension Publisher {
    /// Removes results and files that the retention no longer keeps.
    ///
    /// The audit log tells of each before it goes; a removal cut off is done again the same.
    func prune(_ request: PruneRequest) async throws {
        var removed = 0
        let jobs = try await ledger.reader.prunableJobs(
            endedBefore: request.endedBefore,
            keep: request.keep
        )
        for job in jobs {
            let result = job.state.name == .archived ? job.state.result : nil
            let isThere = result.map(outbox.hasResult) ?? false
            guard isThere || job.facts.place != nil else { continue }
            var detail: [String: AuditValue] = [:]
            if isThere { detail["result"] = result.map { .string($0) } }
            try await ledger.appendAudit("pruned", job: job.id, detail: detail, at: now())
            if let result { try outbox.remove(result, of: job.id) }
            if let place = job.facts.place { try inbox.discard(place) }
            // The note changes no `updated`: the job ended when it ended.
            try await ledger.note(for: job.id, at: job.updated) { $0.place = nil }
            removed += 1
        }
        logger.info("pruned", metadata: ["jobs": "\(removed)"])
        try await audit.sync()
    }
}
