import Foundation
import Glibc
import Synchronization

/// A process that was started, with files for its three streams.
///
/// By the system's own calls: Foundation's `Process` leaks descriptors, and crashes once a test run
/// has started some hundred.
final class Spawned: Sendable {
    /// A program that could not be started.
    struct Unstarted: Error {
        let program: String
        let reason: String
    }

    let processID: Int32
    /// As `waitpid` tells it, once the process ended.
    private let end = Mutex<Int32?>(nil)

    /// Starts `program` in `folder`, in a process group of its own.
    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        folder: URL,
        input: URL,
        output: URL,
        errors: URL
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, input.path(), O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path(), writing, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errors.path(), writing, 0o644)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        // Some tests ignore it, as the daemon does; a child would inherit that.
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)
        )

        var process: Int32 = 0
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let env = "/usr/bin/env"
        let code = Self.withCStrings([env, "-C", folder.path(), program] + arguments) { argv in
            Self.withCStrings(variables) { envp in
                posix_spawn(&process, env, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else {
            throw Unstarted(program: program, reason: String(cString: strerror(code)))
        }
        processID = process
    }

    /// How it ended, as a shell shows it (128 and the signal's number, if a signal ended it);
    /// `nil` while it runs.
    var status: Int32? {
        end.withLock { end in
            var status: Int32 = 0
            if end == nil, waitpid(processID, &status, WNOHANG) == processID { end = status }
            return end.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
        }
    }

    /// Waits for its end.
    func wait() -> Int32 {
        while true {
            if let status { return status }
            usleep(2000)
        }
    }

    /// Makes the array of C strings that ends with a null pointer.
    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}
