import Foundation
import Glibc

/// A started taxod; what it writes goes into files, so that nobody waits for a pipe.
struct Child {
    struct Ended {
        /// As a shell shows it: 128 and the signal's number, if a signal ended it.
        let status: Int32
        let output: Data
        let errors: String
        /// Whether it was killed because its time was over.
        let wasTooSlow: Bool

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    private let process: Process
    private let folder: URL

    var processID: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    /// What it wrote to standard error until now.
    var errors: String {
        (try? String(contentsOf: folder.appending(path: "errors"), encoding: .utf8)) ?? ""
    }

    /// Starts the binary in `work`; a folder for its input and output is made in `scratch`.
    init(
        _ arguments: [String],
        input: Data,
        environment: [String: String],
        folder work: URL,
        scratch: URL
    ) throws {
        folder = scratch.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func handle(_ name: String, _ content: Data = Data()) throws -> URL {
            let file = folder.appending(path: name)
            try content.write(to: file)
            return file
        }
        process = Process()
        process.executableURL = Checkout.binary
        process.arguments = arguments
        process.currentDirectoryURL = work
        var variables = ProcessInfo.processInfo.environment
        for name in ["INBOX", "OUTBOX", "STATE", "CONFIG", "KERNELS"] {
            variables["TAXOD_\(name)"] = nil
        }
        process.environment = variables.merging(environment) { _, new in new }
        process.standardInput = try FileHandle(forReadingFrom: handle("input", input))
        process.standardOutput = try FileHandle(forWritingTo: handle("output"))
        process.standardError = try FileHandle(forWritingTo: handle("errors"))
        try process.run()
    }

    /// Ends it at once, as a power cut would.
    func kill() { Glibc.kill(processID, SIGKILL) }

    /// Waits for its end, and kills it if that takes longer than `limit`.
    func end(within limit: Duration) async throws -> Ended {
        let last = ContinuousClock.now + limit
        var isLate = false
        while process.isRunning {
            if ContinuousClock.now > last, !isLate {
                isLate = true
                kill()
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
        return Ended(
            status: process.terminationStatus + signal,
            output: try Data(contentsOf: folder.appending(path: "output")),
            errors: errors,
            wasTooSlow: isLate
        )
    }

    /// Process identifiers whose command line holds `word`.
    static func processes(naming word: String) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap(Int32.init).filter { process in
            guard process != getpid(),
                let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
            else { return false }
            return String(decoding: line, as: UTF8.self).contains(word)
        }
    }
}
