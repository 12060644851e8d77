import Contract

/// Why a query got no answer.
enum WorkerFault: Error {
    /// The worker ended before it answered.
    case died
    /// The worker was at this query for longer than is allowed, and is being ended.
    case late
}

/// A running worker: takes queries, gives answers in the same order.
///
/// It is given up at the first broken pipe, breach of the protocol or query that takes too long;
/// whoever waits then gets a ``WorkerFault``, and the caller decides what the next worker is asked.
actor Worker {
    /// Lines to be written to the worker, in order.
    nonisolated let lines: AsyncStream<[UInt8]>
    private let outgoing: AsyncStream<[UInt8]>.Continuation
    /// The grace period after which the worker is ended, once its end is due.
    private nonisolated let dismissals: AsyncStream<Duration>
    private nonisolated let dismissal: AsyncStream<Duration>.Continuation
    private var waiting: [CheckedContinuation<[UInt8], any Error>] = []
    private var hasEnded = false
    private var hasLoaded = false
    private var starting: CheckedContinuation<Void, Never>?
    /// Since when it starts, or is at the query that has waited longest; `nil` without work.
    private var busySince: ContinuousClock.Instant? = .now

    /// Grace period after the last query, for the worker to end by itself.
    private static let gracePeriod: Duration = .seconds(10)
    /// Grace period after the worker's output closed, to collect its exit status.
    private static let exitGracePeriod: Duration = .seconds(2)

    init() {
        (lines, outgoing) = AsyncStream.makeStream()
        (dismissals, dismissal) = AsyncStream.makeStream()
    }

    /// Waits until the worker has loaded its models.
    ///
    /// Queries are sent only then, so that no query is blamed for a death while loading.
    ///
    /// - Returns: `false` if it ended before.
    func isReady() async -> Bool {
        if !hasEnded && !hasLoaded { await withCheckedContinuation { starting = $0 } }
        return hasLoaded && !hasEnded
    }

    /// Reads what the worker says on standard error.
    func heard(_ line: [UInt8]) {
        guard !hasLoaded, line.starts(with: WorkerProtocol.readyLine.utf8) else { return }
        hasLoaded = true
        busySince = nil
        starting?.resume()
        starting = nil
    }

    /// Asks one query, as a line of JSON, and waits for the line that answers it.
    ///
    /// Several callers may wait at a time; the worker answers in the order of asking.
    ///
    /// - Throws: ``WorkerFault``.
    func ask(_ line: [UInt8]) async throws -> [UInt8] {
        guard !hasEnded else { throw WorkerFault.died }
        return try await withCheckedThrowingContinuation { continuation in
            if waiting.isEmpty { busySince = .now }
            waiting.append(continuation)
            outgoing.yield(line)
        }
    }

    /// Hands the next answer to whoever has waited longest.
    func deliver(_ line: [UInt8]) {
        // A worker that speaks unasked no longer keeps to the protocol.
        guard !waiting.isEmpty else { return giveUp() }
        let first = waiting.removeFirst()
        busySince = waiting.isEmpty ? nil : .now
        first.resume(returning: line)
    }

    /// Nothing more will be asked: the worker ends by itself.
    nonisolated func finish() {
        outgoing.finish()
        dismissal.yield(Self.gracePeriod)
    }

    /// The worker reads or writes no more: nobody will be answered.
    func ended() {
        fail(.died)
        dismissal.yield(Self.exitGracePeriod)
    }

    /// Has the worker ended at once, as nothing it says can be trusted.
    func giveUp() {
        fail(.died)
        dismissal.yield(.zero)
    }

    /// Has a worker ended that is not ready yet: there will be nothing to ask.
    func giveUpStarting() {
        if !hasLoaded { giveUp() }
    }

    /// Waits until it is time to end the process.
    ///
    /// - Parameter limit: The longest that the worker may be at one query, or at its start.
    func isDue(after limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await grace in self.dismissals {
                    _ = try? await Task.sleep(for: grace)
                    return
                }
            }
            group.addTask { await self.overstays(limit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func overstays(_ limit: Duration) async {
        while !Task.isCancelled {
            let left = busySince.map { limit - (.now - $0) } ?? limit
            if left <= .zero { return fail(.late) }
            _ = try? await Task.sleep(for: left)
        }
    }

    /// The worker is at the query that has waited longest; only that one can be late.
    private func fail(_ fault: WorkerFault) {
        hasEnded = true
        busySince = nil
        starting?.resume()
        starting = nil
        outgoing.finish()
        for (index, continuation) in waiting.enumerated() {
            continuation.resume(throwing: index == 0 ? fault : .died)
        }
        waiting = []
    }
}

extension ChildCommand {
    /// Starts a worker, lends it to `body` and lets it end by itself afterwards.
    ///
    /// - Parameters:
    ///   - limit: The longest that the worker may be at one query, or at its start.
    ///   - changes: Once it says that the daemon is about to end, a worker that is not ready is not
    ///     waited for.
    ///   - log: Called with each line of standard error.
    ///   - body: When it returns, nothing more is asked.
    /// - Returns: What `body` returned, and how the worker ended.
    /// - Throws: What `body` throws, ``ChildFault``.
    func withWorker<Result: Sendable>(
        limit: Duration,
        changes: ChangeSignal,
        log: @escaping @Sendable ([UInt8]) async -> Void,
        _ body: @escaping @Sendable (Worker) async throws -> Result
    ) async throws -> (result: Result, end: ChildEnd) {
        let worker = Worker()
        return try await run(
            errorLine: { line in
                await worker.heard(line)
                await log(line)
            },
            outputLine: { await worker.deliver($0) },
            outputEnd: { await worker.ended() },
            until: {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await changes.waitUntilStopping()
                        await worker.giveUpStarting()
                    }
                    await worker.isDue(after: limit)
                    group.cancelAll()
                }
            },
            body: { input in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await line in worker.lines where !(await input.send(line)) {
                            await worker.ended()
                        }
                    }
                    defer { worker.finish() }
                    return try await body(worker)
                }
            }
        )
    }
}
