import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// What readers and workers take from themselves.
    @Suite("Containment", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct ContainmentTests {
        private static let query = Data("{\"term\":\"torsades de pointes\"}\n".utf8)

        @Test("a worker has limits on memory and files, and no thread can gain privileges")
        func limits() async throws {
            let limit = 4 << 30
            let sandbox = try Sandbox(
                ["worker.memoryLimitBytes": limit],
                holding: try await Vocabularies.shared.small()
            )
            let worker = try PipedWorker(sandbox)
            defer { worker.end() }
            try await worker.ready()
            _ = try worker.ask(Self.query)
            let process = "/proc/\(worker.processID)"
            let limits = try String(contentsOfFile: process + "/limits", encoding: .utf8)
            func values(_ name: String) -> [String] {
                let line = limits.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
                return line.dropFirst(name.count).split(separator: " ").prefix(2).map(String.init)
            }
            #expect(values("Max file size") == ["0", "0"])
            #expect(values("Max address space") == ["\(limit)", "\(limit)"])
            let threads = try FileManager.default.contentsOfDirectory(atPath: process + "/task")
            #expect(threads.count > 1)
            for thread in threads {
                // One that had nothing to do may have ended meanwhile.
                let file = "\(process)/task/\(thread)/status"
                guard let status = try? String(contentsOfFile: file, encoding: .utf8) else {
                    continue
                }
                #expect(status.contains("NoNewPrivs:\t1"), "\(thread)")
            }
            let score = try String(contentsOfFile: process + "/oom_score_adj", encoding: .utf8)
            #expect(score == "900\n")
        }

        @Test(
            "a worker confines itself before it starts a thread, and again before the first query",
            .enabled(if: Strace.isThere, "strace is not installed")
        )
        func landlock() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let log = sandbox.root.appending(path: "calls")
            let end = try Checkout.run(
                Strace.path,
                [
                    "-f", "-qq", "-o", log.path(), "-e",
                    "trace=landlock_create_ruleset,landlock_restrict_self,clone,clone3,read",
                    Checkout.binary.path(), "expand", "--config", sandbox.configuration.path(),
                ],
                input: Self.query,
                folder: sandbox.root
            )
            #expect(end.status == 0, "\(end.errors)")
            let calls = try Strace.lines(of: log)
            func first(_ word: String, after index: Int = -1) -> Int? {
                calls.indices.first { $0 > index && calls[$0].contains(word) }
            }
            guard !calls.contains(where: { $0.contains("create_ruleset") && $0.contains("= -1") })
            else { return print("this kernel has no Landlock") }
            let done = "landlock_restrict_self("
            let early = try #require(first(done))
            let thread = try #require(first("clone"))
            let late = try #require(first(done, after: early))
            let input = try #require(first("read(0,"))
            #expect(early < thread && late < input && thread < late)
            for index in [early, late] { #expect(calls[index].hasSuffix("= 0"), "\(calls[index])") }
        }

        @Test("a reader changes no file outside the state folder, whoever runs it")
        func reader() async throws {
            let sandbox = try Sandbox()
            let elsewhere = sandbox.root.appending(path: "elsewhere")
            let files = FileManager.default
            for folder in [elsewhere, sandbox.state] {
                try files.createDirectory(at: folder, withIntermediateDirectories: true)
            }
            // Through a link the path is right and the place is not.
            try files.createSymbolicLink(
                at: sandbox.state.appending(path: "taxonomies"),
                withDestinationURL: elsewhere
            )
            let file = Checkout.root.appending(path: "Inbox/_examples/mini-medic.xml").path()
            let check = try await sandbox.taxod("config", "check")
            guard check.text.contains("Landlock") && !check.text.contains("no Landlock") else {
                return print("this kernel has no Landlock")
            }
            let end = try await sandbox.taxod("load", file)
            #expect(end.status == 74, "\(end.errors)")
            #expect(end.errors.contains("Permission denied"), "\(end.errors)")
            #expect(try files.contentsOfDirectory(atPath: elsewhere.path()) == [])
        }

        @Test("answers may be redirected into a file")
        func redirected() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let end = try await sandbox.taxod("expand", input: Self.query)
            #expect(end.status == 0, "\(end.errors)")
            #expect(try JSON.lines(end.output).count == 1)
        }

        @Test("a vocabulary file cut short in use ends the worker with words, not with a signal")
        func shortened() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let worker = try PipedWorker(sandbox)
            defer { worker.end() }
            try await worker.ready()
            let versions = sandbox.state.appending(path: "taxonomies")
            for version in try FileManager.default.contentsOfDirectory(atPath: versions.path()) {
                let vectors = versions.appending(path: "\(version)/embeddings.f32").path()
                _ = truncate(vectors, 64)
            }
            #expect(try worker.ask(Self.query) == nil)
            let status = try await worker.status()
            #expect(status == 69)
            #expect(worker.errors.contains("was shortened"), "\(worker.errors)")
        }

        @Test("a daemon puts a job off when its vocabulary is cut short, and says why")
        func shortenedUnderDaemon() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let terms = (1...5_000).map { "\"term number \($0)\"" }.joined(separator: ", ")
            try sandbox.drop("{\"terms\": [\(terms)]}", as: "terms.json")
            let daemon = try sandbox.start(["run"])
            try await sandbox.wait {
                (try? sandbox.count("SELECT count(*) FROM queries WHERE answer IS NOT NULL")) ?? 0
                    > 2
            }
            let versions = sandbox.state.appending(path: "taxonomies")
            for version in try FileManager.default.contentsOfDirectory(atPath: versions.path()) {
                _ = truncate(versions.appending(path: "\(version)/embeddings.f32").path(), 64)
            }
            // The log keeps what the ledger holds only until the job goes on, which may be at once.
            var line: Substring?
            try await sandbox.wait {
                line = daemon.errors.split(separator: "\n").first { $0.contains("postponed") }
                return line != nil
            }
            #expect(line?.contains("shortened") == true, "\(daemon.errors)")
            #expect(try sandbox.count("SELECT count(*) FROM queries WHERE status = 'error'") == 0)
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
        }

        @Test("a reader that needs more memory than it may have is told of, and the daemon lives")
        func memory() async throws {
            let sandbox = try Sandbox(
                ["worker.memoryLimitBytes": 2 << 30],
                holding: try await Vocabularies.shared.small()
            )
            // Its concepts take half as much again when they are held at once.
            let rows = (0..<1_000_000).map { number in
                "<Row><DiseaseName>name \(number) of a disease among many others</DiseaseName>"
                    + "<DiseaseID>X:\(number)</DiseaseID><ParentIDs>\(number == 0 ? "" : "X:0")"
                    + "</ParentIDs><Synonyms>a\(number)|b\(number)|c\(number)</Synonyms></Row>"
            }
            let text = "<RowSet>\n\(rows.joined(separator: "\n"))\n</RowSet>\n"
            try sandbox.drop(text, as: "huge.xml")
            try sandbox.dropExample("heart-seeds.json")
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 65, "\(end.status): \(end.errors.suffix(2_000))")
            let place = try #require(sandbox.places(of: "huge.xml").first)
            #expect(sandbox.places(of: "huge.xml").count == 1 && place.hasPrefix("_quarantine/"))
            let note = try sandbox.note(beside: place)
            #expect(note["message"].string?.contains("bytes of memory") == true)
            #expect(note["remedy"].string?.contains("worker.memoryLimitBytes") == true)
            #expect(try sandbox.results(of: "heart-seeds.json").count == 1)
        }

        @Test("a worker that gets fewer threads than it is to have says so, and the job waits")
        func threads() async throws {
            let sandbox = try Sandbox(
                ["worker.memoryLimitBytes": 2 << 30, "worker.threads": 512],
                holding: try await Vocabularies.shared.small()
            )
            try sandbox.dropExample("heart-seeds.json")
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 69, "\(end.status): \(end.errors)")
            #expect(end.errors.contains("of 512 cannot be started"), "\(end.errors)")
            let status = try JSON(data: try await sandbox.taxod("status", "--json").output)
            let reason = status["open"].array.first?["facts"]["reason"]
            #expect(reason?["remedy"].string?.contains("worker.threads") == true)
        }
    }
}

/// A worker on pipes, as the daemon runs it.
final class PipedWorker {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let collector = Process()
    private let log: URL

    var processID: Int32 { process.processIdentifier }
    var errors: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    init(_ sandbox: Sandbox) throws {
        // A named pipe is no regular file, so that nothing may grow; its reader collects.
        log = sandbox.root.appending(path: "worker-errors")
        let pipe = sandbox.root.appending(path: "worker-errors.pipe").path()
        guard mkfifo(pipe, 0o600) == 0 else { throw Sandbox.Unreadable(errors: "no pipe") }
        collector.executableURL = URL(filePath: "/bin/sh")
        collector.arguments = ["-c", "exec cat \"$0\" >\"$1\"", pipe, log.path()]
        try collector.run()
        process.executableURL = Checkout.binary
        process.arguments = ["expand", "--config", sandbox.configuration.path()]
        process.currentDirectoryURL = sandbox.root
        process.standardInput = input
        process.standardOutput = output
        let errors = FileHandle(
            fileDescriptor: open(pipe, O_WRONLY | O_CLOEXEC),
            closeOnDealloc: true
        )
        process.standardError = errors
        try process.run()
        // The worker has it alone, so that its end is the end of what is collected.
        try errors.close()
    }

    func ready() async throws {
        let last = ContinuousClock.now + Patience.limit
        while !errors.contains("taxod: ready") {
            guard ContinuousClock.now < last, process.isRunning else {
                throw Sandbox.Unreadable(errors: errors)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Asks a query; `nil` if the worker ended instead of answering.
    func ask(_ line: Data) throws -> Data? {
        try input.fileHandleForWriting.write(contentsOf: line)
        var answer = Data()
        while answer.last != 0x0A {
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { return nil }
            answer += part
        }
        return answer
    }

    /// How it ended; from then on ``errors`` is all that it said.
    func status() async throws -> Int32 {
        while process.isRunning || collector.isRunning {
            try await Task.sleep(for: .milliseconds(10))
        }
        return process.terminationReason == .exit ? process.terminationStatus : -1
    }

    func end() {
        try? input.fileHandleForWriting.close()
        if process.isRunning { process.terminate() }
    }
}
