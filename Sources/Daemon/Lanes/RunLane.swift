import Contract
import Jobs
import Ledger
import Logging

/// Answers the queries of running jobs, and publishes their results.
///
/// A worker serves all jobs of one vocabulary version, which take ``Turns``. It exits after it has
/// been idle for a while, or after ``DaemonSettings/workerTurn`` if jobs of another version wait.
/// At most ``DaemonSettings/inFlight`` queries are in flight at a time. When a worker dies,
/// `QueryState` decides which of them is to blame.
struct RunLane: Sendable {
    let context: DaemonContext

    /// Consecutive workers that may die without answering anything before their jobs are postponed.
    private static let deathLimit = 6

    func run() async throws {
        // Consecutive workers that answered nothing.
        var failures = 0
        // The versions that were served, the last one last.
        var served: [String] = []
        while !(await context.changes.isStopping) {
            let seen = await context.changes.count
            try await cancel(except: [])
            if let job = try await context.ledger.reader.nextToPublish() {
                context.work.begin(.run)
                try await publish(job)
            } else if !context.live.isPaused, let version = try await nextVersion(after: served) {
                if failures > 0 { await context.changes.pause(for: Self.pause(after: failures)) }
                if await context.isOnHold { continue }
                context.work.begin(.run)
                served = served.filter { $0 != version } + [version]
                failures = try await serve(version, after: failures) ? 0 : failures + 1
            } else {
                await context.noteIdle(.run)
                await context.changes.wait(since: seen, atMost: context.settings.rescan)
            }
        }
    }

    /// The version whose jobs are answered next: one that was not served yet, else the one whose
    /// turn was longest ago.
    private func nextVersion(after served: [String]) async throws -> String? {
        try await context.ledger.reader.versionsToAnswer().enumerated().min { left, right in
            let (first, second) = (
                served.firstIndex(of: left.element) ?? -1,
                served.firstIndex(of: right.element) ?? -1
            )
            return (first, left.offset) < (second, right.offset)
        }?.element
    }

    /// Cancels the running jobs that operators want to end, except those with queries in flight.
    private func cancel(except busy: Set<JobID>) async throws {
        for id in context.cancellations.all where !busy.contains(id) {
            guard let job = try await context.ledger.reader.job(id), case .running = job.state
            else { continue }
            context.work.begin(.run)
            context.progress.finish()
            try await context.publisher.cancel(job)
            await context.changes.notify()
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
        /// Whether the worker can no longer be asked.
        var hasEnded = false
        /// The queries that were in flight then.
        var lost: [Turns.Query] = []

        mutating func note(_ query: Turns.Query, isAnswered: Bool) {
            if isAnswered {
                answered += 1
            } else {
                hasEnded = true
                lost.append(query)
            }
        }
    }

    /// Serves the jobs that need this vocabulary version.
    ///
    /// - Returns: `false` if a worker was needed and answered nothing.
    private func serve(_ version: String, after failures: Int) async throws -> Bool {
        var turns = Turns(reader: context.ledger.reader, version: version)
        guard let first = try await nextToAsk(&turns) else { return true }
        let log = WorkerLog(logger: context.logger)
        let served: Served
        let end: ChildEnd
        do {
            (served, end) = try await context.settings.workerCommand(version).withWorker(
                limit: context.settings.queryTimeLimit,
                changes: context.changes,
                log: log.add
            ) { [turns] worker in
                guard await worker.isReady() else { return Served(hasEnded: true) }
                return try await serve(first, turns, version: version, with: worker)
            }
        } catch let fault as ChildFault {
            context.progress.finish()
            try await postponeAll(of: version, fault.submissionError, after: failures + 1)
            return false
        }
        context.progress.finish()
        if served.hasEnded {
            try await settle(
                served.lost,
                version: version,
                end,
                lastError: await log.lastError,
                after: served.answered > 0 ? 1 : failures + 1
            )
        }
        await context.statusChanges.notify()
        await context.changes.notify()
        return !served.hasEnded || served.answered > 0
    }

    // Long: which queries are in flight is known only here.
    /// Asks the worker `first`, and what the turns give after it.
    private func serve(
        _ first: Turns.Query,
        _ given: Turns,
        version: String,
        with worker: Worker
    ) async throws -> Served {
        try await withThrowingTaskGroup(of: (Turns.Query, Bool).self) { group in
            do {
                var turns = given
                var served = Served()
                var inFlight: [JobID: Int] = [:]
                // Taken, but not asked: nothing else may be in flight beside it, or before it.
                var next: Turns.Query? = first
                var isAlone = false
                let (began, generation) = (ContinuousClock.now, context.live.generation)
                var idleSince = began
                while true {
                    let seen = await context.changes.count
                    if let id = next?.job.id, context.cancellations.contains(id) { next = nil }
                    try await cancel(except: Set(inFlight.keys))
                    while let job = try await context.ledger.reader.nextToPublish() {
                        turns.forget(job.id)
                        try await publish(job)
                    }
                    let isOver =
                        try await isOver(began, served, version) || served.hasEnded
                    while !isOver, !isAlone, inFlight.total < context.settings.inFlight,
                        !(await context.isOnHold), context.live.generation == generation
                    {
                        if next == nil { next = try await nextToAsk(&turns) }
                        guard let query = next else { break }
                        isAlone = query.query.state.isAlone
                        if isAlone, inFlight.total > 0 { break }
                        next = nil
                        context.work.begin(.run)
                        inFlight[query.job.id, default: 0] += 1
                        group.addTask { (query, try await ask(query, worker)) }
                    }
                    if let (query, isAnswered) = try await group.next() {
                        isAlone = false
                        idleSince = .now
                        inFlight.remove(query.job.id)
                        served.note(query, isAnswered: isAnswered)
                        continue
                    }
                    let left = context.settings.workerIdle - (.now - idleSince)
                    let versions = try await context.ledger.reader.versionsToAnswer()
                    let othersWait = versions.contains(where: { $0 != version })
                    let isLeaving = await context.isOnHold || context.live.generation != generation
                    if isOver || isLeaving || othersWait || left <= .zero { return served }
                    // A job may have come since the last look.
                    if versions.isEmpty { await context.noteIdle(.run) }
                    let pause = versions.isEmpty ? left : min(left, context.settings.rescan)
                    await context.changes.wait(since: seen, atMost: pause)
                }
            } catch {
                // The ledger cannot be written, so the other answers could not be stored either.
                await worker.giveUp()
                throw error
            }
        }
    }

    /// Whether the worker had its turn, and jobs of another version wait.
    private func isOver(
        _ began: ContinuousClock.Instant,
        _ served: Served,
        _ version: String
    ) async throws -> Bool {
        guard served.answered > 0, .now - began >= context.settings.workerTurn else { return false }
        return try await context.ledger.reader.versionsToAnswer().contains { $0 != version }
    }

    /// Takes the next query that has to be asked, and answers those that never are on the way.
    private func nextToAsk(_ turns: inout Turns) async throws -> Turns.Query? {
        while let next = try await turns.next(unless: context.cancellations.contains) {
            guard let error = Self.fault(of: next.query) else { return next }
            let line = try AnswerLine(.failing(to: next.query.query, error))
            try await store(line, to: next)
        }
        return nil
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

    /// Asks one query, and stores its answer.
    ///
    /// - Returns: `false` if the worker can no longer be asked.
    private func ask(_ next: Turns.Query, _ worker: Worker) async throws -> Bool {
        let (job, query) = (next.job, next.query)
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
            try await store(try AnswerLine(.failing(to: query.query, error)), to: next)
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
        try await store(line, to: next)
        context.gauges.noteQuery(.now - began, tokens: line.answer.tokens ?? 0)
        return true
    }

    private func store(_ line: AnswerLine, to next: Turns.Query) async throws {
        let (record, _) = try await context.ledger.store(
            line,
            for: next.job.id,
            seq: next.query.seq,
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

    /// Decides what happens to the jobs whose worker ended before all queries were answered.
    private func settle(
        _ lost: [Turns.Query],
        version: String,
        _ end: ChildEnd,
        lastError: SubmissionError?,
        after failures: Int
    ) async throws {
        if await context.changes.isStopping, lost.isEmpty { return }
        for (job, queries) in Dictionary(grouping: lost, by: \.job.id) {
            try await context.ledger.record(
                end.queryEvent,
                forQueries: queries.map(\.query.seq),
                of: job
            )
        }
        if !lost.isEmpty, !end.isByItself, failures < Self.deathLimit {
            context.gauges.noteWorkerDeath()
            context.logger.warning(
                "the worker died",
                metadata: [
                    "job": "\(Set(lost.map(\.job.id.short)).sorted().joined(separator: " "))",
                    "end": "\(end)", "queries": "\(lost.count)",
                    "alone": "\(lost.contains { $0.query.state.isAlone })",
                    "said": "\(lastError?.message ?? "")",
                ]
            )
            return
        }
        // The worker gave up, never got ready, or too many died in a row: not the queries' fault.
        try await postponeAll(
            of: version,
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

extension [JobID: Int] {
    /// Number of all queries in flight.
    fileprivate var total: Int { values.reduce(0, +) }

    /// Counts one query less for a job.
    fileprivate mutating func remove(_ job: JobID) {
        self[job] = self[job].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
}
