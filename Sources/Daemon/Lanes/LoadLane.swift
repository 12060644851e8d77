import Contract
import Jobs
import Ledger
import Logging

/// Has claimed files read by a child, one after the other: vocabularies first, then by age.
struct LoadLane: Sendable {
    let house: House

    func run() async throws {
        try await Recovery(house: house).settleClaimed()
        // After a failure of the disk: no child reads what this lane had begun.
        for job in try await house.ledger.reader.jobs(in: [.loading]) {
            try await house.ledger.record(.stopped, for: job.id, at: house.now)
        }
        // Files whose bytes an earlier job is at work on, and that job: they wait for its end.
        var twins: [JobID: JobID] = [:]
        var versions = try house.settings.stateFolder.readyVersions()
        while !(await house.bell.isStopping) {
            let rings = await house.bell.rings
            // A vocabulary may come from `taxod load`, beside the inbox.
            let found = try house.settings.stateFolder.readyVersions()
            if !found.isSubset(of: versions) { try await resumeAwaitingVocabulary() }
            versions = found
            let pause = try await resumeWaiting()
            twins = try await stillUnderWay(twins)
            guard !house.live.isPaused,
                let job = try await house.ledger.reader.nextToRead(except: Set(twins.keys))
            else {
                await house.isIdle(.load)
                await house.bell.wait(since: rings, atMost: pause)
                continue
            }
            house.work.begin(.load)
            twins[job.id] = try await load(job)
            house.progress.finish()
            await house.tellStatus()
            await house.bell.ring()
        }
    }

    /// The files whose twin is still at work; if it ended or was put off, they are read again.
    private func stillUnderWay(_ twins: [JobID: JobID]) async throws -> [JobID: JobID] {
        var atWork: Set<JobID> = []
        for job in Set(twins.values) {
            let state = try await house.ledger.reader.job(job)?.state
            if let state, !state.isFinal, state.name != .waiting { atWork.insert(job) }
        }
        return twins.filter { atWork.contains($0.value) }
    }

    /// Takes up jobs whose time has come.
    ///
    /// - Returns: How long until the next one's time comes, or until one must look again.
    private func resumeWaiting() async throws -> Duration {
        // A daemon that is to end leaves what was put off to the next one.
        if house.once { return house.settings.rescan }
        while let job = try await house.ledger.reader.nextPostponed(),
            case .waiting(.until(let time, _), _, _) = job.state
        {
            if let left = Retry.wait(until: time, at: house.now) {
                return min(house.settings.rescan, left)
            }
            try await resume(job)
        }
        return house.settings.rescan
    }

    private func resume(_ job: JobRecord) async throws {
        try await house.ledger.record(.resumed, for: job.id, at: house.now) { $0.reason = nil }
        await house.tellStatus()
        await house.bell.ring()
    }

    // MARK: - Reading

    /// Has a file read and does what follows.
    ///
    /// - Returns: The job under way with the same bytes, if this one waits for its end.
    private func load(_ job: JobRecord) async throws -> JobID? {
        guard let file = try house.inbox.recoverClaim(of: job.id, job.facts) else {
            try await house.quarantine(
                job,
                SubmissionError(.unreadableFile, "the file left the folder of claimed files")
            )
            return nil
        }
        // A writer that goes on after the claim is found by this when the result is ready.
        let before = try house.inbox.claimedFacts(of: job.id, job.facts)
        try await house.ledger.record(.beganLoading, for: job.id, at: house.now) {
            $0.isRead = nil
            $0.readBytes = before?.bytes
            $0.readModified = before?.modified
        }
        await house.tellStatus()
        let request = LoadRequest(
            path: file.path,
            fileName: job.facts.name,
            task: job.facts.taskHint?.rawValue,
            expectedSHA256: file.expectedSHA256,
            acceptsShrunken: job.facts.acceptsShrunken
        )
        let output = LineCollector()
        let log = LoadLog(name: job.facts.name, logger: house.logger, progress: house.progress)
        let end: ChildEnd
        let settings = house.settings
        do {
            (_, end) = try await settings.loadCommand(request).run(
                errorLine: log.add,
                outputLine: { await output.add($0) },
                until: { await stopping(orSilent: log, for: settings.queryTimeLimit) },
                body: { _ in }
            )
        } catch let fault as ChildFault {
            try await house.postpone(job, fault.submissionError)
            return nil
        }
        // Of a file that was moved away meanwhile with its inbox nothing can be said.
        try house.inbox.demandPresence()
        // From here on the daemon itself may fail over it.
        try await house.ledger.note(for: job.id, at: house.now) { $0.isRead = true }
        guard let (outcome, queries) = Self.parse(await output.lines) else {
            if await house.bell.isStopping {
                try await house.ledger.record(.stopped, for: job.id, at: house.now)
            } else {
                try await readerDied(job, end, lastWords: await log.last)
            }
            return nil
        }
        if let refusal = outcome.refusal {
            try await refuse(job, refusal.error)
            return nil
        }
        return try await accept(job, outcome, queries)
    }

    /// Returns when the daemon is to end, or the child has said nothing for `limit`.
    private func stopping(orSilent log: LoadLog, for limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await house.bell.stopping() }
            group.addTask { await log.isSilent(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// What the child said, or `nil` if it did not say all of it.
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
            if let twin = try await house.ledger.reader.jobUnderWay(duplicateKey: key) {
                return try await wait(job, for: twin)
            }
            if let earlier = try await house.publisher.earlierResult(duplicateKey: key) {
                try await house.ledger.record(
                    .foundDuplicate(of: earlier.job, result: earlier.result),
                    for: job.id,
                    at: house.now
                ) { $0.outcome = outcome }
                house.logger.info(
                    "duplicate",
                    metadata: [
                        "job": "\(job.id.short)", "file": "\(job.facts.name)",
                        "result": "\(earlier.result)",
                    ]
                )
                try await house.publisher.setAside(job.id)
                return nil
            }
        }
        // What only contributes to a vocabulary names that one, whose version is another file's.
        let isVersion = outcome.vocabulary?.version == outcome.sha256
        if let vocabulary = outcome.vocabulary, isVersion {
            try await house.ledger.store(
                VocabularyRecord(vocabulary, loaded: house.now, standing: .current)
            )
        }
        try await house.ledger.store(queries, for: job.id)
        try await house.ledger.record(
            .loaded(queries: queries.count),
            for: job.id,
            at: house.now
        ) { facts in
            facts.outcome = outcome
            facts.sha256 = outcome.sha256
            facts.bytes = outcome.bytes
        }
        house.logger.info(
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
        for job in try await house.ledger.reader.jobs(in: [.waiting]) {
            if case .waiting(.vocabulary, _, _) = job.state { try await resume(job) }
        }
    }

    /// Puts a job down until its twin is at its end, or until the twin is taken up again.
    private func wait(_ job: JobRecord, for twin: JobRecord) async throws -> JobID? {
        if case .waiting(.until(let time, let code), _, _) = twin.state {
            try await house.ledger.record(
                .deferred(code: code, until: time),
                for: job.id,
                at: house.now
            ) { $0.reason = twin.facts.reason }
            return nil
        }
        try await house.ledger.record(.stopped, for: job.id, at: house.now)
        return twin.id
    }

    // MARK: - Refusals

    private func refuse(_ job: JobRecord, _ error: SubmissionError) async throws {
        switch error.code {
        case .noVocabulary:
            try await house.ledger.record(
                .awaitsVocabulary(name: nil),
                for: job.id,
                at: house.now
            ) { $0.reason = LoadOutcome.Refusal(error) }
            house.logger.info(
                "waiting for a vocabulary",
                metadata: ["job": "\(job.id.short)", "file": "\(job.facts.name)"]
            )
        case .shrunkenVocabulary:
            let remedy = "If the loss is meant: `taxod retry \(job.id.short) --accept-shrunken`."
            try await house.quarantine(
                job,
                SubmissionError(error.code, at: error.location, error.message, remedy: remedy)
            )
        case _ where error.isPermanent:
            try await house.quarantine(job, error)
        default:
            try await house.postpone(job, error)
        }
    }

    /// The child ended without a word that can be understood.
    private func readerDied(
        _ job: JobRecord,
        _ end: ChildEnd,
        lastWords: String
    ) async throws {
        house.logger.warning(
            "the reading child died",
            metadata: [
                "job": "\(job.id.short)", "end": "\(end)", "said": "\(lastWords)",
            ]
        )
        let error = SubmissionError(
            .workerDied,
            "the process that read the file \(end)\(lastWords.isEmpty ? "" : ": \(lastWords)")",
            remedy: ChildFault.remedyForMemory(lastWords)
                ?? "Check the file; if it looks right, report it together with the log."
        )
        let record = try await house.ledger.record(.interrupted, for: job.id, at: house.now) {
            $0.reason = LoadOutcome.Refusal(error)
        }
        if case .quarantined = record.state { try await house.publisher.setAside(job.id) }
    }
}

/// Collects the lines of a child's output.
private actor LineCollector {
    private(set) var lines: [[UInt8]] = []

    func add(_ line: [UInt8]) {
        lines.append(line)
    }
}

/// Reads what a load child says on standard error: progress, or words.
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

    /// Waits until nothing was said for `limit`, and notes that this is why the child was ended.
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
            // What follows a fatal error, as a backtrace does, says less.
            if !last.hasPrefix("Fatal error") { last = line }
            logger.debug("loader", metadata: ["line": "\(line)"])
        }
    }
}
