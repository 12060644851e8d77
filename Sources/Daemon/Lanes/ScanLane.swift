import Files
import Jobs
import Ledger
import Logging
import Spool

/// Scans the inbox, claims files that are ready, and carries out operators' requests.
struct ScanLane: Sendable {
    let context: DaemonContext

    static let pausedMessage = "paused: nothing is begun until `taxod resume`"

    func run() async throws {
        try await settleReceived()
        let start = ContinuousClock.now
        var scanner = InboxScanner(
            inbox: context.inbox.path,
            quietPeriod: context.settings.quietPeriod,
            maximumBytes: context.settings.maximumFileBytes,
            subfolders: context.settings.subfolders
        )
        var told = ToldOnce()
        var vocabularies = KnownVocabularies()
        while !(await context.changes.isStopping) {
            let seen = await context.changes.count
            try await takeRequests()
            try await notePause()
            if context.live.isPaused {
                if context.once { return await context.changes.stop() }
                await context.changes.wait(since: seen, atMost: context.settings.rescan)
                continue
            }
            let settings = context.settings
            scanner.quietPeriod = settings.quietPeriod
            scanner.maximumBytes = settings.maximumFileBytes
            scanner.subfolders = settings.subfolders
            scanner.vocabularies = vocabularies.names(settings, context.logger)
            let now = ContinuousClock.now - start
            try context.inbox.demandPresence()
            let scan = try scanner.scan(at: now)
            context.gauges.noteScan(
                resting: scan.unsettled,
                ready: scan.ready.count + scan.further
            )
            try await tell(scan, &told)
            try await lookAtEndedFiles()
            for entry in scan.ready {
                // A hundred thousand claims take minutes; a stop or a pause must not wait for them.
                if await context.isOnHold { break }
                try await take(entry)
            }
            if scan.ready.isEmpty { await context.noteIdle(.scan) }
            if context.once, scan.ready.isEmpty, scan.unsettled == 0, try await isDone() {
                try await lookAtEndedFiles()
                await context.changes.stop()
                return
            }
            if !scan.ready.isEmpty { continue }
            let pause = min(settings.rescan, scan.nextLook.map { $0 - now } ?? .seconds(3600))
            await context.changes.wait(since: seen, atMost: max(pause, .milliseconds(20)))
        }
    }

    /// Whether every job has ended, or waits for something that this daemon will not provide.
    private func isDone() async throws -> Bool {
        let atWork = JobState.Name.open.subtracting([.waiting])
        return try await context.ledger.reader.count(of: atWork) == 0 && context.work.isEmpty
            && context.cancellations.isEmpty
    }

    /// Completes claims that were interrupted by a crash or a failing disk.
    private func settleReceived() async throws {
        for job in try await context.ledger.reader.jobs(in: [.received]) {
            let isClaimed = try context.inbox.recoverClaim(of: job.id, job.facts) != nil
            try await context.ledger.record(
                isClaimed ? .claimed : .withdrawn,
                for: job.id,
                at: context.now
            )
        }
    }

    /// Checks whether an operator has paused or resumed the daemon.
    private func notePause() async throws {
        let isPaused = try context.requests.isPaused()
        guard context.live.setPaused(isPaused) else { return }
        try await context.ledger.appendAudit(isPaused ? "paused" : "resumed-all", at: context.now)
        context.logger.notice("\(isPaused ? Self.pausedMessage : "resumed")")
        context.progress.showIdle()
        await context.statusChanges.notify()
        await context.changes.notify()
    }

    private func take(_ entry: ReadyEntry) async throws {
        let job = JobID(at: context.now)
        let facts = entry.jobFacts
        try await context.ledger.enter(job, facts, at: context.now)
        guard try context.inbox.claim(entry, as: job) != nil else {
            try await context.ledger.record(.withdrawn, for: job, at: context.now)
            return
        }
        context.logger.info(
            "claimed",
            metadata: ["job": "\(job.short)", "file": "\(facts.name)"]
        )
        if let fault = entry.fault, let record = try await context.ledger.reader.job(job) {
            // The ledger never records it as `claimed`: the load lane would start to read it.
            try await context.publisher.quarantine(record, fault)
        } else {
            try await context.ledger.record(.claimed, for: job, at: context.now)
            await context.statusChanges.notify()
        }
        await context.changes.notify()
    }
}
