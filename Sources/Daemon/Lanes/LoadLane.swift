import Contract
import Jobs
import Ledger
import Logging

/// Has a child read the claimed files, one at a time: vocabularies first, then the oldest.
struct LoadLane: Sendable {
    let context: DaemonContext

    func run() async throws {
        try await Recovery(context: context).settleClaimed()
        // If this lane was restarted after a disk failure, no child is reading these files now.
        for job in try await context.ledger.reader.jobs(in: [.loading]) {
            try await context.ledger.record(.stopped, for: job.id, at: context.now)
        }
        // Files held back until an earlier job with the same bytes has ended, each with that job.
        var heldBack: [JobID: JobID] = [:]
        var versions = try context.settings.stateFolder.readyVersions()
        var generation = context.live.generation
        while !(await context.changes.isStopping) {
            let seen = await context.changes.count
            // A vocabulary may also have been loaded with `taxod load`, bypassing the inbox.
            let found = try context.settings.stateFolder.readyVersions()
            // The configuration may name another one.
            let isReloaded = context.live.generation != generation
            if isReloaded || !found.isSubset(of: versions) { try await resumeAwaitingVocabulary() }
            (versions, generation) = (found, context.live.generation)
            try await cancel()
            let pause = try await resumeWaiting()
            heldBack = try await stillHeldBack(heldBack)
            guard !context.live.isPaused,
                let job = try await context.ledger.reader.nextToRead(except: Set(heldBack.keys))
            else {
                await context.noteIdle(.load)
                await context.changes.wait(since: seen, atMost: pause)
                continue
            }
            context.work.begin(.load)
            heldBack[job.id] = try await load(job)
            context.progress.finish()
            await context.statusChanges.notify()
            await context.changes.notify()
        }
    }

    /// Cancels the jobs that operators want to end, of those that wait for this lane.
    private func cancel() async throws {
        for id in context.cancellations.all {
            guard let job = try await context.ledger.reader.job(id) else { continue }
            switch job.state {
            case .claimed, .waiting:
                context.work.begin(.load)
                try await context.publisher.cancel(job)
                await context.changes.notify()
            default: continue
            }
        }
    }

    /// The files whose earlier job is still in progress; the others are read again.
    private func stillHeldBack(_ heldBack: [JobID: JobID]) async throws -> [JobID: JobID] {
        var underWay: Set<JobID> = []
        for job in Set(heldBack.values) {
            let state = try await context.ledger.reader.job(job)?.state
            if let state, !state.isFinal, state.name != .waiting { underWay.insert(job) }
        }
        return heldBack.filter { underWay.contains($0.value) }
    }

    /// Resumes waiting jobs that are due.
    ///
    /// - Returns: How long to wait before the next check.
    private func resumeWaiting() async throws -> Duration {
        // With `once`, postponed jobs are left to the next daemon.
        if context.once { return context.settings.rescan }
        while let job = try await context.ledger.reader.nextPostponed(),
            case .waiting(.until(let time, _), _, _) = job.state
        {
            if let left = Retry.wait(until: time, at: context.now) {
                return min(context.settings.rescan, left)
            }
            try await resume(job)
        }
        return context.settings.rescan
    }

    private func resume(_ job: JobRecord) async throws {
        try await context.ledger.record(.resumed, for: job.id, at: context.now) { $0.reason = nil }
        await context.statusChanges.notify()
        await context.changes.notify()
    }

    // MARK: - Reading

    /// Has a file read, and acts on the outcome.
    ///
    /// - Returns: The job in progress with the same bytes, if this one has to wait for it.
    private func load(_ job: JobRecord) async throws -> JobID? {
        guard let file = try context.inbox.recoverClaim(of: job.id, job.facts) else {
            try await context.publisher.quarantine(
                job,
                SubmissionError(.unreadableFile, "the file left the folder of claimed files")
            )
            return nil
        }
        try await noteChecksum(file.checksum, of: job)
        // Compared after reading, to notice a writer that kept writing after the claim.
        let before = try context.inbox.claimedFacts(of: job.id, job.facts)
        try await context.ledger.record(.beganLoading, for: job.id, at: context.now) {
            $0.isRead = nil
            $0.readBytes = before?.bytes
            $0.readModified = before?.modified
        }
        await context.statusChanges.notify()
        let request = LoadRequest(
            path: file.path,
            fileName: job.facts.name,
            task: job.facts.taskHint?.rawValue,
            vocabulary: job.facts.vocabularyHint,
            asVocabulary: job.facts.asVocabulary,
            expectedSHA256: file.expectedSHA256,
            acceptsShrunken: job.facts.acceptsShrunken
        )
        let output = LineCollector()
        let log = LoadLog(name: job.facts.name, logger: context.logger, progress: context.progress)
        let end: ChildEnd
        let settings = context.settings
        do {
            (_, end) = try await settings.loadCommand(request).run(
                errorLine: log.add,
                outputLine: { await output.add($0) },
                until: { await isOver(job.id, orSilent: log, for: settings.queryTimeLimit) },
                body: { _ in }
            )
        } catch let fault as ChildFault {
            try await context.publisher.postpone(job, fault.submissionError)
            return nil
        }
        // If the whole inbox was moved away meanwhile, the outcome says nothing about the file.
        try context.inbox.demandPresence()
        // A crash from here on is the daemon's own, but must still count against the file.
        try await context.ledger.note(for: job.id, at: context.now) { $0.isRead = true }
        guard let (outcome, queries) = Self.parse(await output.lines) else {
            try await endedEarly(job, end, lastLine: await log.last)
            return nil
        }
        if let refusal = outcome.refusal {
            if refusal.code == .checksumMismatch, let digest = file.expectedSHA256,
                try await returnChecksum(digest, of: job)
            {
                return nil
            }
            try await refuse(job, refusal.error)
            return nil
        }
        return try await accept(job, outcome, queries)
    }

    /// Returns when the daemon is stopping, the job is to be cancelled, or the child has written
    /// nothing for `limit`.
    private func isOver(_ job: JobID, orSilent log: LoadLog, for limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await context.changes.waitUntilStopping() }
            group.addTask {
                while !context.cancellations.contains(job), !Task.isCancelled {
                    let seen = await context.changes.count
                    if context.cancellations.contains(job) { return }
                    await context.changes.wait(since: seen, atMost: context.settings.rescan)
                }
            }
            group.addTask { await log.isSilent(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Parses the child's output; `nil` if it is incomplete.
    private static func parse(_ lines: [[UInt8]]) -> (LoadOutcome, [LoadedQuery])? {
        func value<Value: Decodable>(_ type: Value.Type, _ line: [UInt8]) -> Value? {
            try? CanonicalJSON.value(type, from: String(decoding: line, as: UTF8.self))
        }
        guard let first = lines.first, let outcome = value(LoadOutcome.self, first) else {
            return nil
        }
        let queries = lines.dropFirst().compactMap { value(LoadedQuery.self, $0) }
        let isWhole = queries.count == outcome.queryCount && queries.count == lines.count - 1
        return isWhole ? (outcome, queries) : nil
    }

    private func accept(
        _ job: JobRecord,
        _ outcome: LoadOutcome,
        _ queries: [LoadedQuery]
    ) async throws -> JobID? {
        var facts = job.facts
        facts.outcome = outcome
        if let key = facts.force || outcome.force ? nil : facts.duplicateKey {
            if let earlier = try await context.ledger.reader.jobUnderWay(duplicateKey: key) {
                return try await hold(job, for: earlier)
            }
            if let earlier = try await context.publisher.earlierResult(duplicateKey: key) {
                try await context.ledger.record(
                    .foundDuplicate(of: earlier.job, result: earlier.result),
                    for: job.id,
                    at: context.now
                ) { $0.outcome = outcome }
                context.logger.info(
                    "duplicate",
                    metadata: [
                        "job": "\(job.id.short)", "file": "\(job.facts.name)",
                        "result": "\(earlier.result)",
                    ]
                )
                try await context.publisher.moveFile(of: job.id)
                return nil
            }
        }
        // A file that only adds to a vocabulary names a version made from another file.
        let isVersion = outcome.vocabulary?.version == outcome.sha256
        if let vocabulary = outcome.vocabulary, isVersion {
            try await context.ledger.store(
                VocabularyRecord(vocabulary, loaded: context.now, standing: .current)
            )
        }
        try await context.ledger.store(queries, for: job.id)
        try await context.ledger.record(
            .loaded(queries: queries.count),
            for: job.id,
            at: context.now
        ) { facts in
            facts.outcome = outcome
            facts.sha256 = outcome.sha256
            facts.bytes = outcome.bytes
        }
        context.logger.info(
            "read",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)",
                "queries": "\(queries.count)", "problems": "\(outcome.problems.count)",
            ]
        )
        if isVersion { try await resumeAwaitingVocabulary() }
        return nil
    }

    private func resumeAwaitingVocabulary() async throws {
        for job in try await context.ledger.reader.jobs(in: [.waiting]) {
            if case .waiting(.vocabulary, _, _) = job.state { try await resume(job) }
        }
    }

    /// Holds a job back until an earlier one with the same bytes has ended.
    ///
    /// If that one is postponed, this one is postponed to the same moment.
    private func hold(_ job: JobRecord, for earlier: JobRecord) async throws -> JobID? {
        if case .waiting(.until(let time, let code), _, _) = earlier.state {
            try await context.ledger.record(
                .deferred(code: code, until: time),
                for: job.id,
                at: context.now
            ) { $0.reason = earlier.facts.reason }
            return nil
        }
        try await context.ledger.record(.stopped, for: job.id, at: context.now)
        return earlier.id
    }
}

/// Collects the lines of a child's standard output.
private actor LineCollector {
    private(set) var lines: [[UInt8]] = []

    func add(_ line: [UInt8]) {
        lines.append(line)
    }
}

/// Takes a load child's standard error: progress lines or messages.
private actor LoadLog {
    private(set) var last = ""
    private var heard = ContinuousClock.now
    private let name: String
    private let logger: Logger
    private let progress: Progress

    init(name: String, logger: Logger, progress: Progress) {
        self.name = name
        self.logger = logger
        self.progress = progress
    }

    nonisolated var add: @Sendable ([UInt8]) async -> Void {
        { await self.note(String(decoding: $0, as: UTF8.self)) }
    }

    /// Waits until nothing was written for `limit`, and records that the child was ended for it.
    func isSilent(for limit: Duration) async {
        while !Task.isCancelled {
            let left = limit - (.now - heard)
            if left <= .zero {
                last = "it had said nothing for \(limit.components.seconds) seconds"
                return
            }
            _ = try? await Task.sleep(for: left)
        }
    }

    private func note(_ line: String) {
        heard = .now
        if let step = try? CanonicalJSON.value(LoadProgress.self, from: line) {
            progress.note(name, step: step.step, done: step.done, total: step.total)
        } else if !line.isEmpty {
            // The backtrace after a fatal error says less than the error itself.
            if !last.hasPrefix("Fatal error") { last = line }
            logger.debug("loader", metadata: ["line": "\(line)"])
        }
    }
}
