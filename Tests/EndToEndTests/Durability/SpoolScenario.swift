import Foundation
import Glibc

/// Files dropped for a daemon without an engine, and what must have become of them in the end,
/// whatever happened on the way.
///
/// A list with its checksum file, its twin, and a file at fault: one result, one duplicate, one in
/// quarantine.
struct SpoolScenario: Sendable {
    let sandbox: Sandbox
    var root: URL { sandbox.root }

    /// Where the fault library notes its calls.
    var log: URL { root.appending(path: "calls") }

    init(_ settings: [String: Any] = [:]) throws {
        sandbox = try Sandbox(settings)
        let list = Data("one\ntwo\nthree\n".utf8)
        let sum = try Checkout.run("/usr/bin/env", ["sha256sum"], input: list).text
        try sandbox.drop(sum, as: "good.txt.sha256")
        try sandbox.drop(list, as: "good.txt")
        try sandbox.drop("refuse\n", as: "bad.txt")
        try sandbox.drop(list, as: "twin.txt")
    }

    /// Runs the daemon until everything is answered, or until the fault ends it.
    ///
    /// - Returns: How it ended, and the calls noted.
    func run(
        _ fault: FaultLibrary.Fault? = nil,
        at position: Int = 1,
        calls: Int = 1,
        only: (name: String, part: String)? = nil,
        variables: [String: String] = [:]
    ) async throws -> (end: Child.Ended, calls: [FileCall]) {
        try? FileManager.default.removeItem(at: log)
        let environment = try await environment(fault, at: position, calls: calls, only: only)
        let end = try await sandbox.taxod(
            "run",
            "--once",
            environment: environment.merging(variables) { _, new in new }
        )
        return (end, try FileCall.log(log))
    }

    /// Starts a daemon that goes on watching, and waits until it is ready.
    func start(variables: [String: String] = [:]) async throws -> Child {
        let environment = try await environment().merging(variables) { _, new in new }
        let daemon = try sandbox.start(["run"], environment: environment)
        try await sandbox.wait { daemon.errors.contains("ready") }
        return daemon
    }

    /// Runs a shell script in which `$taxod` is the daemon's program and `$root` holds its folders.
    func shell(_ script: String, through wrapper: [String] = []) async throws -> Checkout.Ended {
        var environment = try await environment()
        // Only the daemon is to run with the library.
        let preload = environment.removeValue(forKey: "LD_PRELOAD") ?? ""
        let program = root.appending(path: "taxod")
        let text = "#!/bin/sh\nLD_PRELOAD=\(preload) exec \(Checkout.binary.path()) \"$@\"\n"
        try Data(text.utf8).write(to: program)
        chmod(program.path(), 0o755)
        let opening = """
            root='\(root.path())' taxod='\(program.path())'
            await() {
                tries=0
                until eval "$1"; do
                    tries=$((tries + 1))
                    [ $tries -lt 6000 ] || { echo "waited in vain: $1"; cat "$root/log"; exit 1; }
                    sleep 0.05
                done
            }

            """
        return try Checkout.run(
            "/usr/bin/env",
            wrapper + ["/bin/sh", "-c", opening + script],
            environment: environment
        )
    }

    /// Takes away what is dropped for every scenario.
    func removeDropped() throws {
        for name in ["good.txt.sha256", "good.txt", "bad.txt", "twin.txt"] {
            try FileManager.default.removeItem(at: sandbox.inbox.appending(path: name))
        }
    }

    /// Drops a file of any name, even one that is no text.
    func drop(_ text: String, as name: [UInt8]) throws {
        let path = (Array(sandbox.inbox.path().utf8) + [UInt8(ascii: "/")] + name + [0])
            .map { CChar(bitPattern: $0) }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        let bytes = Array(text.utf8)
        guard file >= 0, write(file, bytes, bytes.count) == bytes.count, close(file) == 0 else {
            throw Sandbox.Unreadable(errors: String(cString: strerror(errno)))
        }
    }

    /// Names among the claimed files.
    var claimed: [String] {
        let folder = sandbox.inbox.appending(path: "_claimed").path()
        return (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// Whether the three files are where they end, and the ledger knows it.
    var isDone: Bool {
        get throws {
            let names = ["good.txt", "twin.txt", "bad.txt"]
            let places = names.map { sandbox.places(of: $0).first ?? "" }
            let ends = places.allSatisfy { $0.hasPrefix("_") && !$0.hasPrefix("_claimed/") }
            guard ends, claimed.isEmpty else { return false }
            let open = "SELECT count(*) FROM jobs WHERE place IS NULL AND state <> 'withdrawn'"
            return try sandbox.count(open) == 0
        }
    }

    private func environment(
        _ fault: FaultLibrary.Fault? = nil,
        at position: Int = 1,
        calls: Int = 1,
        only: (name: String, part: String)? = nil
    ) async throws -> [String: String] {
        var environment = try await FaultLibrary.shared.environment(
            fault ?? .none,
            at: position,
            calls: calls,
            only: only,
            below: root,
            log: log
        )
        environment["FAULTS_SELF"] = try EngineDouble.program().path()
        return environment
    }

    // MARK: - What must hold

    /// What is not as it must be once a daemon ran to its end.
    ///
    /// - Parameter leaving: Files that the state folder has beside the usual ones.
    /// - Returns: Nothing if all is well.
    /// - Throws: If a folder cannot be read at all.
    func complaints(leaving: Set<String> = []) async throws -> [String] {
        try await inboxComplaints() + outboxComplaints() + stateComplaints(leaving)
            + ledgerComplaints()
    }

    /// Everything below a folder; identifiers of jobs and days are made equal.
    private func entries(of folder: URL) throws -> Set<String> {
        let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path())
        return Set(
            all.map { path in
                path.replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "JOB")
                    .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}/, with: "DAY")
                    .replacing(/\.txt\.[0-9a-f]{8}/, with: ".txt.ID")
            }
        )
    }

    private func difference(
        _ name: String,
        _ found: Set<String>,
        _ expected: Set<String>
    ) -> [String] {
        let missing = expected.subtracting(found).sorted()
        let surplus = found.subtracting(expected).sorted()
        return (missing.isEmpty ? [] : ["\(name) lacks \(missing)"])
            + (surplus.isEmpty ? [] : ["\(name) has \(surplus)"])
    }

    /// The list that was answered; the other one is the duplicate.
    private var answered: String {
        let done = sandbox.inbox.appending(path: "_done/twin.txt").path()
        return FileManager.default.fileExists(atPath: done) ? "twin.txt" : "good.txt"
    }

    private func inboxComplaints() throws -> [String] {
        let (done, duplicate) =
            answered == "good.txt" ? ("good.txt", "twin.txt") : ("twin.txt", "good.txt")
        let checksum = (done == "good.txt" ? "_done" : "_duplicate") + "/good.txt.sha256"
        return difference(
            "inbox",
            try entries(of: sandbox.inbox),
            [
                ".taxod.lock", "_claimed", "_done", "_duplicate", "_quarantine",
                "_quarantine/JOB", "_quarantine/JOB/bad.txt",
                "_quarantine/JOB/bad.txt.reason.json", "_done/\(done)",
                "_duplicate/\(duplicate)", "_duplicate/\(duplicate).reason.json", checksum,
            ]
        )
    }

    private func outboxComplaints() throws -> [String] {
        let outbox = sandbox.outbox
        let result = "DAY/\(answered).ID"
        var expected: Set<String> = [".staging", "_status.json", "latest", "DAY", result]
        for name in [
            "_SUCCESS", "audit.jsonl", "datapackage.json", "receipt.json", "results.jsonl",
            "results.tsv",
        ] {
            expected.insert("\(result)/\(name)")
        }
        var complaints = difference("outbox", try entries(of: outbox), expected)
        let results = try sandbox.results()
        guard let only = results.first, results.count == 1 else {
            return complaints + ["\(results.count) results"]
        }
        if only.answers.map({ $0["query"].string }) != ["one", "two", "three"] {
            complaints.append("answers \(only.answers.map { $0["query"].string ?? "-" })")
        }
        let package = try JSON(file: only.path.appending(path: "datapackage.json"))
        for resource in package["resources"].array {
            let name = resource["path"].string ?? ""
            let bytes = try only.content(name).count
            if bytes != resource["bytes"].int { complaints.append("\(name) has \(bytes) bytes") }
        }
        let latest = try? FileManager.default.destinationOfSymbolicLink(
            atPath: outbox.appending(path: "latest").path()
        )
        if latest != only.receipt["result"].string {
            complaints.append("latest points to \(latest ?? "nothing")")
        }
        return complaints
    }

    private func stateComplaints(_ leaving: Set<String>) async throws -> [String] {
        let verified = try await sandbox.taxod("audit", "verify")
        let complaints = verified.status == 0 ? [] : ["audit verify: \(verified.errors)"]
        let found = Set(
            try entries(of: sandbox.state).map { $0.replacing(/damaged-.*Z/, with: "damaged-TIME") }
        )
        return complaints
            + difference(
                "state",
                found.subtracting(["ledger.sqlite-shm"]),
                leaving.union([
                    ".taxod.lock", "audit", "audit/DAY.jsonl", "configuration.json",
                    "ledger.sqlite", "ledger.sqlite-wal", "requests",
                ])
            )
    }

    /// Asks an SQLite that is not ours.
    private func ledgerComplaints() throws -> [String] {
        let program = """
            import json, sqlite3, sys
            ledger = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=5)
            def rows(sql): return [" ".join(map(str, row)) for row in ledger.execute(sql)]
            count = "SELECT count(*) FROM audit_events WHERE event = "
            print(json.dumps({
                "check": rows("PRAGMA integrity_check") + rows("PRAGMA foreign_key_check"),
                "jobs": rows("SELECT state, name, coalesce(place, 'nowhere') FROM jobs "
                    "WHERE state <> 'withdrawn' ORDER BY state, name"),
                "results": rows("SELECT query FROM results ORDER BY seq"),
                "events": rows(count + "'answered'") + rows(count + "'published'"),
            }))
            """
        let path = sandbox.state.appending(path: "ledger.sqlite").path()
        let end = try Checkout.run("/usr/bin/env", ["python3", "-I", "-c", program, path])
        guard end.status == 0 else { return ["the ledger cannot be read: \(end.errors)"] }
        let ledger = try JSON(data: end.output)
        func strings(_ key: String) -> [String] { ledger[key].array.compactMap(\.string) }
        let (done, duplicate) =
            answered == "good.txt" ? ("good.txt", "twin.txt") : ("twin.txt", "good.txt")
        let jobs = strings("jobs").map {
            $0.replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "JOB")
        }
        return [
            strings("check") == ["ok"] ? nil : "integrity check: \(strings("check"))",
            jobs == [
                "archived \(done) _done/\(done)", "duplicate \(duplicate) _duplicate/\(duplicate)",
                "quarantined bad.txt _quarantine/JOB/bad.txt",
            ] ? nil : "jobs \(jobs)",
            strings("results") == ["one", "two", "three"]
                ? nil : "rows of results \(strings("results"))",
            strings("events") == ["3", "1"]
                ? nil : "events answered and published \(strings("events"))",
        ].compactMap(\.self)
    }
}
