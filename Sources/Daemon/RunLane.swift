import Glibc
import Jobs
import Ledger
import Logging

/// Answers the queries of running jobs, one job after the other, and publishes their results.
///
/// A worker serves all jobs of one vocabulary version and ends when it has had nothing to do for
/// a while. At most ``DaemonSettings/inFlight`` queries are asked at a time; those that were in
/// flight when a worker died are asked again alone, and only a query that dies alone counts.
struct RunLane: Sendable {
    let house: House

    func run() async throws {
        while !(await house.bell.isStopping) {
            let rings = await house.bell.rings
            guard let job = try await nextJob(of: nil) else {
                await house.bell.wait(since: rings, atMost: house.settings.rescan)
                continue
            }
            try await serve(job)
        }
    }

    /// The oldest job with queries to ask or a result to publish; of this version, if given.
    private func nextJob(of version: String?) async throws -> JobRecord? {
        let running = try await house.ledger.reader.jobs(in: [.running])
        return running.first { job in
            version == nil || job.facts.outcome?.vocabulary?.version == version
        }
    }

    /// Serves `first` and the jobs after it that ask the same version.
    private func serve(_ first: JobRecord) async throws {
        try await answerByRule(first)
        guard let version = first.facts.outcome?.vocabulary?.version,
            try await !house.ledger.reader.pendingQueries(of: first.id).isEmpty
        else {
            try await house.publisher.publish(first.id)
            await house.bell.ring()
            return
        }
        let log = WorkerLog(logger: house.logger)
        let command = house.settings.workerCommand(version)
        let (served, end) = try await command.withWorker(log: log.add) { worker in
            guard await worker.isReady() else { return Served.workerDied(first, asked: []) }
            return try await serve(version: version, with: worker)
        }
        house.progress.finish()
        if case .workerDied(let job, let asked) = served {
            try await mourn(job, asked: asked, end: end, lastWords: await log.last)
        }
        await house.bell.ring()
    }

    /// How serving with one worker ended.
    private enum Served: Sendable {
        case done
        /// The worker died while these queries of the job were asked.
        case workerDied(JobRecord, asked: [Asked])
    }

    /// A query that was sent to a worker.
    private struct Asked: Sendable {
        let query: QueryRecord
        let alone: Bool
    }

    private func serve(version: String, with worker: Worker) async throws -> Served {
        while !(await house.bell.isStopping) {
            let rings = await house.bell.rings
            guard let job = try await nextJob(of: version) else {
                // Another version's job goes first; otherwise the worker waits a little.
                if try await nextJob(of: nil) != nil { return .done }
                await house.bell.wait(since: rings, atMost: house.settings.workerIdle)
                guard try await nextJob(of: version) != nil else { return .done }
                continue
            }
            try await answerByRule(job)
            let asked = try await answer(job, with: worker)
            if let asked { return .workerDied(job, asked: asked) }
            if try await house.ledger.reader.pendingQueries(of: job.id).isEmpty {
                house.progress.finish()
                try await house.publisher.publish(job.id)
                await house.bell.ring()
            }
        }
        return .done
    }

    /// Answers what is never asked: refused queries, and those that ended a worker twice.
    private func answerByRule(_ job: JobRecord) async throws {
        for pending in try await house.ledger.reader.pendingQueries(of: job.id) {
            let error: SubmissionError
            if let refusal = pending.refusal {
                error = refusal.error
            } else if pending.isGivenUp {
                error = SubmissionError(
                    .workerDied,
                    "the worker ended \(pending.crashes) times while it worked on this query alone"
                )
            } else {
                continue
            }
            try await store(.failing(to: pending.query, error), pending, of: job)
        }
    }

    /// Asks the job's pending queries.
    ///
    /// - Returns: `nil` when all were answered or the daemon is stopping; otherwise the queries
    ///   in flight when the worker died.
    private func answer(_ job: JobRecord, with worker: Worker) async throws -> [Asked]? {
        let pending = try await house.ledger.reader.pendingQueries(of: job.id)
        for suspect in pending where suspect.isBegun {
            if await house.bell.isStopping { return nil }
            let asked = Asked(query: suspect, alone: true)
            if try await !ask(asked, of: job, with: worker) { return [asked] }
        }
        var rest = pending.filter { !$0.isBegun }[...]
        return try await withThrowingTaskGroup(of: (Asked, Bool).self) { group in
            var running = 0
            var lost: [Asked] = []
            while true {
                while running < house.settings.inFlight, lost.isEmpty,
                    let query = rest.first, !(await house.bell.isStopping)
                {
                    rest.removeFirst()
                    running += 1
                    let asked = Asked(query: query, alone: false)
                    group.addTask { (asked, try await ask(asked, of: job, with: worker)) }
                }
                guard let (asked, isAnswered) = try await group.next() else { break }
                running -= 1
                if !isAnswered { lost.append(asked) }
            }
            return lost.isEmpty ? nil : lost
        }
    }

    /// Asks one query and stores its answer.
    ///
    /// - Returns: `false` if the worker died before it answered.
    private func ask(_ asked: Asked, of job: JobRecord, with worker: Worker) async throws -> Bool {
        let pending = asked.query
        _ = try await house.ledger.beginQuery(pending.seq, of: job.id, alone: asked.alone)
        let line = Array(try CanonicalJSON.data(of: pending.query))
        let limit = house.settings.queryTimeLimit
        let watch = Task {
            try await Task.sleep(for: limit)
            worker.kill()
        }
        defer { watch.cancel() }
        let started = ContinuousClock.now
        let reply: [UInt8]
        do {
            reply = try await worker.ask(line)
        } catch is WorkerDied {
            guard ContinuousClock.now - started >= limit else { return false }
            let error = SubmissionError(
                .timeLimit,
                "no answer within \(limit.components.seconds) seconds"
            )
            try await store(.failing(to: pending.query, error), pending, of: job)
            return false
        }
        guard
            let answer = try? CanonicalJSON.value(
                Answer.self,
                from: String(decoding: reply, as: UTF8.self)
            ),
            answer.key == pending.query.key
        else {
            // It no longer speaks the protocol, so nothing that it says can be trusted.
            house.logger.error("the worker's answer cannot be read")
            worker.kill()
            return false
        }
        try await store(answer, pending, of: job)
        return true
    }

    private func store(_ answer: Answer, _ pending: QueryRecord, of job: JobRecord) async throws {
        let (record, _) = try await house.ledger.store(
            answer,
            for: job.id,
            seq: pending.seq,
            at: house.now
        )
        if case .running(let progress, _) = record.state {
            house.progress.note(
                record.facts.name,
                step: "query",
                done: progress.done,
                total: progress.total
            )
            await house.tellStatus()
        }
    }

    /// Decides what becomes of a job whose worker died.
    private func mourn(
        _ job: JobRecord,
        asked: [Asked],
        end: ChildEnd,
        lastWords: String
    ) async throws {
        guard asked.isEmpty || end.isByItself else {
            // The queries stay marked as begun, so that the next worker is asked them alone.
            house.logger.warning(
                "the worker died",
                metadata: [
                    "job": "\(job.id.short)", "end": "\(end)", "queries": "\(asked.count)",
                    "alone": "\(asked.contains { $0.alone })",
                ]
            )
            return
        }
        for query in asked {
            try await house.ledger.releaseQuery(query.query.seq, of: job.id, alone: query.alone)
        }
        // The worker ended by itself and said why, or never began: not the queries' fault.
        let error = SubmissionError(
            .engineUnavailable,
            lastWords.isEmpty ? "the worker \(end)" : lastWords
        )
        try await house.postpone(job, error)
    }
}

/// Keeps the last line that a child wrote to its standard error, and logs all of them.
actor WorkerLog {
    private(set) var last = ""
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    nonisolated var add: @Sendable ([UInt8]) async -> Void {
        { await self.note(String(decoding: $0, as: UTF8.self)) }
    }

    private func note(_ line: String) {
        guard !line.isEmpty else { return }
        // The first line of a message holds the fault, the ones after it the remedy.
        last = line.hasPrefix("taxod: ") ? String(line.dropFirst(7)) : last.isEmpty ? line : last
        logger.debug("worker", metadata: ["line": "\(line)"])
    }
}
