import Contract
import Jobs
import Ledger
import Logging
import Spool

/// Files that are not read, or not as they came.
extension LoadLane {
    /// Tells of a checksum file that says nothing about its file.
    func noteChecksum(_ checksum: ChecksumFile?, of job: JobRecord) async throws {
        guard case .unusable(let why) = checksum else { return }
        let remark = "\(job.facts.name).sha256 was not compared: \(why)."
        try await context.ledger.note(for: job.id, at: context.now) { $0.remark(remark) }
        context.logger.warning(
            "a checksum file cannot be used",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)", "message": "\(remark)",
            ]
        )
    }

    /// Returns a checksum file to the earlier file of the same name that it belongs to, if there is
    /// one, and has this file read again without it.
    ///
    /// A checksum file that comes after its file was claimed stays in the inbox until the next scan,
    /// and with runs that end until the next night, when a new file of that name lies beside it.
    func returnChecksum(_ digest: String, of job: JobRecord) async throws -> Bool {
        let jobs = try await context.ledger.reader.jobs(ofFile: job.facts.name)
        let earlier = jobs.first {
            $0.id < job.id && ($0.facts.sha256 ?? $0.facts.outcome?.sha256) == digest
        }
        guard let earlier else { return false }
        let name = "\(job.facts.name).sha256"
        let remark = """
            \(name) is that of an earlier file of this name (job \(earlier.id.short)); this one was \
            read without a checksum.
            """
        try await context.ledger.note(for: job.id, at: context.now) { $0.remark(remark) }
        let place = earlier.facts.place ?? "_done/\(earlier.facts.claimedName)"
        _ = try context.inbox.returnChecksum(of: job.id, job.facts, beside: place)
        context.logger.warning(
            "a checksum file belongs to an earlier file",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)", "message": "\(remark)",
            ]
        )
        try await context.ledger.record(.stopped, for: job.id, at: context.now)
        return true
    }

    func refuse(_ job: JobRecord, _ error: SubmissionError) async throws {
        switch error.code {
        case .noVocabulary, .severalVocabularies:
            try await context.ledger.record(
                .awaitsVocabulary(name: nil),
                for: job.id,
                at: context.now
            ) { $0.reason = LoadOutcome.Refusal(error) }
            context.logger.info(
                "waiting for a vocabulary",
                metadata: [
                    "job": "\(job.id.short)", "file": "\(job.facts.name)",
                    "code": "\(error.code.rawValue)", "message": "\(error.message)",
                ]
            )
        case .shrunkenVocabulary:
            let remedy = "If the loss is meant: `taxod retry \(job.id.short) --accept-shrunken`."
            try await context.publisher.quarantine(
                job,
                SubmissionError(error.code, at: error.location, error.message, remedy: remedy)
            )
        case _ where error.isPermanent:
            try await context.publisher.quarantine(job, error)
        default:
            try await context.publisher.postpone(job, error)
        }
    }

    /// Decides what happens to a job whose child was ended, or ended by itself, without an outcome.
    func endedEarly(_ job: JobRecord, _ end: ChildEnd, lastLine: String) async throws {
        if await context.changes.isStopping {
            try await context.ledger.record(.stopped, for: job.id, at: context.now)
        } else if context.cancellations.contains(job.id),
            let record = try await context.ledger.reader.job(job.id)
        {
            try await context.publisher.cancel(record)
        } else {
            try await readerDied(job, end, lastLine: lastLine)
        }
    }

    /// Handles a child that ended without a readable outcome.
    private func readerDied(
        _ job: JobRecord,
        _ end: ChildEnd,
        lastLine: String
    ) async throws {
        context.logger.warning(
            "the reading child died",
            metadata: [
                "job": "\(job.id.short)", "end": "\(end)", "said": "\(lastLine)",
            ]
        )
        let error = SubmissionError(
            .workerDied,
            "the process that read the file \(end)\(lastLine.isEmpty ? "" : ": \(lastLine)")",
            remedy: ChildFault.remedyForMemory(lastLine)
                ?? "Check the file; if it looks right, report it together with the log."
        )
        let record = try await context.ledger.record(.interrupted, for: job.id, at: context.now) {
            $0.reason = LoadOutcome.Refusal(error)
        }
        if case .quarantined = record.state { try await context.publisher.moveFile(of: job.id) }
    }
}
