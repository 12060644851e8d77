import Glibc
import Synchronization

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
    /// The worker's process identifier; 0 until it runs.
    private nonisolated let process = Atomic<Int32>(0)

    init() {
        (lines, outgoing) = AsyncStream.makeStream()
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
            errorLine: log,
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
