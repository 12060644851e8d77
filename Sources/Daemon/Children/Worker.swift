import Contract

/// Why a query got no answer.
enum WorkerFault: Error {
    /// The worker ended before it answered.
    case died
    /// The worker took longer over this query than is allowed, and is being terminated.
    case late
}

/// A running worker, which takes queries and returns their answers in the same order.
///
/// It is abandoned at the first broken pipe, protocol error or query that takes too long. Whoever
/// waits then gets a ``WorkerFault``, and the caller decides what to ask the next worker.
actor Worker {
    /// Lines to write to the worker, in order.
    nonisolated let lines: AsyncStream<[UInt8]>
    private let outgoing: AsyncStream<[UInt8]>.Continuation
    /// Emits the grace period to wait before terminating the worker, once it is to end.
    private nonisolated let dismissals: AsyncStream<Duration>
    private nonisolated let dismissal: AsyncStream<Duration>.Continuation
    private var waiting: [CheckedContinuation<[UInt8], any Error>] = []
    private var hasEnded = false
    private var hasLoaded = false
    private var starting: CheckedContinuation<Void, Never>?
    /// When the worker started, or began the oldest unanswered query; `nil` when idle.
    private var busySince: ContinuousClock.Instant? = .now

    /// Time for the worker to exit by itself after the last query.
    private static let gracePeriod: Duration = .seconds(10)
    /// Time to collect the exit status after the worker has closed its output.
    private static let exitGracePeriod: Duration = .seconds(2)

    init() {
        (lines, outgoing) = AsyncStream.makeStream()
        (dismissals, dismissal) = AsyncStream.makeStream()
    }

    /// Waits until the worker has loaded its models.
    ///
    /// Queries are sent only then, so that a death while loading is not blamed on a query.
    ///
    /// - Returns: `false` if the worker ended first.
    func isReady() async -> Bool {
        if !hasEnded && !hasLoaded { await withCheckedContinuation { starting = $0 } }
        return hasLoaded && !hasEnded
    }

    /// Takes a line that the worker wrote to standard error.
    func heard(_ line: [UInt8]) {
        guard !hasLoaded, line.starts(with: WorkerProtocol.readyLine.utf8) else { return }
        hasLoaded = true
        busySince = nil
        starting?.resume()
        starting = nil
    }

    /// Sends one query as a line of JSON, and waits for the answer line.
    ///
    /// Several callers may wait at once; the worker answers in the order of the queries.
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

    /// Passes an answer to the caller that has waited longest.
    func deliver(_ line: [UInt8]) {
        // An answer without a query breaks the protocol.
        guard !waiting.isEmpty else { return giveUp() }
        let first = waiting.removeFirst()
        busySince = waiting.isEmpty ? nil : .now
        first.resume(returning: line)
    }

    /// Announces that no more queries follow, so that the worker exits by itself.
    nonisolated func finish() {
        outgoing.finish()
        dismissal.yield(Self.gracePeriod)
    }

    /// Called when the worker no longer reads or writes: the remaining queries fail.
    func ended() {
        fail(.died)
        dismissal.yield(Self.exitGracePeriod)
    }

    /// Terminates the worker at once, because its output can no longer be trusted.
    func giveUp() {
        fail(.died)
        dismissal.yield(.zero)
    }

    /// Terminates a worker that is not ready yet, because there will be no queries for it.
    func giveUpStarting() {
        if !hasLoaded { giveUp() }
    }

    /// Waits until it is time to terminate the process.
    ///
    /// - Parameter limit: The longest that the worker may take for one query, or to start.
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

    /// Fails the waiting queries.
    ///
    /// The worker handles the oldest one, so only that one can be late.
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
    /// Starts a worker, passes it to `body`, and lets it exit by itself afterwards.
    ///
    /// - Parameters:
    ///   - limit: The longest that the worker may take for one query, or to start.
    ///   - changes: Once it reports that the daemon is stopping, a worker that is not ready yet is
    ///     not waited for.
    ///   - log: Called with each line of standard error.
    ///   - body: When it returns, no more queries are sent.
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
