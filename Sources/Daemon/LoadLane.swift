import Jobs
import Ledger
import Logging

/// Has claimed files read by a child, one after the other: vocabularies first, then by age.
struct LoadLane: Sendable {
    let house: House

    func run() async throws {
        // Files whose bytes an earlier job is at work on, and that job: they wait for its end.
        var twins: [JobID: JobID] = [:]
        while !(await house.bell.isStopping) {
            let rings = await house.bell.rings
            try await resumeWaiting()
            guard let job = try await nextJob(&twins) else {
                await house.bell.wait(since: rings, atMost: house.settings.rescan)
                continue
            }
            twins[job.id] = try await load(job)
            house.progress.finish()
            await house.bell.ring()
        }
    }

    /// The next file to read.
    private func nextJob(_ twins: inout [JobID: JobID]) async throws -> JobRecord? {
        let open = try await house.ledger.reader.openJobs()
        let alive = Set(open.map(\.id))
        twins = twins.filter { alive.contains($0.value) }
        let claimed = open.filter { $0.state.name == .claimed && twins[$0.id] == nil }
        return claimed.first { Self.looksLikeVocabulary($0.facts.name) } ?? claimed.first
    }

    /// Whether a name is that of XML; the content decides later what it really is.
    private static func looksLikeVocabulary(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasSuffix(".xml") || name.hasSuffix(".xml.gz")
    }

    /// Takes up jobs whose time has come, or whose vocabulary may have.
    private func resumeWaiting() async throws {
        let hasVocabulary = try await !house.ledger.reader.vocabularies().isEmpty
        for job in try await house.ledger.reader.jobs(in: [.waiting]) {
            guard case .waiting(let wait, _, _) = job.state else { continue }
            switch wait {
            case .vocabulary: guard hasVocabulary else { continue }
            case .until(let time, _): guard time <= house.now else { continue }
            }
            try await house.ledger.record(.resumed, for: job.id, at: house.now) { $0.reason = nil }
        }
    }

    /// Has a file read and does what follows.
    ///
    /// - Returns: The job under way with the same bytes, if this one waits for its end.
    private func load(_ job: JobRecord) async throws -> JobID? {
        try await house.ledger.record(.beganLoading, for: job.id, at: house.now)
        await house.tellStatus()
        let request = LoadRequest(
            path: house.inbox.claimedPath(of: job.id, job.facts),
            fileName: job.facts.name,
            task: job.facts.taskHint?.rawValue,
            acceptsShrunken: job.facts.acceptsShrunken
        )
        let lines = LineCollector()
        let log = LoadLog(name: job.facts.name, logger: house.logger, progress: house.progress)
        let (_, end) = try await house.settings.loadCommand(request).run(
            errorLine: log.add,
            outputLine: { await lines.add($0) },
            body: { _ in }
        )
        let collected = await lines.lines
        guard let first = collected.first,
            let outcome = try? CanonicalJSON.value(
                LoadOutcome.self,
                from: String(decoding: first, as: UTF8.self)
            ),
            collected.count == outcome.queryCount + 1
        else {
            try await readerDied(job, end, lastWords: await log.last)
            return nil
        }
        if let refusal = outcome.refusal {
            try await refuse(job, refusal.error)
            return nil
        }
        let queries = try collected.dropFirst().map {
            try CanonicalJSON.value(LoadedQuery.self, from: String(decoding: $0, as: UTF8.self))
        }
        return try await accept(job, outcome, queries)
    }

    private func accept(
        _ job: JobRecord,
        _ outcome: LoadOutcome,
        _ queries: [LoadedQuery]
    ) async throws -> JobID? {
        var facts = job.facts
        facts.outcome = outcome
        let key = facts.force || outcome.force ? nil : facts.duplicateKey
        if let key, let twin = try await jobUnderWay(duplicateKey: key) {
            try await house.ledger.record(.stopped, for: job.id, at: house.now)
            return twin
        }
        if let key, let earlier = try await house.publisher.earlierResult(duplicateKey: key) {
            try await house.ledger.record(
                .foundDuplicate(of: earlier.job, result: earlier.result),
                for: job.id,
                at: house.now
            ) { $0.outcome = outcome }
            try await house.publisher.setAside(job.id)
            return nil
        }
        if let vocabulary = outcome.vocabulary, vocabulary.version == outcome.sha256 {
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
        await house.tellStatus()
        return nil
    }

    /// A job that will publish the result of the same bytes on the same basis.
    private func jobUnderWay(duplicateKey: String) async throws -> JobID? {
        try await house.ledger.reader.jobs(in: [.running, .staged, .published])
            .first { $0.facts.duplicateKey == duplicateKey }?.id
    }

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
            await house.tellStatus()
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
            remedy: "Check the file; if it looks right, report it together with the log."
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

    private func note(_ line: String) {
        if let step = try? CanonicalJSON.value(LoadProgress.self, from: line) {
            progress.note(name, step: step.step, done: step.done, total: step.total)
        } else if !line.isEmpty {
            last = line
            logger.debug("loader", metadata: ["line": "\(line)"])
        }
    }
}
