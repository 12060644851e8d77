import Contract
import Daemon
import Foundation
import Jobs
import Ledger
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// A daemon over folders that go with the test, whose children are shell scripts.
final class DaemonFixture: Sendable {
    let path: String
    private let seen = Mutex<[LoadRequest]>([])
    private let reloading = Mutex<@Sendable () throws -> DaemonSettings>({
        throw CancellationError()
    })

    /// Makes the folders in `base`, or among temporary files.
    init(in base: String? = nil) throws {
        // As `taxod run` does: a worker that went away shows as a failed write.
        signal(SIGPIPE, SIG_IGN)
        let base = base.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        path = base.appending(path: "taxod-daemon-\(UUID().uuidString)").path
        for name in ["Inbox", "Outbox", "state"] {
            try FileManager.default.createDirectory(
                atPath: "\(path)/\(name)",
                withIntermediateDirectories: true
            )
        }
        try write(Scripts.load, to: "load.sh")
        try write(Scripts.worker, to: "worker.sh")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What children were asked to read.
    var requests: [LoadRequest] { seen.withLock { $0 } }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func drop(_ name: String, _ terms: String...) throws {
        try write(terms.map { $0 + "\n" }.joined(), to: "Inbox/\(name)")
    }

    func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    }

    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }

    func reader() throws -> LedgerReader { try LedgerReader(path: "\(path)/state/ledger.sqlite") }

    func jobs() async throws -> [JobRecord] {
        try await reader().jobs(in: Set(JobState.Name.allCases))
    }

    /// The answers of the only job, by key.
    func answers() async throws -> [Answer] {
        let job = try #require(try await jobs().first)
        return try await reader().answers(of: job.id).map(\.line.answer)
    }

    /// What a reload of the configuration gives; a wrong configuration throws.
    func onReload(_ read: @escaping @Sendable () throws -> DaemonSettings) {
        reloading.withLock { $0 = read }
    }

    func settings(
        shell: String = "/bin/sh",
        queryTimeLimit: Duration = .seconds(60)
    ) -> DaemonSettings {
        DaemonSettings(
            inbox: path + "/Inbox",
            outbox: path + "/Outbox",
            state: path + "/state",
            quietPeriod: .zero,
            rescan: .milliseconds(100),
            maximumFileBytes: 1 << 20,
            queryTimeLimit: queryTimeLimit,
            workerIdle: .seconds(30),
            inFlight: 3,
            loadCommand: { [self] request in
                seen.withLock { $0.append(request) }
                return ChildCommand(
                    executable: shell,
                    arguments: [
                        path + "/load.sh", request.path, request.fileName, path,
                        request.expectedSHA256 ?? "", request.acceptsShrunken ? "yes" : "no",
                    ]
                )
            },
            workerCommand: { [path] version in
                ChildCommand(executable: shell, arguments: [path + "/worker.sh", version, path])
            },
            vocabularyNames: { ["MEDIC"] }
        )
    }

    func daemon(
        once: Bool = true,
        shell: String = "/bin/sh",
        queryTimeLimit: Duration = .seconds(60)
    ) throws -> Daemon {
        try daemon(settings(shell: shell, queryTimeLimit: queryTimeLimit), once: once)
    }

    func daemon(_ settings: DaemonSettings, once: Bool) throws -> Daemon {
        try Daemon(
            settings,
            once: once,
            version: "taxod test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            terminal: TerminalLine(isTerminal: false) { _ in },
            reload: { [self] in try reloading.withLock { $0 }() }
        )
    }

    /// Waits until the only job is in this state.
    func reach(_ state: JobState.Name) async throws {
        for _ in 0..<600 {
            if let jobs = try? await jobs(), jobs.map(\.state.name) == [state] { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the job never was \(state)")
    }

    /// Runs a daemon until everything is answered.
    @discardableResult
    func runOnce(
        shell: String = "/bin/sh",
        queryTimeLimit: Duration = .seconds(60)
    ) async throws -> Contract.ExitStatus {
        let daemon = try daemon(shell: shell, queryTimeLimit: queryTimeLimit)
        try await daemon.run()
        return try await daemon.outcome()
    }

    /// Waits until something holds.
    ///
    /// Looks are counted, not seconds: where other tests keep the threads from the daemon, they keep
    /// them from the looks as well.
    func wait(until holds: () throws -> Bool) async throws {
        for _ in 0..<12_000 {
            if (try? holds()) == true { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        try #require(try holds(), "nothing happened")
    }

    /// Runs a daemon, waits until a child touched `marker` and shuts the daemon down.
    func run(untilMarker marker: String) async throws {
        #expect(mkfifo("\(path)/\(marker)", 0o600) == 0)
        let group = ServiceGroup(
            services: [try daemon(once: false)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let fifo = "\(path)/\(marker)"
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            // Opening a FIFO to read blocks until somebody opens it to write.
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    _ = FileHandle(forReadingAtPath: fifo)?.readDataToEndOfFile()
                    continuation.resume()
                }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// Children that speak the protocols of `taxod load --json` and `taxod expand`.
enum Scripts {
    /// Reads a list of terms, a line each; the first line may ask for more than that.
    static let load = #"""
        file=$1 name=$2 root=$3 expected=$4 shrunken=$5
        sha=$(sha256sum "$file" | cut -d' ' -f1)
        refuse() {
            printf '{"kind":"refused","sha256":"","bytes":0,"reading":"","basis":"","force":false,'
            printf '"queryCount":0,"problems":[],"notes":[],"refusal":{"code":"%s",' "$1"
            printf '"message":"%s","remedy":"r"}}\n' "$2"
            exit 65
        }
        if [ -n "$expected" ] && [ "$expected" != "$sha" ]; then
            refuse checksum-mismatch "other bytes"
        fi
        version=v1 count=0 kind=list
        [ -e "$root/several" ] && refuse several-vocabularies "MEDIC or MeSH"
        case $name in
        *.xml) kind=vocabulary version=$sha; touch "$root/loaded" ;;
        *.add) kind=vocabulary ;;
        other-*) version=v2 count=$(wc -l <"$file") ;;
        *) [ -e "$root/needs-vocabulary" ] && [ ! -e "$root/loaded" ] && refuse no-vocabulary none
            count=$(wc -l <"$file") ;;
        esac
        case $(head -n 1 "$file") in
        die) kill -9 $$ ;;
        hang) echo x >"$root/started"; sleep 600 & wait ;;
        rubbish) echo rubbish; exit 0 ;;
        half) count=$((count + 1)) ;;
        shrunken) [ "$shrunken" = yes ] || refuse shrunken-vocabulary "half of it is gone" ;;
        changed) [ -e "$root/again" ] || { touch "$root/again"; refuse changed-while-read x; } ;;
        esac
        printf '{"kind":"%s","sha256":"%s","bytes":1,"reading":"a list",' $kind "$sha"
        printf '"vocabulary":{"name":"MEDIC","version":"%s","kind":"medic",' $version
        printf '"concepts":1,"edges":0},"basis":"b","force":false,"queryCount":%s,' "$count"
        printf '"problems":[],"notes":[]}\n'
        [ $kind = list ] || exit 0
        number=0
        while read -r term; do
            number=$((number + 1))
            printf '{"query":{"key":"%05d","task":"place","term":"%s"}}\n' $number "$term"
        done <"$file"
        """#

    /// Answers each query; the term may ask for more than that.
    static let worker = #"""
        version=$1 root=$2
        if [ -e "$root/broken" ]; then
            echo "taxod: the model is missing [engine-unavailable]" >&2
            echo "Run make models." >&2
            exit 69
        fi
        echo "$version" >>"$root/workers"
        [ -e "$root/never-ready" ] && { echo x >"$root/started"; sleep 600 & wait; }
        echo "taxod: ready: $version" >&2
        while read -r line; do
            key=${line#*\"key\":\"}; key=${key%%\"*}
            term=${line#*\"term\":\"}; term=${term%%\"*}
            case $term in
            die*) echo "$term" >>"$root/deaths"; kill -9 $$ ;;
            crash*) echo "$term" >>"$root/deaths"; kill -ABRT $$ ;;
            thrice*) echo x >>"$root/kills"
                [ "$(wc -l <"$root/kills")" -gt 3 ] || kill -${term#thrice } $$ ;;
            leave*) exit 0 ;;
            quit*) echo "taxod: no memory" >&2; exit 69 ;;
            rubbish*) echo '{]'; continue ;;
            wrong*) key=other ;;
            mute*) exec 1>&-; sleep 600 & wait ;;
            slow*) sleep 600 & wait ;;
            pace*) sleep 0.05 ;;
            mark*) echo x >"$root/started" ;;
            gate*) until [ -e "$root/open" ]; do sleep 0.02; done ;;
            touch*) : >"$root/state/requests/paused"
                until grep -q '"paused" : true' "$root/Outbox/_status.json"; do sleep 0.02; done ;;
            grow*) [ -e "$root/grown" ] || { touch "$root/grown"
                for file in "$root"/Inbox/_claimed/*/list.txt; do echo late >>"$file"; done; } ;;
            esac
            echo "$term" >>"$root/asked"
            printf '{"schema":"taxod.answer/1","key":"%s","task":"place","query":"%s",' "$key" "$term"
            printf '"status":"none","matches":[],"proposals":[],"notes":[],"tokens":7}\n'
        done
        """#
}
