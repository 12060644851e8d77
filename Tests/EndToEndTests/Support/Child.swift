import Foundation
import Glibc

/// How long a test waits for what should come at once, before it takes it for hung.
///
/// Far longer than anything takes on a busy machine, so that no test measures how busy it is; and
/// longer than any of taxod's own pauses between two tries.
enum Patience {
    static let limit: Duration = .seconds(900)
}

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

    private let process: Spawned
    private let folder: URL

    var processID: Int32 { process.processID }
    var isRunning: Bool { process.status == nil }
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
        let standardInput = folder.appending(path: "input")
        try input.write(to: standardInput)
        var variables = ProcessInfo.processInfo.environment
        for name in ["INBOX", "OUTBOX", "STATE", "CONFIG", "KERNELS"] {
            variables["TAXOD_\(name)"] = nil
        }
        process = try Spawned(
            Checkout.binary.path(),
            arguments,
            environment: variables.merging(environment) { _, new in new },
            folder: work,
            input: standardInput,
            output: folder.appending(path: "output"),
            errors: folder.appending(path: "errors")
        )
    }

    /// Ends it at once, as a power cut would.
    func kill() { Glibc.kill(processID, SIGKILL) }

    /// Stops it until it gets `SIGCONT`, and waits until no thread runs any more.
    func stop() async throws {
        Glibc.kill(processID, SIGSTOP)
        let last = ContinuousClock.now + Patience.limit
        while !isStopped {
            guard ContinuousClock.now < last, isRunning else {
                throw Sandbox.Unreadable(errors: "it does not stop")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private var isStopped: Bool {
        let tasks = "/proc/\(processID)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return !threads.isEmpty
            && threads.allSatisfy { thread in
                let file = "\(tasks)/\(thread)/stat"
                let line = try? String(contentsOfFile: file, encoding: .utf8)
                // The state is the letter behind the name, which stands in brackets.
                return line?.split(separator: ")").last?.hasPrefix(" T") == true
            }
    }

    /// Waits for its end, and kills it if that takes longer than `limit`.
    func end(within limit: Duration = Patience.limit) async throws -> Ended {
        let last = ContinuousClock.now + limit
        var isLate = false
        var status = process.status
        while status == nil {
            if ContinuousClock.now > last, !isLate {
                isLate = true
                kill()
            }
            try await Task.sleep(for: .milliseconds(10))
            status = process.status
        }
        return Ended(
            status: status ?? -1,
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
