import Files
import Jobs
import Ledger
import Logging
import Spool

/// Looks into the inbox, claims what rests there, and takes up what operators request.
struct ScanLane: Sendable {
    let house: House

    static let pausedMessage = "paused: nothing is begun until `taxod resume`"

    func run() async throws {
        try await settleReceived()
        let start = ContinuousClock.now
        var scanner = InboxScanner(
            inbox: house.inbox.path,
            quietPeriod: house.settings.quietPeriod,
            maximumBytes: house.settings.maximumFileBytes,
            subfolders: house.settings.subfolders
        )
        var ignored: Set<String> = []
        while !(await house.bell.isStopping) {
            let rings = await house.bell.rings
            try await takeRequests()
            try await notePause()
            if house.live.isPaused {
                if house.once { return await house.bell.stop() }
                await house.bell.wait(since: rings, atMost: house.settings.rescan)
                continue
            }
            let settings = house.settings
            scanner.quietPeriod = settings.quietPeriod
            scanner.maximumBytes = settings.maximumFileBytes
            scanner.subfolders = settings.subfolders
            let now = ContinuousClock.now - start
            try house.inbox.demandPresence()
            let scan = try scanner.scan(at: now)
            house.gauges.noteScan(
                resting: scan.unsettled,
                ready: scan.ready.count + scan.further
            )
            for folder in scan.ignoredFolders where ignored.insert(folder).inserted {
                house.logger.notice(
                    "a folder in the inbox is left alone",
                    metadata: ["folder": "\(folder)"]
                )
            }
            for entry in scan.ready {
                // A hundred thousand claims take minutes; whoever ends or pauses does not wait.
                if await house.isOnHold { break }
                try await take(entry)
            }
            if scan.ready.isEmpty { await house.isIdle(.scan) }
            if house.once, scan.ready.isEmpty, scan.unsettled == 0, try await isDone() {
                await house.bell.stop()
                return
            }
            if !scan.ready.isEmpty { continue }
            let pause = min(settings.rescan, scan.nextLook.map { $0 - now } ?? .seconds(3600))
            await house.bell.wait(since: rings, atMost: max(pause, .milliseconds(20)))
        }
    }

    /// Whether every job is at its end or waits for something that does not happen now.
    private func isDone() async throws -> Bool {
        let atWork = JobState.Name.open.subtracting([.waiting])
        return try await house.ledger.reader.count(of: atWork) == 0 && house.work.isEmpty
    }

    /// Ends claims that a crash or a failing disk cut off.
    private func settleReceived() async throws {
        for job in try await house.ledger.reader.jobs(in: [.received]) {
            let isClaimed = try house.inbox.recoverClaim(of: job.id, job.facts) != nil
            try await house.ledger.record(
                isClaimed ? .claimed : .withdrawn,
                for: job.id,
                at: house.now
            )
        }
    }

    /// Takes notice of an operator who paused or resumed the daemon.
    private func notePause() async throws {
        let isPaused = try house.requests.isPaused()
        guard house.live.setPaused(isPaused) else { return }
        try await house.ledger.appendAudit(isPaused ? "paused" : "resumed-all", at: house.now)
        house.logger.notice("\(isPaused ? Self.pausedMessage : "resumed")")
        house.progress.rest()
        await house.tellStatus()
        await house.bell.ring()
    }

    private func take(_ entry: ReadyEntry) async throws {
        let job = JobID(at: house.now)
        let facts = entry.jobFacts
        try await house.ledger.enter(job, facts, at: house.now)
        guard try house.inbox.claim(entry, as: job) != nil else {
            try await house.ledger.record(.withdrawn, for: job, at: house.now)
            return
        }
        house.logger.info(
            "claimed",
            metadata: ["job": "\(job.short)", "file": "\(facts.name)"]
        )
        if let fault = entry.fault, let record = try await house.ledger.reader.job(job) {
            // Never `claimed` in the ledger: the other lane would begin to read it.
            try await house.quarantine(record, fault)
        } else {
            try await house.ledger.record(.claimed, for: job, at: house.now)
            await house.tellStatus()
        }
        await house.bell.ring()
    }

    /// Does what operators asked for.
    private func takeRequests() async throws {
        if let prune = try house.requests.pendingPrune() {
            try await house.publisher.prune(prune)
            try house.requests.removePrune()
        }
        for use in try house.requests.pendingUses() {
            try await house.ledger.store(
                VocabularyRecord(use.vocabulary, loaded: house.now, standing: .current)
            )
            house.logger.notice(
                "a loaded version of a vocabulary was made the current one",
                metadata: [
                    "vocabulary": "\(use.vocabulary.name)",
                    "version": "\(use.vocabulary.version.prefix(12))",
                ]
            )
            try house.requests.remove(use)
            await house.tellStatus()
        }
        try await takeRetries()
    }

    /// Runs jobs again that an operator asked for.
    private func takeRetries() async throws {
        for request in try house.requests.pending() {
            guard let old = try await house.ledger.reader.job(request.job),
                let place = old.facts.place
            else {
                house.logger.warning(
                    "a request names a job whose file is not there",
                    metadata: ["job": "\(request.job)"]
                )
                try house.requests.remove(request)
                continue
            }
            let job = JobID(at: house.now)
            let seen = try FileFacts(of: house.inbox.path.appending(place))
            var facts = JobFacts(
                name: old.facts.name,
                claimedName: old.facts.claimedName,
                taskHint: old.facts.taskHint,
                droppedAt: place,
                device: seen?.device ?? 0,
                inode: seen?.inode ?? 0,
                force: true,
                retryOf: old.id
            )
            facts.acceptsShrunken = request.acceptsShrunken
            try await house.ledger.enter(job, facts, at: house.now)
            let claimed = try house.inbox.reclaim(place, as: job, facts) != nil
            try await house.ledger.record(claimed ? .claimed : .withdrawn, for: job, at: house.now)
            // Taken now, or by a daemon that died before it could say so, or by a person.
            try await house.ledger.note(for: old.id, at: house.now) { $0.place = nil }
            try house.requests.remove(request)
            house.logger.info(
                claimed ? "run again" : "the file to run again is gone",
                metadata: ["job": "\(job.short)", "retryOf": "\(old.id.short)"]
            )
            await house.bell.ring()
        }
    }
}
