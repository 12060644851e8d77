import Files
import Contract
import Jobs
import Ledger
import Logging
import Spool

/// Brings disk and ledger together after a daemon that ended at any instruction.
///
/// Every effect was noted as an intent before it was begun, and each can be repeated; so each job
/// is taken up where its state says, and every file in the claimed folder is led to its place. What
/// the lanes do at their start, because a failing disk asks for it as well, is not done here.
struct Recovery: Sendable {
    let house: House

    func run() async throws {
        for job in try await house.ledger.reader.openJobs() {
            switch job.state {
            case .loading where job.facts.isRead == true:
                let record = try await house.ledger.record(
                    .interrupted,
                    for: job.id,
                    at: house.now
                ) { facts in
                    facts.reason = LoadOutcome.Refusal(
                        SubmissionError(
                            .workerDied,
                            "the daemon ended while it took up what was read, more than once"
                        )
                    )
                }
                if case .quarantined = record.state { try await house.publisher.setAside(job.id) }
            case .loading:
                // The daemon died, not the reader: the file is not to blame.
                try await house.ledger.record(.stopped, for: job.id, at: house.now)
            case .running:
                try await takeBackLastTries(of: job)
            case .waiting:
                // Whoever starts the daemon may have mended what was waited for.
                try await house.ledger.record(.resumed, for: job.id, at: house.now) {
                    $0.reason = nil
                }
            case .received, .claimed, .staged, .published, .archived, .duplicate, .quarantined,
                .withdrawn:
                break
            }
        }
    }

    /// The daemon died, not the worker: what was asked alone is not to blame.
    private func takeBackLastTries(of job: JobRecord) async throws {
        let queries = try await house.ledger.reader.pendingQueries(of: job.id)
            .filter { $0.state != .pending(.init()) }
        try await house.ledger.record(.daemonEnded, forQueries: queries.map(\.seq), of: job.id)
    }

    /// Leads files that are still claimed although their job is at its end to their place, and
    /// adopts those that no job knows.
    func settleClaimed() async throws {
        let (jobs, others) = try house.inbox.claimedJobs()
        for id in jobs {
            guard let job = try await house.ledger.reader.job(id) else {
                try await adopt(id)
                continue
            }
            if job.state.isFinal { try await house.publisher.setAside(id) }
        }
        // Moved, but the daemon ended before it noted where to.
        for job in try await house.ledger.reader.endedJobsWithoutPlace() {
            try await house.publisher.setAside(job.id)
        }
        for name in others {
            house.logger.warning(
                "something that is no job lies among the claimed files",
                metadata: ["name": "\(name)"]
            )
        }
    }

    /// Takes up a claimed file that the ledger does not know, as after the loss of the ledger.
    private func adopt(_ id: JobID) async throws {
        let names = try house.inbox.claimedNames(of: id)
        guard let name = names.first else { return }
        let seen = try FileFacts(of: house.inbox.claimedFile(of: id, named: name))
        let facts = JobFacts(
            name: name,
            claimedName: name,
            droppedAt: name,
            device: seen?.device ?? 0,
            inode: seen?.inode ?? 0
        )
        try await house.ledger.enter(id, facts, at: house.now)
        try await house.ledger.record(.claimed, for: id, at: house.now)
        house.logger.warning("a claimed file was adopted", metadata: ["job": "\(id.short)"])
    }
}
