import Foundation
import Glibc

/// An inbox, an outbox and a state folder of one test, and the configuration that names them.
///
/// When it goes, whatever still runs with its folders is killed and the folders are removed.
final class Sandbox: Sendable {
    let root: URL
    var inbox: URL { root.appending(path: "inbox") }
    var outbox: URL { root.appending(path: "outbox") }
    var state: URL { root.appending(path: "state") }
    var configuration: URL { root.appending(path: "taxod.json") }

    /// Makes the folders; `settings` are values by key path that differ from those of a fast
    /// test, `holding` is a state folder to begin with, such as one with a vocabulary.
    init(_ settings: [String: Any] = [:], holding: URL? = nil) throws {
        root = FileManager.default.temporaryDirectory
            .appending(path: "taxod-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        for folder in [inbox, outbox] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        if let holding { try FileManager.default.copyItem(at: holding, to: state) }
        var values: [String: Any] = [
            "inbox": inbox.path(), "outbox": outbox.path(), "state": state.path(),
            "models.catalogue": Checkout.root.appending(path: "Config/models.json").path(),
            "models.folder": Checkout.models.path(),
            "spool.quietPeriodSeconds": 0.05, "spool.rescanSeconds": 0.5,
        ]
        values.merge(settings) { _, new in new }
        var object: [String: Any] = [:]
        for (path, value) in values {
            let parts = path.split(separator: ".").map(String.init)
            if parts.count == 1 {
                object[path] = value
            } else {
                var group = object[parts[0]] as? [String: Any] ?? [:]
                group[parts[1]] = value
                object[parts[0]] = group
            }
        }
        try JSONSerialization.data(withJSONObject: object).write(to: configuration)
    }

    deinit {
        for process in Child.processes(naming: root.lastPathComponent) { kill(process, SIGKILL) }
        try? FileManager.default.removeItem(at: root)
    }

    // MARK: - Commands

    func start(
        _ arguments: [String],
        input: Data = Data(),
        environment: [String: String] = [:]
    ) throws -> Child {
        try Child(
            arguments + ["--config", configuration.path()],
            input: input,
            environment: environment,
            folder: root,
            scratch: root.appending(path: "children")
        )
    }

    /// Runs a command of taxod to its end.
    func taxod(
        _ arguments: String...,
        input: Data = Data(),
        environment: [String: String] = [:],
        within limit: Duration = Patience.limit
    ) async throws -> Child.Ended {
        try await start(arguments, input: input, environment: environment).end(within: limit)
    }

    // MARK: - Inbox

    /// Puts a file into the inbox by a rename, as a careful writer does.
    func drop(_ content: Data, as name: String) throws {
        let part = root.appending(path: "part-\(UUID().uuidString)")
        try content.write(to: part)
        let target = inbox.appending(path: name)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try FileManager.default.moveItem(at: part, to: target)
    }

    func drop(_ text: String, as name: String) throws { try drop(Data(text.utf8), as: name) }

    func dropExample(_ name: String, as given: String? = nil) throws {
        try drop(try Checkout.example(name), as: given ?? name)
    }

    /// Where below the inbox something of this name lies, hidden and made names left out.
    func places(of name: String) -> [String] {
        let base = inbox.path()
        let all = FileManager.default.enumerator(atPath: base)
        return (all?.allObjects as? [String] ?? [])
            .filter { ($0 as NSString).lastPathComponent == name }
            .sorted()
    }

    /// The note beside a file that gave no result of its own.
    func note(beside place: String) throws -> JSON {
        try JSON(file: inbox.appending(path: place + ".reason.json"))
    }

    // MARK: - Outbox and state

    func results() throws -> [ResultFolder] {
        let days = try FileManager.default.contentsOfDirectory(atPath: outbox.path())
            .filter { $0.first?.isNumber == true }
        return try days.sorted().flatMap { day in
            try FileManager.default
                .contentsOfDirectory(atPath: outbox.appending(path: day).path()).sorted()
                .map { try ResultFolder(outbox.appending(path: "\(day)/\($0)")) }
        }
    }

    /// The results of a file, by the name under which it was dropped.
    func results(of name: String) throws -> [ResultFolder] {
        try results().filter { $0.receipt["file"]["name"].string == name }
    }

    /// The first column of every row, read by an SQLite that is not ours.
    func rows(_ sql: String) throws -> [String] {
        let program = """
            import sqlite3, sys
            ledger = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=5)
            for row in ledger.execute(sys.argv[2]): print(row[0])
            """
        let path = state.appending(path: "ledger.sqlite").path()
        let end = try Checkout.run("/usr/bin/env", ["python3", "-I", "-c", program, path, sql])
        guard end.status == 0 else { throw Unreadable(errors: end.errors) }
        return end.text.split(separator: "\n").map(String.init)
    }

    struct Unreadable: Error {
        let errors: String
    }

    func count(_ sql: String) throws -> Int { Int(try rows(sql).first ?? "") ?? -1 }
}

/// One job's folder in the outbox.
struct ResultFolder {
    let path: URL
    let receipt: JSON
    /// Lines of `results.jsonl`.
    let answers: [JSON]
    let auditLines: [JSON]

    init(_ path: URL) throws {
        self.path = path
        receipt = try JSON(file: path.appending(path: "receipt.json"))
        answers = try JSON.lines(try Data(contentsOf: path.appending(path: "results.jsonl")))
        auditLines = try JSON.lines(try Data(contentsOf: path.appending(path: "audit.jsonl")))
    }

    var tasks: [String] { answers.compactMap { $0["task"].string } }
    var files: Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: path.path())) ?? [])
    }

    func content(_ name: String) throws -> Data {
        try Data(contentsOf: path.appending(path: name))
    }
}

/// SHA-256 of files by coreutils, in the order given.
func sha256(_ files: [URL]) throws -> [String] {
    let sums = try Checkout.run("/usr/bin/env", ["sha256sum", "--"] + files.map { $0.path() })
    return sums.text.split(separator: "\n").map { String($0.prefix(64)) }
}
