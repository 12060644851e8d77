import Contract
import Foundation
import Glibc

/// Answers lines on several threads and writes the answers in the order of the lines.
///
/// Each thread reads a line, works on it, and waits for its turn to write, so there are never more
/// lines in flight than threads, and no queue is needed.
package final class OrderedWork: Sendable {
    /// Reads and numbers lines; one thread at a time.
    private struct Source {
        var reader: LineReader
        /// Number of lines read, including empty ones.
        var lines = 0
        /// Number of lines handed out.
        var taken = 0
    }

    private let source: Locked<Source>
    private let turn = Turn()
    private let work: @Sendable ([UInt8], Int) throws -> [UInt8]

    /// - Parameters:
    ///   - input: Where the lines are read from.
    ///   - work: Given a line and its number in the input, from 1, returns the line to write.
    package init(input: LineReader, work: @escaping @Sendable ([UInt8], Int) throws -> [UInt8]) {
        source = Locked(Source(reader: input))
        self.work = work
    }

    /// Works until the input ends or nobody reads the output.
    ///
    /// - Parameters:
    ///   - threads: Number of threads, at least one.
    ///   - write: Writes a line; returns `false` if nobody reads it.
    /// - Throws: `SubmissionError` if a thread cannot be started. An error of `work` is thrown once
    ///   the answers to all earlier lines are written, without waiting for those to later lines.
    package func run(threads: Int, write: @escaping @Sendable ([UInt8]) -> Bool) throws {
        let done = DispatchGroup()
        let end = DispatchSemaphore(value: 0)
        let fault = Locked<(any Error)?>(nil)
        for number in 1...threads {
            done.enter()
            let code = Self.startThread { [self] in
                while let (line, number, ticket) = next() {
                    let answer = Result { try work(line, number) }
                    let goesOn = turn.take(ticket) {
                        switch answer {
                        case .success(let line): return write(line)
                        case .failure(let error):
                            fault.withLock { $0 = error }
                            end.signal()
                            return false
                        }
                    }
                    guard goesOn else { break }
                }
                done.leave()
            }
            guard code == 0 else {
                let reason = String(cString: strerror(code))
                throw SubmissionError(
                    .engineUnavailable,
                    "thread \(number) of \(threads) cannot be started: \(reason)",
                    remedy: "Lower worker.threads, or raise worker.memoryLimitBytes."
                )
            }
        }
        done.notify(queue: .global()) { end.signal() }
        end.wait()
        if let error = fault.withLock({ $0 }) { throw error }
    }

    /// Starts a thread with pthreads: Foundation's `Thread` does not report a failure to start.
    ///
    /// - Returns: 0, or the `errno` that tells why there is no thread.
    private static func startThread(_ body: @escaping @Sendable () -> Void) -> Int32 {
        final class Start {
            package let body: @Sendable () -> Void
            package init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        // JSON parsers recurse: deeply nested hostile input would overflow a smaller stack.
        pthread_attr_setstacksize(&attributes, 8 << 20)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            &attributes,
            { start in
                guard let start else { return nil }
                Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body()
                return nil
            },
            start.toOpaque()
        )
        if code != 0 { start.release() }
        return code
    }

    private func next() -> (line: [UInt8], number: Int, ticket: Int)? {
        source.withLock { source in
            while let line = source.reader.next() {
                source.lines += 1
                // An empty line is no query and gets no answer.
                if LineReader.isBlank(line) { continue }
                source.taken += 1
                return (line, source.lines, source.taken)
            }
            return nil
        }
    }

    /// Admits numbers one after another, from 1.
    private final class Turn: Sendable {
        private let condition = NSCondition()
        // Guarded by `condition`.
        private nonisolated(unsafe) var next = 1
        private nonisolated(unsafe) var isClosed = false

        /// Waits for `number`'s turn and runs `body`; once it returns `false`, nobody is admitted.
        func take(_ number: Int, _ body: () -> Bool) -> Bool {
            condition.lock()
            defer { condition.unlock() }
            while next != number && !isClosed { condition.wait() }
            guard !isClosed else { return false }
            isClosed = !body()
            next += 1
            condition.broadcast()
            return !isClosed
        }
    }
}
