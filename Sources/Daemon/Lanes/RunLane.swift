import Contract
import Jobs
import Ledger
import Logging

/// Answers the queries of running jobs, one job at a time, and publishes their results.
///
/// A worker serves all jobs of one vocabulary version, and exits after it has been idle for a
/// while. At most ``DaemonSettings/inFlight`` queries are in flight at a time. When a worker dies,
/// `QueryState` decides which of them is to blame.
struct RunLane: Sendable {
    let context: DaemonContext

    /// Number of queries read from the ledger at once.
    private static let page = 256
    /// Consecutive workers that may die without answering anything before the job is postponed.
    private static let deathLimit = 6

    func run() async throws {
        // Consecutive workers that answered nothing.
        var failures = 0
        while !(await context.changes.isStopping) {
            let seen = await context.changes.count
            if let job = try await context.ledger.reader.nextToPublish() {
                context.work.begin(.run)
                try await publish(job)
            } else if !context.live.isPaused,
                let job = try await context.ledger.reader.nextToAnswer()
            {
                if failures > 0 { await context.changes.pause(for: Self.pause(after: failures)) }
                if await context.isOnHold { continue }
                context.work.begin(.run)
                failures = try await serve(job, after: failures) ? 0 : failures + 1
            } else {
                await context.noteIdle(.run)
                await context.changes.wait(since: seen, atMost: context.settings.rescan)
            }
        }
    }

    /// The delay before another worker is started, doubling from 0.1 s with each failure in a row.
    private static func pause(after failures: Int) -> Duration {
        .milliseconds(50 << min(failures, 10))
    }

    private func publish(_ job: JobRecord) async throws {
        context.progress.finish()
        if case .running = job.state, try hasGrown(job) {
            let error = SubmissionError(
                .changedWhileRead,
                at: .init(file: job.facts.name),
                "the file was written to after it had been read"
            )
            return try await context.publisher.postpone(job, error)
        }
        try await context.publisher.publish(job.id)
        await context.statusChanges.notify()
        await context.changes.notify()
    }

    /// Whether the file was written to after its reading began, so that it was only half read.
    private func hasGrown(_ job: JobRecord) throws -> Bool {
        guard let bytes = job.facts.readBytes, let modified = job.facts.readModified,
            let now = try context.inbox.claimedFacts(of: job.id, job.facts)
        else { return false }
        return now.bytes != bytes || now.modified != modified
    }

    // MARK: - With a worker

    /// How a worker's service ended.
    private struct Served: Sendable {
        var answered = 0
        /// The current job when the worker died, and its queries that were in flight then.
        var lost: (job: JobRecord, queries: [QueryRecord])?
    }

    /// Serves `first`, and the jobs after it that need the same vocabulary version.
    ///
    /// - Returns: `false` if a worker was needed and answered nothing.
    private func serve(_ first: JobRecord, after failures: Int) async throws -> Bool {
        if try await nextQueries(of: first).isEmpty {
            try await publish(first)
            return true
        }
        let version = first.facts.outcome?.vocabulary?.version ?? ""
        let log = WorkerLog(logger: context.logger)
        let served: Served
        let end: ChildEnd
        do {
            (served, end) = try await context.settings.workerCommand(version).withWorker(
                limit: context.settings.queryTimeLimit,
                changes: context.changes,
                log: log.add
            ) { worker in
                guard await worker.isReady() else { return Served(lost: (first, [])) }
                return try await serve(version: version, with: worker)
            }
        } catch let fault as ChildFault {
            context.progress.finish()
            try await postponeAll(of: version, fault.submissionError, after: failures + 1)
            return false
        }
        context.progress.finish()
        if let lost = served.lost {
            try await settle(
                lost.job,
                lost.queries,
                end,
                lastError: await log.lastError,
                after: served.answered > 0 ? 1 : failures + 1
            )
        }
        await context.statusChanges.notify()
        await context.changes.notify()
        return served.lost == nil || served.answered > 0
    }

    private func serve(version: String, with worker: Worker) async throws -> Served {
        let reader = context.ledger.reader
        var served = Served()
        var idleSince = ContinuousClock.now
        let generation = context.live.generation
        while !(await context.isOnHold), context.live.generation == generation {
            let seen = await context.changes.count
            if let job = try await reader.nextToAnswer(version: version) {
                context.work.begin(.run)
                let queries = try await nextQueries(of: job)
                if queries.isEmpty {
                    try await publish(job)
                } else {
                    let (answered, lost) = try await ask(queries, of: job, worker)
                    served.answered += answered
                    if !lost.isEmpty {
                        served.lost = (job, lost)
                        return served
                    }
                }
                idleSince = .now
                continue
            }
            // A job of another version goes first; otherwise the worker waits briefly.
            if try await reader.nextToAnswer() != nil { return served }
            let left = context.settings.workerIdle - (.now - idleSince)
            if left <= .zero { return served }
            await context.noteIdle(.run)
            await context.changes.wait(since: seen, atMost: left)
        }
        return served
    }

    /// Returns the job's next queries to ask, and answers those that are never asked on the way.
    ///
    /// - Returns: An empty array if every query is answered.
    private func nextQueries(of job: JobRecord) async throws -> [QueryRecord] {
        while true {
            let page = try await context.ledger.reader.pendingQueries(of: job.id, limit: Self.page)
            var open: [QueryRecord] = []
            for query in page {
                if let error = Self.fault(of: query) {
                    let line = try AnswerLine(.failing(to: query.query, error))
                    try await store(line, to: query, of: job)
                } else {
                    open.append(query)
                }
            }
            if page.isEmpty || !open.isEmpty { return open }
        }
    }

    /// Why a query is not asked: it was refused, or it ended a worker too often.
    private static func fault(of query: QueryRecord) -> SubmissionError? {
        if let refusal = query.refusal { return refusal.error }
        guard query.state.isGivenUp else { return nil }
        return SubmissionError(
            .workerDied,
            "the worker ended more than once while it worked on this query alone"
        )
    }

    /// Asks queries: one by one if they were in flight when a worker died, the others together.
    ///
    /// - Returns: How many were answered, and which were in flight if the worker died.
    private func ask(
        _ queries: [QueryRecord],
        of job: JobRecord,
        _ worker: Worker
    ) async throws -> (answered: Int, lost: [QueryRecord]) {
        var answered = 0
        for query in queries where query.state.isAlone {
            if await context.isOnHold { return (answered, []) }
            if try await !ask(query, of: job, worker) { return (answered, [query]) }
            answered += 1
        }
        var rest = queries.filter { !$0.state.isAlone }[...]
        return try await withThrowingTaskGroup(of: (QueryRecord, Bool).self) { group in
            var running = 0
            var lost: [QueryRecord] = []
            do {
                while true {
                    while running < context.settings.inFlight, lost.isEmpty,
                        !(await context.isOnHold), let query = rest.popFirst()
                    {
                        running += 1
                        group.addTask { (query, try await ask(query, of: job, worker)) }
                    }
                    guard let (query, isAnswered) = try await group.next() else {
                        return (answered, lost)
                    }
                    running -= 1
                    if isAnswered { answered += 1 } else { lost.append(query) }
                }
            } catch {
                // The ledger cannot be written, so the other answers could not be stored either.
                await worker.giveUp()
                throw error
            }
        }
    }

    /// Asks one query, and stores its answer.
    ///
    /// - Returns: `false` if the worker can no longer be asked.
    private func ask(
        _ query: QueryRecord,
        of job: JobRecord,
        _ worker: Worker
    ) async throws -> Bool {
        let began = ContinuousClock.now
        // Queries asked together are not recorded: if the daemon dies, they are simply asked again.
        if query.state.isAlone {
            try await context.ledger.record(.askedAlone, forQueries: [query.seq], of: job.id)
        }
        let reply: [UInt8]
        do {
            reply = try await worker.ask(Array(try CanonicalJSON.data(of: query.query)))
        } catch WorkerFault.late {
            let error = SubmissionError(
                .timeLimit,
                "no answer within \(context.settings.queryTimeLimit.components.seconds) seconds"
            )
            try await store(try AnswerLine(.failing(to: query.query, error)), to: query, of: job)
            return false
        } catch WorkerFault.died {
            return false
        }
        guard let line = try? AnswerLine(text: String(decoding: reply, as: UTF8.self)),
            line.answer.key == query.query.key
        else {
            context.logger.error(
                "the worker's line is no answer to its query",
                metadata: ["job": "\(job.id.short)", "query": "\(query.seq)"]
            )
            await worker.giveUp()
            return false
        }
        try await store(line, to: query, of: job)
        context.gauges.noteQuery(.now - began, tokens: line.answer.tokens ?? 0)
        return true
    }

    private func store(_ line: AnswerLine, to query: QueryRecord, of job: JobRecord) async throws {
        let (record, _) = try await context.ledger.store(
            line,
            for: job.id,
            seq: query.seq,
            at: context.now
        )
        guard let progress = record.state.progress else { return }
        context.progress.note(
            record.facts.name,
            step: "query",
            done: progress.done,
            total: progress.total
        )
        await context.statusChanges.notify()
    }

    // MARK: - After a worker

    /// Decides what happens to a job whose worker ended before all its queries were answered.
    private func settle(
        _ job: JobRecord,
        _ asked: [QueryRecord],
        _ end: ChildEnd,
        lastError: SubmissionError?,
        after failures: Int
    ) async throws {
        if await context.changes.isStopping, asked.isEmpty { return }
        try await context.ledger.record(
            end.queryEvent,
            forQueries: asked.map(\.seq),
            of: job.id
        )
        if !asked.isEmpty, !end.isByItself, failures < Self.deathLimit {
            context.gauges.noteWorkerDeath()
            context.logger.warning(
                "the worker died",
                metadata: [
                    "job": "\(job.id.short)", "end": "\(end)", "queries": "\(asked.count)",
                    "alone": "\(asked.contains { $0.state.isAlone })",
                    "said": "\(lastError?.message ?? "")",
                ]
            )
            return
        }
        // The worker gave up, never got ready, or too many died in a row: not the queries' fault.
        try await postponeAll(
            of: job.facts.outcome?.vocabulary?.version ?? "",
            lastError ?? SubmissionError(.engineUnavailable, "the worker \(end)"),
            after: failures
        )
    }

    /// Postpones all jobs that need a worker for this version.
    private func postponeAll(
        of version: String,
        _ error: SubmissionError,
        after failures: Int
    ) async throws {
        while let job = try await context.ledger.reader.nextToAnswer(version: version) {
            try await context.publisher.postpone(job, error, after: failures)
        }
    }
}
