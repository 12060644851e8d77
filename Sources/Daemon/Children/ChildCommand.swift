import Contract
import Glibc
import Jobs
import Subprocess
import SystemPackage

/// A command of this binary that the daemon runs as a child process.
package struct ChildCommand: Sendable {
    /// Path of the binary.
    package let executable: String
    package let arguments: [String]

    package init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }
}

/// How a child ended.
package enum ChildEnd: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)

    /// Whether the child exited with a status of sysexits.h that says it cannot work.
    var isByItself: Bool {
        guard case .exited(let status) = self, let known = ExitStatus(rawValue: status) else {
            return false
        }
        return known != .ok && known != .software
    }

    /// Whether the child may have been ended by something other than its own fault.
    var isFromOutside: Bool { self == .signalled(SIGKILL) || self == .signalled(SIGTERM) }

    /// What this end of a worker means for the queries that were in flight.
    var queryEvent: QueryEvent {
        if isByItself { return .workerGaveUp }
        return isFromOutside ? .workerKilled : .workerDied
    }
}

extension ChildEnd: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .signalled(let signal): "was ended by signal \(signal)"
        }
    }
}

/// A child could not be started, or its pipes failed.
struct ChildFault: Error, CustomStringConvertible {
    let description: String

    /// The remedy, if a child's last message shows that it ran out of memory.
    static func remedyForMemory(_ message: String) -> String? {
        guard message.contains("failed to allocate") else { return nil }
        return "worker.memoryLimitBytes allows no more memory: raise that limit, or split the file."
    }

    /// The error to report for the job that needed the child.
    var submissionError: SubmissionError {
        SubmissionError(
            .engineUnavailable,
            "a process cannot be started: \(description)",
            remedy: "Nothing to correct in the file: it is tried again by itself."
        )
    }
}

extension ChildCommand {
    /// Runs the child with pipes on its three standard streams, and returns how it ended.
    ///
    /// The child gets its own process group, so that a Ctrl-C meant for the daemon does not reach
    /// it. Its standard error is read until it closes.
    ///
    /// - Parameters:
    ///   - errorLine: Called with each line of standard error.
    ///   - outputLine: Called with each line of standard output, one at a time.
    ///   - outputEnd: Called when no more lines will follow.
    ///   - until: When it returns, the child gets SIGTERM, and SIGKILL ten seconds later. Cancelled
    ///     if the child ends first.
    ///   - body: Gets a ``ChildInput``; when it returns, the child's input is closed and its end
    ///     awaited.
    /// - Returns: What `body` returned, and how the child ended.
    /// - Throws: What `body` throws, ``ChildFault``.
    func run<Result: Sendable>(
        errorLine: @escaping @Sendable ([UInt8]) async -> Void,
        outputLine: @escaping @Sendable ([UInt8]) async -> Void,
        outputEnd: @escaping @Sendable () async -> Void = {},
        until: @escaping @Sendable () async -> Void,
        body: @escaping @Sendable (ChildInput) async throws -> Result
    ) async throws -> (result: Result, end: ChildEnd) {
        try await withThrowingTaskGroup(of: (result: Result, end: ChildEnd)?.self) { group in
            group.addTask {
                try await exchange(errorLine, outputLine, outputEnd, body)
            }
            group.addTask {
                await until()
                return nil
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let ended { return ended }
                // Cancelling is what makes Subprocess terminate the child.
                group.cancelAll()
            }
            preconditionFailure("the first task never returns nil")
        }
    }

    private func exchange<Result: Sendable>(
        _ errorLine: @escaping @Sendable ([UInt8]) async -> Void,
        _ outputLine: @escaping @Sendable ([UInt8]) async -> Void,
        _ outputEnd: @escaping @Sendable () async -> Void,
        _ body: @escaping @Sendable (ChildInput) async throws -> Result
    ) async throws -> (result: Result, end: ChildEnd) {
        try Self.demandDescriptors()
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(10))
        ]
        do {
            let outcome = try await Subprocess.run(
                .path(FilePath(executable)),
                arguments: Arguments(arguments),
                platformOptions: options,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await Self.readLines(of: execution.standardOutput, outputLine)
                        await outputEnd()
                    }
                    group.addTask {
                        await Self.readLines(of: execution.standardError, errorLine)
                    }
                    let input = ChildInput { try await execution.standardInputWriter.write($0) }
                    // In a task of its own, awaited at once: terminating the child cancels the
                    // current task, which must not interrupt what `body` then writes to the ledger.
                    let result = try await Task { try await body(input) }.value
                    try await execution.standardInputWriter.finish()
                    try await group.waitForAll()
                    return result
                }
            }
            switch outcome.terminationStatus {
            case .exited(let code): return (outcome.closureResult, .exited(code))
            case .signaled(let signal): return (outcome.closureResult, .signalled(signal))
            }
        } catch let error as SubprocessError {
            throw ChildFault(description: "\(executable): \(error)")
        }
    }

    /// Checks that there are enough file descriptors for the pipes of a child.
    ///
    /// Subprocess aborts the whole process if only some of the pipes can be created.
    private static func demandDescriptors() throws(ChildFault) {
        let probes = (0..<descriptorsOfChild).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        let code = errno
        for probe in probes where probe >= 0 { _ = close(probe) }
        guard probes.contains(where: { $0 < 0 }) else { return }
        throw ChildFault(description: String(cString: strerror(code)))
    }

    /// Three pipes, one that reports a failed start, those that watch the child, and the same again
    /// for a second child that is started at the same time.
    private static let descriptorsOfChild = 24

    /// Reads until the pipe ends or fails.
    ///
    /// A failed pipe counts as an end, because the child's exit status tells the rest.
    private static func readLines(
        of stream: SubprocessOutputSequence,
        _ line: @Sendable ([UInt8]) async -> Void
    ) async {
        var splitter = LineSplitter()
        do {
            for try await buffer in stream {
                let lines = buffer.withUnsafeBytes { splitter.lines(adding: $0) }
                for complete in lines { await line(complete) }
            }
        } catch {}
        if !splitter.unfinished.isEmpty { await line(splitter.unfinished) }
    }
}

/// The writing end of a child's standard input.
struct ChildInput: Sendable {
    private let write: @Sendable ([UInt8]) async throws -> Int

    fileprivate init(write: @escaping @Sendable ([UInt8]) async throws -> Int) {
        self.write = write
    }

    /// Writes a line, followed by 0x0A.
    ///
    /// - Returns: `false` if the child no longer reads.
    func send(_ line: [UInt8]) async -> Bool {
        let bytes = line + [0x0A]
        // If the reader is gone, the write returns a short count rather than an error.
        guard let written = try? await write(bytes) else { return false }
        return written == bytes.count
    }
}
