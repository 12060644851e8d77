import Foundation

/// Answers lines on several threads and writes the answers in the order of the lines.
///
/// Each thread reads a line, works on it, and waits for its turn to write; so there are never more
/// lines in flight than threads, and no queue.
final class OrderedWork: Sendable {
    /// Reads and numbers lines; one thread at a time.
    private struct Source {
        var reader: LineReader
        /// Lines read, empty ones too.
        var lines = 0
        /// Lines given out.
        var taken = 0
    }

    private let source: Locked<Source>
    private let turn = Turn()
    private let work: @Sendable ([UInt8], Int) -> [UInt8]

    /// - Parameters:
    ///   - input: The descriptor that lines are read from.
    ///   - work: Given a line and its number in the input, from 1, returns the line to write.
    init(input: Int32, work: @escaping @Sendable ([UInt8], Int) -> [UInt8]) {
        source = Locked(Source(reader: LineReader(descriptor: input)))
        self.work = work
    }

    /// Works until the input ends or nobody reads the output.
    ///
    /// - Parameters:
    ///   - threads: Threads, at least one.
    ///   - write: Writes a line; returns `false` if nobody reads it.
    func run(threads: Int, write: @escaping @Sendable ([UInt8]) -> Bool) {
        let done = DispatchGroup()
        for _ in 0..<threads {
            done.enter()
            let thread = Thread { [self] in
                while let (line, number, ticket) = next() {
                    let answer = work(line, number)
                    guard turn.take(ticket, { write(answer) }) else { break }
                }
                done.leave()
            }
            // The parsers of JSON recurse; the default of 512 kB is little for hostile nesting.
            thread.stackSize = 8 << 20
            thread.start()
        }
        done.wait()
    }

    private func next() -> (line: [UInt8], number: Int, ticket: Int)? {
        source.withLock { source in
            while let line = source.reader.next() {
                source.lines += 1
                // An empty line asks nothing and gets no answer.
                if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
                source.taken += 1
                return (line, source.lines, source.taken)
            }
            return nil
        }
    }

    /// Lets numbers through one by one, from 1.
    private final class Turn: Sendable {
        private let condition = NSCondition()
        // Guarded by `condition`.
        private nonisolated(unsafe) var next = 1
        private nonisolated(unsafe) var isClosed = false

        /// Waits for `number`'s turn and runs `body`; `false` closes the door for all.
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

/// A value behind a lock.
final class Locked<Value>: Sendable {
    private let lock = NSLock()
    // Guarded by `lock`.
    private nonisolated(unsafe) var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
