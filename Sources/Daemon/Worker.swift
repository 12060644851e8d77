import Glibc
import Synchronization

/// What a worker and the daemon agree on beside queries and answers.
package enum WorkerProtocol {
    /// How the line begins that a worker writes to standard error once it can answer.
    package static let readyLine = "taxod: ready"
}

/// A running worker: takes queries, gives answers in the same order.
///
/// It dies with the first broken pipe; whoever waits then gets ``WorkerDied``, and the caller
/// decides what is asked again of the next worker.
actor Worker {
    /// Lines to be written to the worker, in order.
    nonisolated let lines: AsyncStream<[UInt8]>
    private let outgoing: AsyncStream<[UInt8]>.Continuation
    private var waiting: [CheckedContinuation<[UInt8], any Error>] = []
    private var hasEnded = false
    private var hasLoaded = false
    private var starting: CheckedContinuation<Void, Never>?
    /// The worker's process identifier; 0 until it runs.
    private nonisolated let process = Atomic<Int32>(0)

    init() {
        (lines, outgoing) = AsyncStream.makeStream()
    }

    /// Waits until the worker has loaded its models.
    ///
    /// Queries are sent only then, so that a death while loading is not laid on one of them.
    ///
    /// - Returns: `false` if it ended before.
    func isReady() async -> Bool {
        if hasEnded || hasLoaded { return hasLoaded && !hasEnded }
        await withCheckedContinuation { starting = $0 }
        return hasLoaded && !hasEnded
    }

    /// Reads what the worker says on standard error.
    func heard(_ line: [UInt8]) {
        guard line.starts(with: WorkerProtocol.readyLine.utf8) else { return }
        hasLoaded = true
        starting?.resume()
        starting = nil
    }

    /// Asks one query, as a line of JSON, and waits for the line that answers it.
    ///
    /// Several callers may wait at a time; the worker answers in the order of asking.
    ///
    /// - Throws: ``WorkerDied``.
    func ask(_ line: [UInt8]) async throws -> [UInt8] {
        guard !hasEnded else { throw WorkerDied() }
        return try await withCheckedThrowingContinuation { continuation in
            waiting.append(continuation)
            outgoing.yield(line)
        }
    }

    /// Hands the next answer to whoever has waited longest.
    func deliver(_ line: [UInt8]) {
        guard !waiting.isEmpty else { return }
        waiting.removeFirst().resume(returning: line)
    }

    nonisolated func started(as process: Int32) {
        self.process.store(process, ordering: .relaxed)
    }

    /// Ends the process at once; whoever waits gets ``WorkerDied``.
    nonisolated func kill() {
        let process = process.load(ordering: .relaxed)
        if process > 0 { Glibc.kill(process, SIGKILL) }
    }

    /// Nothing more will be asked.
    nonisolated func finish() {
        outgoing.finish()
    }

    /// The worker reads or writes no more: nobody will be answered.
    func ended() {
        hasEnded = true
        starting?.resume()
        starting = nil
        outgoing.finish()
        for continuation in waiting { continuation.resume(throwing: WorkerDied()) }
        waiting = []
    }
}

/// The worker ended before it answered.
struct WorkerDied: Error {}

extension ChildCommand {
    /// Starts a worker, lends it to `body` and lets it end by itself afterwards.
    func withWorker<Result: Sendable>(
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
            body: { input in
                worker.started(as: input.process)
                return try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await line in worker.lines where !(await input.send(line)) {
                            await worker.ended()
                        }
                    }
                    do {
                        let result = try await body(worker)
                        worker.finish()
                        try await group.waitForAll()
                        return result
                    } catch {
                        worker.finish()
                        throw error
                    }
                }
            }
        )
    }
}
