import Foundation
import Glibc
import Synchronization
import Testing

extension EndToEnd {
    /// The whole program with a model behind an HTTP endpoint.
    @Suite("Remote engine", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct RemoteTests {
        /// A set is always asked of the model; a place only where the fit found it of use.
        private static let query = Data("{\"seeds\":[\"Glaucoma\",\"Cataract\"]}\n".utf8)

        /// The settings of a sandbox that asks a server.
        private static func settings(_ server: CompletionServer) -> [String: Any] {
            [
                "models.remote": [
                    "url": server.url, "model": "arithmetic", "timeoutSeconds": 20,
                ] as [String: Any],
                "worker.threads": 2,
            ]
        }

        @Test("a query is answered by the server's model, and the answer says so")
        func answers() async throws {
            let server = try await CompletionServer()
            let sandbox = try Sandbox(
                Self.settings(server),
                holding: try await Vocabularies.shared.small()
            )
            let lines = """
                {"key":"a","term":"torsades de pointes"}
                {"key":"b","seeds":["Glaucoma","Cataract"]}

                """
            let end = try await sandbox.taxod("expand", input: Data(lines.utf8))
            #expect(end.status == 0, "\(end.errors)")
            let answers = try JSON.lines(end.output)
            #expect(answers.map { $0["key"].string } == ["a", "b"])
            for answer in answers {
                #expect(answer["status"].string != "error")
                let provenance = answer["provenance"]
                #expect(provenance["model"].string == "arithmetic")
                #expect(provenance["path"].string == "remote")
                #expect(provenance["adapterSHA256"].string == nil)
                #expect(provenance["modelSHA256"].string?.count == 64)
            }
            #expect(server.requests.contains { $0.contains("Glaucoma | Cataract |") })
            // The same question gets the same answer.
            let again = try await sandbox.taxod("expand", input: Data(lines.utf8))
            #expect(again.output == end.output)
        }

        @Test("a server that goes away in the midst of a job puts it off; it ends when it is back")
        func resumes() async throws {
            let server = try await CompletionServer()
            let sandbox = try Sandbox(
                Self.settings(server),
                holding: try await Vocabularies.shared.small()
            )
            let names = [
                "Glaucoma", "Cataract", "Varicose Veins", "Angina Pectoris", "Retinal Detachment",
                "Macular Degeneration", "Refractive Errors", "Lens Dislocation", "Heart Block",
                "Tetralogy of Fallot",
            ]
            let sets = names.flatMap { first in
                names.filter { $0 != first }.map { "{\"seeds\": [\"\(first)\", \"\($0)\"]}\n" }
            }
            try sandbox.drop(sets.joined(), as: "sets.jsonl")
            let daemon = try sandbox.start(["run"])
            let answered = "SELECT count(*) FROM queries WHERE answer IS NOT NULL"
            try await sandbox.wait { ((try? sandbox.count(answered)) ?? 0) > 5 }
            server.kill()
            var line: Substring?
            let isOver = "SELECT count(*) FROM jobs WHERE state = 'archived'"
            try await sandbox.wait {
                line = daemon.errors.split(separator: "\n").first { $0.contains("postponed") }
                return try line != nil || sandbox.count(isOver) > 0
            }
            #expect(line?.contains("engine-unavailable") == true, "\(daemon.errors)")
            #expect(line?.contains("cannot be asked") == true, "\(daemon.errors)")
            let before = try sandbox.count(answered)
            #expect(before > 5 && before < sets.count)
            try await server.restart()
            try await sandbox.wait { try sandbox.results(of: "sets.jsonl").count == 1 }
            kill(daemon.processID, SIGTERM)
            #expect(try await daemon.end().status == 0)
            let answers = try #require(try sandbox.results(of: "sets.jsonl").first?.answers)
            #expect(answers.count == sets.count)
            #expect(answers.allSatisfy { $0["status"].string != "error" })
        }

        @Test("without a server a list waits, and the reason names server and remedy")
        func waits() async throws {
            let server = try await CompletionServer()
            let sandbox = try Sandbox(
                Self.settings(server),
                holding: try await Vocabularies.shared.small()
            )
            // What depends on the model is fitted while it is there.
            #expect(try await sandbox.taxod("expand", input: Self.query).status == 0)
            server.kill()
            // The first two lines need no model: their answers are written before the worker ends.
            let input = Data("no JSON\n{\"seeds\":[\"Glaucoma\"]}\n".utf8) + Self.query
            let worker = try await sandbox.taxod("expand", input: input)
            #expect(worker.status == 69, "\(worker.errors)")
            #expect(try JSON.lines(worker.output).count == 2, "\(worker.text)")
            #expect(worker.errors.contains("[engine-unavailable]\nStart the server"))
            try sandbox.dropExample("heart-seeds.json")
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 69, "\(end.errors)")
            let status = try JSON(data: try await sandbox.taxod("status", "--json").output)
            let reason = status["open"].array.first?["facts"]["reason"]
            #expect(reason?["code"].string == "engine-unavailable")
            #expect(reason?["message"].string?.contains(server.url) == true)
            let check = try await sandbox.taxod("config", "check")
            #expect(check.status == 69 && check.errors.contains("cannot be asked"))
        }

        @Test("the server is asked for its models, by no proxy, and gets the token of the file")
        func check() async throws {
            let server = try await CompletionServer(token: "open-sesame")
            let token = server.folder.appending(path: "token")
            func check(_ model: String, _ given: String?) async throws -> Child.Ended {
                var remote = ["url": server.url, "model": model]
                if let given {
                    try Data("\(given)\n".utf8).write(to: token)
                    remote["tokenFile"] = token.path()
                }
                return try await Sandbox(["models.remote": remote]).taxod(
                    "config",
                    "check",
                    environment: ["http_proxy": "http://127.0.0.1:9"]
                )
            }
            let right = try await check("arithmetic", "open-sesame")
            #expect(right.status == 0, "\(right.errors)")
            #expect(right.text.contains("serves arithmetic"))
            let other = try await check("poetry", "open-sesame")
            #expect(other.status == 78)
            #expect(other.errors.contains("(arithmetic); found “poetry”"), "\(other.errors)")
            for wrong in ["sesame", nil] {
                let end = try await check("arithmetic", wrong)
                #expect(end.status == 69)
                #expect(end.errors.contains("401: “Unauthorized”"), "\(end.errors)")
                #expect(end.errors.contains("tokenFile"))
            }
            let empty = try await check("arithmetic", " ")
            #expect(empty.status == 69 && empty.errors.contains("one token"), "\(empty.errors)")
        }

        @Test(
            "a worker and a reader connect to the server's port, and to no other",
            .enabled(if: Strace.isThere, "strace is not installed")
        )
        func confined() async throws {
            let server = try await CompletionServer()
            let sandbox = try Sandbox(
                Self.settings(server),
                holding: try await Vocabularies.shared.small()
            )
            let text = try await sandbox.taxod("config", "check").text
            guard text.contains("TCP to port \(server.port) and 53 only") else {
                #expect(text.contains("network as the unit allows"))
                return print("this kernel has no Landlock for TCP")
            }
            #expect(try await sandbox.taxod("expand", input: Self.query).status == 0)
            // The rules of the first port stay when the address of a second one is asked.
            let log = sandbox.root.appending(path: "calls")
            let end = try Checkout.run(
                Strace.path,
                [
                    "-f", "-qq", "-e", "trace=landlock_add_rule,landlock_restrict_self,connect",
                    "-o", log.path(), Checkout.binary.path(), "expand", "--config",
                    sandbox.configuration.path(),
                ],
                input: Self.query
            )
            #expect(end.status == 0, "\(end.errors)")
            let calls = try String(contentsOf: log, encoding: .utf8)
            // Two ports in each of the two layers: before the models are loaded and after.
            #expect(calls.matches(of: /landlock_add_rule\(.*0x2|NET_PORT/).count >= 4, "\(calls)")
            let connects = calls.matches(of: /connect\(.*htons\((\d+)\)/).map { $0.output.1 }
            #expect(Set(connects) == ["\(server.port)"], "\(calls)")
        }

        @Test("without models.remote no process makes a socket to anywhere")
        func offline() async throws {
            guard Strace.isThere else { return print("strace is not installed") }
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            try sandbox.dropExample("heart-seeds.json")
            let log = sandbox.root.appending(path: "calls")
            let end = try Checkout.run(
                Strace.path,
                [
                    "-f", "-qq", "-e", "trace=socket,openat", "-o", log.path(),
                    Checkout.binary.path(), "run", "--once", "--config",
                    sandbox.configuration.path(),
                ],
                folder: sandbox.root
            )
            #expect(end.status == 0, "\(end.errors)")
            let calls = try String(contentsOf: log, encoding: .utf8)
            #expect(calls.contains("model.safetensors"))
            #expect(!calls.contains("AF_INET"))
            #expect(!calls.contains("libcurl"))
        }

        @Test("what needs the weights says that they are elsewhere", arguments: ["bench", "train"])
        func weights(_ command: String) async throws {
            let remote = ["url": "http://127.0.0.1:9/v1", "model": "m"]
            let sandbox = try Sandbox(
                ["models.remote": remote],
                holding: try await Vocabularies.shared.small()
            )
            let arguments =
                command == "bench"
                ? ["bench"] : ["train", "--taxonomy", "MEDIC", "--out", "\(sandbox.root.path())/a"]
            let end = try await sandbox.start(arguments).end()
            #expect(end.status == 69, "\(end.errors)")
            #expect(
                end.errors.contains("models.remote keeps “m” on another machine"),
                "\(end.errors)"
            )
        }

        @Test("the models that are listed are the server's and the encoder")
        func listed() async throws {
            let remote = ["url": "http://127.0.0.1:9/v1", "model": "m"]
            let sandbox = try Sandbox(["models.remote": remote])
            let list = try await sandbox.taxod("models", "list")
            #expect(list.status == 0)
            #expect(list.text.contains("configured remote: m at http://127.0.0.1:9/v1"))
            #expect(!list.text.contains("adapter "))
            let verify = try await sandbox.taxod("models", "verify")
            #expect(verify.status == 0 && !verify.text.contains("SmolLM2"), "\(verify.text)")
        }

        // MARK: Configuration

        /// A configuration that is refused, and what its message must say.
        struct Wrong: Sendable, CustomTestStringConvertible {
            let models: String
            let says: [String]

            var testDescription: String { models }
        }

        @Test(
            "a wrong configuration is refused by key, with what was found and what is expected",
            arguments: [
                Wrong(
                    models: #"{"remote": {"url": "ftp://host/v1", "model": "m"}}"#,
                    says: ["“models.remote.url”", "“ftp://host/v1”", "http:// or https://"]
                ),
                Wrong(
                    models: #"{"remote": {"url": "http://user:word@host", "model": "m"}}"#,
                    says: ["“models.remote.url”", "without user"]
                ),
                Wrong(
                    models: #"{"remote": {"url": "http://host:99999/v1", "model": "m"}}"#,
                    says: ["“models.remote.url”"]
                ),
                Wrong(
                    models: #"{"remote": {"url": "http://", "model": "m"}}"#,
                    says: ["“models.remote.url”"]
                ),
                Wrong(
                    models: #"{"remote": {"model": "m"}}"#,
                    says: ["“models.remote.url”", "found empty"]
                ),
                Wrong(
                    models: #"{"remote": {"url": "http://host/v1"}}"#,
                    says: ["“models.remote.model”", "found empty"]
                ),
                Wrong(
                    models:
                        #"{"remote": {"url": "http://host/v1", "model": "m", "timeoutSeconds": 800}}"#,
                    says: ["“models.remote.timeoutSeconds”", "found 800", "300"]
                ),
                Wrong(
                    models: #"{"remote": {"url": "http://host/v1", "model": "m", "adress": 1}}"#,
                    says: ["unknown key “models.remote.adress”"]
                ),
                Wrong(
                    models: #"{"remote": {"url": "http://host/v1", "model": "m"}, "decoder": "x"}"#,
                    says: ["“models.remote” and “models.decoder”"]
                ),
                Wrong(
                    models:
                        #"{"remote": {"url": "http://host/v1", "model": "m"}, "adapter": "none"}"#,
                    says: ["“models.remote” and “models.adapter”"]
                ),
                Wrong(models: #"{"remote": "http://host/v1"}"#, says: ["models.remote"]),
            ]
        )
        func wrong(_ wrong: Wrong) async throws {
            let sandbox = try Sandbox()
            let text = "{\"models\": \(wrong.models)}"
            try Data(text.utf8).write(to: sandbox.configuration)
            let end = try await sandbox.taxod("config", "check")
            #expect(end.status == 78, "\(end.text)")
            for words in wrong.says { #expect(end.errors.contains(words), "\(end.errors)") }
        }
    }
}

/// A server of completions in a process of its own; see `completions.py`.
final class CompletionServer: Sendable {
    let folder: URL
    let port: Int
    var url: String { "http://127.0.0.1:\(port)/v1" }
    /// A line for each request since the last start.
    var requests: [String] { Array(Self.lines(folder).dropFirst()) }

    private let process: Mutex<Spawned>
    private let token: String?

    init(token: String? = nil) async throws {
        self.token = token
        folder = FileManager.default.temporaryDirectory
            .appending(path: "taxod-completions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process = Mutex(try Self.start(port: 0, token, in: folder))
        port = try await Self.listening(in: folder)
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Ends it at once.
    func kill() {
        process.withLock {
            Glibc.kill($0.processID, SIGKILL)
            _ = $0.wait()
        }
    }

    /// Starts it again on the same port.
    func restart() async throws {
        try FileManager.default.removeItem(at: folder.appending(path: "log"))
        let started = try Self.start(port: port, token, in: folder)
        process.withLock { $0 = started }
        _ = try await Self.listening(in: folder)
    }

    private static func start(port: Int, _ token: String?, in folder: URL) throws -> Spawned {
        let script = Checkout.root.appending(path: "Tests/EndToEndTests/completions.py").path()
        let log = folder.appending(path: "log").path()
        let arguments = ["python3", "-I", script, "\(port)", log] + [token].compactMap(\.self)
        return try Spawned(
            "/usr/bin/env",
            arguments,
            environment: ProcessInfo.processInfo.environment,
            folder: folder,
            input: URL(filePath: "/dev/null"),
            output: folder.appending(path: "output"),
            errors: folder.appending(path: "errors")
        )
    }

    private static func listening(in folder: URL) async throws -> Int {
        let last = ContinuousClock.now + Patience.limit
        while true {
            if let first = lines(folder).first, let port = Int(first) { return port }
            guard ContinuousClock.now < last else {
                throw Sandbox.Unreadable(errors: "no server of completions")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func lines(_ folder: URL) -> [String] {
        let text = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }
}
