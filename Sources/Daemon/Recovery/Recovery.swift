import Contract
import Files
import Jobs
import Ledger
import Logging
import Spool

/// Reconciles disk and ledger after a daemon that may have ended at any instruction.
///
/// Every effect was recorded as an intent first, and can be repeated. So each job continues from
/// its state, and every file in the claimed folder is moved to its place. Steps that are also
/// needed after a disk failure are done by the lanes when they start.
struct Recovery: Sendable {
    let context: DaemonContext

    func run() async throws {
        for job in try await context.ledger.reader.openJobs() {
            switch job.state {
            case .loading where job.facts.isRead == true:
                let record = try await context.ledger.record(
                    .interrupted,
                    for: job.id,
                    at: context.now
                ) { facts in
                    facts.reason = LoadOutcome.Refusal(
                        SubmissionError(
                            .workerDied,
                            "the daemon ended while it took up what was read, more than once"
                        )
                    )
                }
                if case .quarantined = record.state {
                    try await context.publisher.moveFile(of: job.id)
                }
            case .loading:
                // The daemon died, not the reader, so the file is not to blame.
                try await context.ledger.record(.stopped, for: job.id, at: context.now)
            case .running:
                try await takeBackLastTries(of: job)
            case .waiting:
                // Whoever started the daemon may have provided what the job waits for.
                try await context.ledger.record(.resumed, for: job.id, at: context.now) {
                    $0.reason = nil
                }
            case .received, .claimed, .staged, .published, .archived, .duplicate, .quarantined,
                .cancelled, .withdrawn:
                break
            }
        }
    }

    /// Takes back the last try of a query that was being asked alone.
    ///
    /// The daemon died, not the worker, so the query is not to blame.
    private func takeBackLastTries(of job: JobRecord) async throws {
        let queries = try await context.ledger.reader.pendingQueries(of: job.id)
            .filter { $0.state != .pending(.init()) }
            .map(\.seq)
        try await context.ledger.record(.daemonEnded, forQueries: queries, of: job.id)
    }

    /// Moves the claimed files of ended jobs to their place, and adopts files that belong to no
    /// known job.
    func settleClaimed() async throws {
        let (jobs, others) = try context.inbox.claimedJobs()
        for id in jobs {
            guard let job = try await context.ledger.reader.job(id) else {
                try await adopt(id)
                continue
            }
            if job.state.isFinal { try await context.publisher.moveFile(of: id) }
        }
        // The file was moved, but the daemon ended before it recorded where.
        for job in try await context.ledger.reader.endedJobsWithoutPlace() {
            try await context.publisher.moveFile(of: job.id)
        }
        for name in others {
            context.logger.warning(
                "an entry in the folder of claimed files belongs to no job",
                metadata: ["name": "\(name)"]
            )
        }
    }

    /// Enters a claimed file that the ledger does not know, for example after the ledger was lost.
    private func adopt(_ id: JobID) async throws {
        let names = try context.inbox.claimedNames(of: id)
        guard let name = names.first else { return }
        let seen = try FileFacts(of: context.inbox.claimedFile(of: id, named: name))
        let facts = JobFacts(
            name: name,
            claimedName: name,
            droppedAt: name,
            device: seen?.device ?? 0,
            inode: seen?.inode ?? 0
        )
        try await context.ledger.enter(id, facts, at: context.now)
        try await context.ledger.record(.claimed, for: id, at: context.now)
        context.logger.warning("a claimed file was adopted", metadata: ["job": "\(id.short)"])
    }
}
