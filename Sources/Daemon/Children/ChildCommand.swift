import Contract
import Glibc
import Jobs
import Subprocess
import SystemPackage

/// A command of this same binary that the daemon runs as a child.
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

    /// Whether the child said by a status of sysexits that it cannot work.
    var isByItself: Bool {
        guard case .exited(let status) = self, let known = ExitStatus(rawValue: status) else {
            return false
        }
        return known != .ok && known != .software
    }

    /// Whether something other than the child's own fault may have ended it.
    var isFromOutside: Bool { self == .signalled(SIGKILL) || self == .signalled(SIGTERM) }

    /// What this end of a worker means for the queries in flight.
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

    /// What to do if a child's last message is that of a program that got no more memory.
    static func remedyForMemory(_ message: String) -> String? {
        guard message.contains("failed to allocate") else { return nil }
        return "worker.memoryLimitBytes allows no more memory: raise that limit, or split the file."
    }

    /// The fault as the job that needed the child sees it.
    var submissionError: SubmissionError {
        SubmissionError(
            .engineUnavailable,
            "a process cannot be started: \(description)",
            remedy: "Nothing to correct in the file: it is tried again by itself."
        )
    }
}

extension ChildCommand {
    /// Runs the child with pipes on its three streams and returns how it ended.
    ///
    /// The child has its own process group, so that a Ctrl-C meant for the daemon does not reach
    /// it. Standard error is read to its end all the while.
    ///
    /// - Parameters:
    ///   - errorLine: Called with each line of standard error.
    ///   - outputLine: Called with each line of standard output, one after the other.
    ///   - outputEnd: Called when no line will follow.
    ///   - until: When it returns, the child is told to end (SIGTERM) and made to ten seconds later
    ///     (SIGKILL). It is cancelled when the child ends before.
    ///   - body: Given a ``ChildInput``; when it returns, the child's input is closed and its
    ///     end awaited.
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
                // Cancelling is what makes Subprocess end the child.
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
                    // A task of its own, awaited at once: ending the child cancels this one, and
                    // that must not cut off what `body` writes to the ledger about it.
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

    /// Makes sure that the pipes of a child can be made.
    ///
    /// Subprocess ends the whole process if it gets only some of them.
    private static func demandDescriptors() throws(ChildFault) {
        let probes = (0..<descriptorsOfChild).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        let code = errno
        for probe in probes where probe >= 0 { _ = close(probe) }
        guard probes.contains(where: { $0 < 0 }) else { return }
        throw ChildFault(description: String(cString: strerror(code)))
    }

    /// Three pipes, one for its failure to start, what watches it, and as much for a second child that
    /// is started at the same time.
    private static let descriptorsOfChild = 24

    /// Reads to the end, or until the pipe fails, which is an end, too: how the child ended says
    /// the rest.
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

    /// Writes a line and its 0x0A.
    ///
    /// - Returns: `false` if the child no longer reads.
    func send(_ line: [UInt8]) async -> Bool {
        let bytes = line + [0x0A]
        // A dead reader shows as a short count rather than as an error.
        guard let written = try? await write(bytes) else { return false }
        return written == bytes.count
    }
}
