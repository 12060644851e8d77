import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Training on a small vocabulary with the tiny models of the engine's tests.
    @Suite("Training adapters", .enabled(if: Checkout.isBuilt))
    struct TrainTests {
        private static let golden = Checkout.root.appending(path: "Tests/EngineTests/Golden")
        private static let decoder = golden.appending(path: "tiny-llama.gguf").path()
        private static let adapterFile = "adapter_model.safetensors"

        /// Short names, so that a prompt fits into the tiny decoder's context.
        private static func vocabulary(_ children: Int = 12) -> String {
            var rows: [(identifier: String, name: String, parents: [String])] = [
                ("X:1", "root", []), ("X:2", "heart", ["X:1"]), ("X:3", "lung", ["X:1"]),
                ("X:4", "cold", ["X:3"]),
            ]
            for number in 0..<children {
                let parent = ["X:2", "X:3", "X:4"][number % 3]
                rows.append(("X:1\(number)", "ache \(number)", [parent]))
            }
            return medic(rows)
        }

        private static func sandbox(_ xml: String = vocabulary()) async throws -> Sandbox {
            let sandbox = try Sandbox([
                "models.decoder": decoder,
                "models.encoder": golden.appending(path: "tiny-bert").path(),
                "method.knownPairs": 1,
            ])
            let file = sandbox.root.appending(path: "v.xml")
            try Data(xml.utf8).write(to: file)
            let end = try await sandbox.taxod("load", file.path())
            try #require(end.status == 0, "\(end.errors)")
            return sandbox
        }

        /// A short training; `more` are further options.
        private static func arguments(_ out: String, _ more: [String] = []) -> [String] {
            [
                "train", "--taxonomy", "MEDIC", "--out", out, "--candidates", "2", "--batch", "4",
                "--rank", "2", "--alpha", "4", "--tasks", "place", "--threads", "1",
                "--validation", "2",
            ] + more
        }

        private static func end(
            _ sandbox: Sandbox,
            _ arguments: [String]
        ) async throws -> Child.Ended {
            try await sandbox.start(arguments).end()
        }

        /// Trains until a second checkpoint is to be written: kills it there, or tells it to stop.
        private static func end(
            _ sandbox: Sandbox,
            _ arguments: [String],
            by fault: FaultLibrary.Fault
        ) async throws -> Child.Ended {
            let environment = try await FaultLibrary.shared.environment(
                fault,
                at: 2,
                only: ("rename", "/training/checkpoint"),
                in: "train",
                below: sandbox.root,
                log: sandbox.root.appending(path: "calls")
            )
            return try await sandbox.start(arguments, environment: environment).end()
        }

        private static func files(_ folder: URL) throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path()))
        }

        @Test("the result is an adapter with its card and rows, and is used and named by answers")
        func result() async throws {
            let sandbox = try await Self.sandbox()
            let ended = try await Self.end(sandbox, Self.arguments("out", ["--hide", "X:4"]))
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.text.contains("rows of MEDIC"), "\(ended.text)")
            #expect(ended.errors.contains("tokens/s"), "\(ended.errors)")
            let out = sandbox.root.appending(path: "out")
            #expect(
                try Self.files(out) == [
                    Self.adapterFile, "adapter_config.json", "taxod-card.json", "rows.jsonl",
                ]
            )
            let card = try JSON(file: out.appending(path: "taxod-card.json"))
            let stage = try #require(card["stages"].array.first)
            #expect(stage["hidden"].strings == ["X:4"])
            #expect(stage["namespaces"].strings == ["X"])
            #expect(card["attribution"].strings.contains { $0.contains("http://ctdbase.org/") })
            let hash = try #require(try sha256([out.appending(path: Self.adapterFile)]).first)
            #expect(card["weightsSHA256"].string == hash)
            // Nothing hidden, and nothing below it, stands in a row.
            let rows = try JSON.lines(Data(contentsOf: out.appending(path: "rows.jsonl")))
            #expect(!rows.isEmpty)
            let hidden: Set<String> = ["X:4", "X:12", "X:15", "X:18", "X:111"]
            #expect(rows.allSatisfy { hidden.isDisjoint(with: $0["concepts"].strings) })

            let query = Data(#"{"term": "ache 99"}"#.utf8)
            let with = try await sandbox.taxod("expand", "--adapter", "out", input: query)
            #expect(with.status == 0, "\(with.errors)")
            let answer = try JSON(data: with.output)
            #expect(answer["provenance"]["adapterSHA256"].string == hash)
            let none = try await sandbox.taxod("expand", "--adapter", "none", input: query)
            #expect(try JSON(data: none.output)["provenance"]["adapterSHA256"].string == nil)

            let again = try await Self.end(sandbox, Self.arguments("out", ["--hide", "X:4"]))
            #expect(again.status == 0 && again.text.contains("trained already"), "\(again.errors)")
            let other = try await Self.end(sandbox, Self.arguments("out"))
            #expect(other.status == 65 && other.errors.contains("finished adapter"))
            #expect(try sha256([out.appending(path: Self.adapterFile)]).first == hash)

            // A second stage knows of the first.
            let second = try await Self.end(
                sandbox,
                [
                    "train", "--taxonomy", "MEDIC", "--from", "out", "--out", "two", "--batch",
                    "4", "--candidates", "2", "--tasks", "place", "--hide", "X:2",
                ]
            )
            #expect(second.status == 0, "\(second.errors)")
            let two = try JSON(file: sandbox.root.appending(path: "two/taxod-card.json"))
            #expect(two["stages"].array.count == 2)
            #expect(two["from"]["sha256"].string == hash)
        }

        @Test("stopped by a signal or killed it goes on to the same bytes")
        func resumes() async throws {
            let sandbox = try await Self.sandbox()
            let long = ["--epochs", "150"]
            let whole = try await Self.end(sandbox, Self.arguments("whole", long))
            #expect(whole.status == 0, "\(whole.errors)")
            for (name, fault) in [("stopped", FaultLibrary.Fault.stop), ("killed", .kill)] {
                let out = sandbox.root.appending(path: name)
                let ended = try await Self.end(sandbox, Self.arguments(name, long), by: fault)
                let status: Int32 = name == "stopped" ? 75 : 128 + SIGKILL
                try #require(ended.status == status, "\(ended.status): \(ended.errors)")
                if name == "stopped" {
                    #expect(ended.errors.contains("run the same command again"))
                }
                #expect(try !Self.files(out).contains(Self.adapterFile))

                let more = Self.arguments(name, ["--epochs", "151"])
                let other = try await Self.end(sandbox, more)
                #expect(other.status == 65, "\(other.errors)")
                let words = "recipe.epochs is 150 there and 151"
                #expect(other.errors.contains(words), "\(other.errors)")

                let rest = try await Self.end(sandbox, Self.arguments(name, long))
                #expect(rest.status == 0, "\(rest.errors)")
                let hashes = try sha256(
                    [name, "whole"].map {
                        sandbox.root.appending(path: "\($0)/\(Self.adapterFile)")
                    }
                )
                #expect(hashes[0] == hashes[1])
            }
        }

        @Test("a corrupt checkpoint is refused by name, and stays for who wants to look at it")
        func corrupt() async throws {
            let sandbox = try await Self.sandbox()
            let long = ["--epochs", "150"]
            let checkpoint = sandbox.root.appending(path: "out/training/checkpoint")
            let first = try await Self.end(sandbox, Self.arguments("out", long), by: .stop)
            try #require(first.status == 75, "\(first.status): \(first.errors)")
            var bytes = try Data(contentsOf: checkpoint)
            bytes[bytes.count / 2] ^= 0x10
            try bytes.write(to: checkpoint)
            let ended = try await Self.end(sandbox, Self.arguments("out", long))
            #expect(ended.status == 65, "\(ended.errors)")
            #expect(ended.errors.contains("out/training/checkpoint is damaged"), "\(ended.errors)")
            #expect(try Data(contentsOf: checkpoint) == bytes)
        }

        @Test("a disk without space ends it with status 74, and what was saved stays")
        func fullDisk() async throws {
            let sandbox = try await Self.sandbox()
            let long = ["--epochs", "150"]
            let checkpoint = sandbox.root.appending(path: "out/training/checkpoint")
            let first = try await Self.end(sandbox, Self.arguments("out", long), by: .stop)
            try #require(first.status == 75, "\(first.status): \(first.errors)")
            let saved = try Data(contentsOf: checkpoint)
            // No file may grow beyond a few blocks: writing fails in the midst of the checkpoint.
            let command = ([Checkout.binary.path()] + Self.arguments("out", long))
                .map { "'\($0)'" }.joined(separator: " ")
            let ended = try Checkout.run(
                "/bin/bash",
                ["-c", "ulimit -f 8; \(command) --config '\(sandbox.configuration.path())'"],
                folder: sandbox.root
            )
            #expect(ended.status == 74, "\(ended.errors)")
            #expect(ended.errors.contains("training/checkpoint"), "\(ended.errors)")
            #expect(try Data(contentsOf: checkpoint) == saved)
            #expect(
                try Self.files(sandbox.root.appending(path: "out/training"))
                    == ["checkpoint", "lock", "note.json"]
            )
            let rest = try await Self.end(sandbox, Self.arguments("out", long))
            #expect(rest.status == 0, "\(rest.errors)")
        }

        @Test("taxonomies that teach nothing are refused, one without siblings teaches parents")
        func poorTaxonomies() async throws {
            let one = try await Self.sandbox(medic([("X:1", "root", [])]))
            let alone = try await Self.end(one, Self.arguments("out"))
            #expect(alone.status == 65, "\(alone.errors)")
            #expect(alone.errors.contains("MEDIC has 1 concept and no edge"), "\(alone.errors)")

            let flat = medic((1...20).map { ("X:\($0)", "name \($0)", []) })
            let roots = try await Self.end(try await Self.sandbox(flat), Self.arguments("out"))
            #expect(roots.status == 65, "\(roots.errors)")
            #expect(roots.errors.contains("no edge"), "\(roots.errors)")

            let line = (1...12).map { ("X:\($0)", "n \($0)", $0 == 1 ? [] : ["X:\($0 - 1)"]) }
            let chain = try await Self.sandbox(medic(line))
            let parents = try await Self.end(chain, Self.arguments("out"))
            #expect(parents.status == 0, "\(parents.errors)")
            #expect(parents.errors.contains("has siblings"), "\(parents.errors)")
            let siblings = try await Self.end(
                chain,
                [
                    "train", "--taxonomy", "MEDIC", "--out", "other", "--tasks", "expand",
                    "--batch", "1",
                ]
            )
            #expect(siblings.status == 65, "\(siblings.errors)")

            let few = try await Self.sandbox(Self.vocabulary(3))
            let small = try await Self.end(few, Self.arguments("out", ["--batch", "40"]))
            #expect(small.status == 65, "\(small.errors)")
            #expect(small.errors.contains("the 40 of one step"), "\(small.errors)")
            #expect(
                !FileManager.default.fileExists(
                    atPath: few.root.appending(path: "out/\(Self.adapterFile)").path()
                )
            )
        }

        @Test("an adapter of another base model and rows that leak are refused")
        func refusals() async throws {
            let sandbox = try await Self.sandbox()
            let made = try await Self.end(sandbox, Self.arguments("out"))
            #expect(made.status == 0, "\(made.errors)")
            let card = sandbox.root.appending(path: "out/taxod-card.json")
            let own = try #require(try JSON(file: card)["base"]["sha256"].string)
            let zeros = String(repeating: "0", count: 64)
            try Data(
                String(contentsOf: card, encoding: .utf8).replacing(own, with: zeros).utf8
            ).write(to: card)
            let ended = try await sandbox.taxod(
                "expand",
                "--adapter",
                "out",
                input: Data(#"{"term": "ache"}"#.utf8)
            )
            #expect(ended.status == 69, "\(ended.errors)")
            #expect(ended.errors.contains(own) && ended.errors.contains(zeros), "\(ended.errors)")
            let from = try await Self.end(sandbox, Self.arguments("two", ["--from", "out"]))
            #expect(from.status == 69, "\(from.errors)")

            let leak = try await Self.end(
                sandbox,
                Self.arguments("three", ["--rows", "out/rows.jsonl", "--hide", "X:3"])
            )
            #expect(leak.status == 65 && leak.errors.contains("hidden"), "\(leak.errors)")
            let none = try await Self.end(sandbox, Self.arguments("four", ["--from", "nowhere"]))
            #expect(none.status == 69, "\(none.errors)")
            let unknown = try await Self.end(sandbox, Self.arguments("five", ["--hide", "X:999"]))
            #expect(unknown.status == 65 && unknown.errors.contains("X:999"), "\(unknown.errors)")
        }

        @Test("the same file with another adapter is no duplicate")
        func duplicates() async throws {
            let sandbox = try await Self.sandbox()
            let made = try await Self.end(sandbox, Self.arguments("out"))
            #expect(made.status == 0, "\(made.errors)")
            let list = #"["ache 1", "ache 2", "ache 99"]"#
            var configuration = try #require(
                JSONSerialization.jsonObject(with: Data(contentsOf: sandbox.configuration))
                    as? [String: Any]
            )
            for adapter in ["none", "out", "out"] {
                var models = configuration["models"] as? [String: Any] ?? [:]
                models["adapter"] = adapter
                configuration["models"] = models
                try JSONSerialization.data(withJSONObject: configuration)
                    .write(to: sandbox.configuration)
                try sandbox.drop(list, as: "list.json")
                let run = try await sandbox.taxod("run", "--once")
                #expect(run.status == 0, "\(run.errors)")
            }
            let results = try sandbox.results(of: "list.json")
            #expect(results.count == 2)
            let hashes = results.map { $0.receipt["provenance"]["adapterSHA256"].string }
            #expect(hashes.count { $0 == nil } == 1, "\(hashes)")
        }
    }
}
