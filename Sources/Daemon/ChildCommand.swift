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

    var succeeded: Bool { self == .exited(0) }
}

extension ChildEnd: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .signalled(let signal): "was ended by signal \(signal)"
        }
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
    ///   - body: Given a ``ChildInput``; when it returns, the child's input is closed and its
    ///     end awaited.
    /// - Throws: What `body` or `outputLine` throws, or that the child could not be started.
    func run<Result: Sendable>(
        errorLine: @escaping @Sendable ([UInt8]) async -> Void,
        outputLine: @escaping @Sendable ([UInt8]) async -> Void,
        outputEnd: @escaping @Sendable () async -> Void = {},
        body: @Sendable (ChildInput) async throws -> Result
    ) async throws -> (result: Result, end: ChildEnd) {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .gracefulShutDown(allowedDurationToNextStep: .seconds(10))
        ]
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
                    var splitter = LineSplitter()
                    do {
                        for try await buffer in execution.standardOutput {
                            let lines = buffer.withUnsafeBytes { splitter.lines(adding: $0) }
                            for line in lines { await outputLine(line) }
                        }
                    } catch {
                        await outputEnd()
                        throw error
                    }
                    await outputEnd()
                }
                group.addTask {
                    var splitter = LineSplitter()
                    for try await buffer in execution.standardError {
                        let lines = buffer.withUnsafeBytes { splitter.lines(adding: $0) }
                        for line in lines { await errorLine(line) }
                    }
                    if !splitter.unfinished.isEmpty { await errorLine(splitter.unfinished) }
                }
                let input = ChildInput(
                    write: { try await execution.standardInputWriter.write($0) },
                    process: execution.processIdentifier.value
                )
                let result = try await body(input)
                try await execution.standardInputWriter.finish()
                try await group.waitForAll()
                return result
            }
        }
        switch outcome.terminationStatus {
        case .exited(let code): return (outcome.closureResult, .exited(code))
        case .signaled(let signal): return (outcome.closureResult, .signalled(signal))
        }
    }
}

/// The writing end of a child's standard input.
struct ChildInput: Sendable {
    fileprivate let write: @Sendable ([UInt8]) async throws -> Int
    /// The child's process identifier.
    let process: Int32

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
