import Foundation

/// What strace sees of a daemon's file-changing calls.
enum Strace {
    static let path = "/usr/bin/strace"
    /// Whether strace is installed and may trace here.
    static let isThere: Bool = {
        let end = try? Checkout.run(path, ["-f", "-o", "/dev/null", "true"])
        return end?.status == 0
    }()

    /// System calls that may change a file or a name, and what the fault library calls them.
    private static let names = [
        "open": "open", "openat": "open", "openat2": "open", "creat": "creat", "write": "write",
        "pwrite64": "pwrite", "writev": "writev", "pwritev": "pwritev", "pwritev2": "pwritev2",
        "ftruncate": "ftruncate", "truncate": "truncate", "fallocate": "fallocate",
        "fsync": "fsync", "fdatasync": "fdatasync", "sync_file_range": "sync_file_range",
        "chmod": "chmod", "fchmod": "fchmod", "fchmodat": "chmod", "chown": "chown",
        "fchown": "fchown", "lchown": "lchown", "fchownat": "chown", "rename": "rename",
        "renameat": "rename", "renameat2": "rename", "link": "link", "linkat": "link",
        "symlink": "symlink", "symlinkat": "symlink", "unlink": "unlink", "unlinkat": "unlink",
        "rmdir": "rmdir", "mkdir": "mkdir", "mkdirat": "mkdir", "mknod": "mknod",
        "mknodat": "mknod", "utimensat": "utimensat", "setxattr": "setxattr",
        "fsetxattr": "setxattr", "copy_file_range": "copy_file_range", "sendfile": "sendfile",
    ]

    /// The lines of a trace; a call during which another thread made one is put together again.
    static func lines(of trace: URL) throws -> [String] {
        var lines: [String] = []
        // Where the call stands that a thread has begun and not ended.
        var begun: [Substring: Int] = [:]
        for line in try String(contentsOf: trace, encoding: .utf8).split(separator: "\n") {
            let thread = line.prefix { $0.isNumber }
            if let end = line.range(of: " <unfinished ...>") {
                begun[thread] = lines.count
                lines.append(String(line[..<end.lowerBound]))
            } else if let start = line.range(of: " resumed>"),
                let index = begun.removeValue(forKey: thread)
            {
                lines[index] += line[start.upperBound...]
            } else {
                lines.append(String(line))
            }
        }
        return lines
    }

    /// Runs a daemon under strace and the fault library at once.
    ///
    /// - Returns: Calls below the scenario's root, counted by name, as each of the two saw them.
    static func run(
        _ scenario: SpoolScenario
    ) async throws -> (strace: [String: Int], library: [String: Int]) {
        let trace = scenario.root.appending(path: "trace")
        var variables = try await FaultLibrary.shared.environment(
            .none,
            below: scenario.root,
            log: scenario.log
        )
        variables["FAULTS_SELF"] = try EngineDouble.program().path()
        let only = "trace=" + names.keys.sorted().joined(separator: ",")
        var arguments = ["strace", "-f", "-y", "-qq", "-s", "0", "-o", trace.path(), "-e", only]
        // Set for the daemon only: strace itself is not to be counted.
        for (name, value) in variables { arguments += ["-E", "\(name)=\(value)"] }
        arguments += [
            Checkout.binary.path(), "run", "--once", "--config",
            scenario.root.appending(path: "taxod.json").path(),
        ]
        _ = try Checkout.run("/usr/bin/env", arguments)
        var seen: [String: Int] = [:]
        for line in try lines(of: trace) {
            guard let name = call(line, below: scenario.root.path(), except: scenario.log.path())
            else { continue }
            seen[name, default: 0] += 1
        }
        var counted: [String: Int] = [:]
        for call in try FileCall.log(scenario.log) { counted[call.name, default: 0] += 1 }
        return (seen, counted)
    }

    /// The name of the call in a line such as `123 write(7</a/b>, ""..., 5) = 5`, if it counts.
    private static func call(_ line: String, below root: String, except log: String) -> String? {
        let text = line.drop { $0.isNumber }.drop { $0 == " " }
        guard let end = text.firstIndex(of: "("), let name = names[String(text[..<end])],
            ["/", "\"", ">"].contains(where: { text.contains(root + $0) }), !text.contains(log)
        else { return nil }
        if name == "open", !text.contains("O_CREAT"), !text.contains("O_TRUNC") { return nil }
        // Of a write only the file counts, which strace names behind the descriptor.
        return name
    }
}
