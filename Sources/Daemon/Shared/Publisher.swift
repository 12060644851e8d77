import Contract
import Files
import Jobs
import Ledger
import Logging
import Spool

/// Finishes jobs on disk: moves results into the outbox and files out of the claimed folder.
///
/// Each step is recorded in the ledger before it is taken and confirmed afterwards; repeated after
/// a crash, it finds its work already done.
struct Publisher: Sendable {
    let ledger: Ledger
    let inbox: Inbox
    let outbox: Outbox
    let audit: AuditKeeper
    let statusChanges: ChangeSignal
    let logger: Logger
    /// Version of taxod, for receipts.
    let version: String
    let gauges: Gauges
    let ended = EndedFiles()
    let now: @Sendable () -> Timestamp

    /// Number of answers read from the ledger at once.
    private static let page = 200

    /// Publishes the result of a job of which nothing more is asked, and ends the job.
    func publish(_ id: JobID) async throws {
        guard var job = try await ledger.reader.job(id) else { return }
        if case .running(let progress, _) = job.state, progress.isWhole {
            let result = Outbox.resultName(of: id, job.facts, at: now())
            job = try await ledger.record(.staged(result: result), for: id, at: now())
        }
        if case .staged(let result, _) = job.state {
            var metadata: Logger.Metadata = [
                "job": "\(id.short)", "file": "\(job.facts.name)", "result": "\(result)",
            ]
            // A result that was completely staged before a crash is not staged again: if it is
            // gone, it was published, and somebody took it.
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
        if case .published(let result, _) = job.state {
            try outbox.pointLatest(to: result)
            let place = try inbox.finish(id, job.facts)
            job = try await ledger.record(.archived, for: id, at: now()) {
                $0.place = place ?? $0.place
            }
            ended.watch(job)
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
        // The receipt anchors the chain: the lines it refers to must survive the loss of the
        // ledger.
        try await audit.sync()
        return try writer.finish(
            job,
            audit: try await ledger.reader.auditHead(),
            auditLines: try await ledger.reader.auditLines(of: job.id),
            at: now(),
            taxod: version
        )
    }

    /// The newest result of an equal job that is still in the outbox.
    func earlierResult(duplicateKey: String) async throws -> (job: JobID, result: String)? {
        for job in try await ledger.reader.publishedJobs(duplicateKey: duplicateKey) {
            if let result = job.state.result, outbox.hasResult(result) { return (job.id, result) }
        }
        return nil
    }

    /// Moves the file of an ended job out of the claimed folder: to the quarantine, duplicate or
    /// done folder.
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
        case .archived, .cancelled:
            place = try inbox.finish(id, job.facts)
        default:
            return
        }
        if let place { try await ledger.note(for: id, at: now()) { $0.place = place } }
        if let job = try await ledger.reader.job(id) { ended.watch(job) }
        try await audit.sync()
    }
}

extension Publisher {
    /// Removes results and files whose retention has ended.
    ///
    /// The audit log records each removal before it happens; an interrupted one can be repeated.
    func prune(_ request: PruneRequest) async throws {
        var removed = 0
        let jobs = try await ledger.reader.prunableJobs(
            endedBefore: request.endedBefore,
            keep: request.keep
        )
        for job in jobs {
            let result = job.state.name == .duplicate ? nil : job.state.result
            let isThere = result.map(outbox.hasResult) ?? false
            guard isThere || job.facts.place != nil else { continue }
            var detail: [String: AuditValue] = [:]
            if isThere { detail["result"] = result.map { .string($0) } }
            try await ledger.appendAudit("pruned", job: job.id, detail: detail, at: now())
            if let result { try outbox.remove(result, of: job.id) }
            if let place = job.facts.place { try inbox.discard(place) }
            // `updated` stays as it is: it is the time when the job ended.
            try await ledger.note(for: job.id, at: job.updated) { $0.place = nil }
            removed += 1
        }
        logger.info("pruned", metadata: ["jobs": "\(removed)"])
        try await audit.sync()
    }
}
