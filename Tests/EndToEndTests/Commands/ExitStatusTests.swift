import Foundation
import Testing

extension EndToEnd {
    /// Every command in every situation that it can meet, by its exit status.
    ///
    /// `WorkshopTests.ExitStatusTests` holds the table of errors itself.
    @Suite("Exit statuses", .enabled(if: Checkout.isBuilt))
    struct ExitStatusTests {
        /// A command as it is called; “FILE” stands for a list, “OUT” for a new folder.
        private typealias Call = [String]

        private static let evaluations: [Call] = [
            ["evaluate", "placement", "--taxonomy", "MEDIC"],
            ["evaluate", "rollover", "--taxonomy", "MEDIC", "--queries", "NEW"],
            ["evaluate", "sets", "--taxonomy", "MEDIC", "--queries", "SETS"],
            ["evaluate", "construction", "--taxonomy", "MEDIC", "--queries", "TREES"],
            ["evaluate", "insertion", "--taxonomy", "MEDIC"],
            ["evaluate", "leave-one-out", "--taxonomy", "MEDIC"],
            ["evaluate", "study", "negatives", "--taxonomy", "MEDIC", "--out", "OUT"],
        ]
        private static let asksVocabulary: [Call] =
            [["expand"], ["load", "FILE"], ["train", "--taxonomy", "MEDIC", "--out", "OUT"]]
            + evaluations
        private static let readsState: [Call] = [
            ["status"], ["retry", "12345678"], ["cancel", "12345678"], ["prune", "--days", "1"],
            ["pause"], ["resume"],
            ["audit", "verify"],
        ]
        private static let expansion: Call = [
            "evaluate", "expansion", "--train", "EDGES", "--test", "EDGES",
        ]
        private static let others: [Call] = [
            ["run", "--once"], ["vocabularies"], ["bench"], ["models", "list"],
            ["models", "verify"], ["config", "check"], ["config", "print"],
            ["ledger", "check"], ["ledger", "rebuild"], expansion,
        ]
        private static let all = asksVocabulary + readsState + others

        /// A sandbox with the tiny models, and the files that the calls name.
        private static func sandbox(_ settings: [String: Any] = [:]) throws -> Sandbox {
            let golden = Checkout.root.appending(path: "Tests/EngineTests/Golden")
            let tiny: [String: Any] = [
                "models.decoder": golden.appending(path: "tiny-llama.gguf").path(),
                "models.encoder": golden.appending(path: "tiny-bert").path(),
            ]
            let sandbox = try Sandbox(tiny.merging(settings) { $1 })
            for (name, text) in [
                ("FILE", #"["one", "two"]"#), ("EDGES", "a\tb\nc\tb\n"),
                ("NEW", #"{"id": "N1", "name": "one", "synonyms": [], "parents": ["R"]}"#),
                ("SETS", #"{"id": "1", "hide": "R", "seeds": ["N1", "N2"], "gold": ["N3"]}"#),
                (
                    "TREES",
                    """
                    {"id": "R", "name": "Diseases", "hide": "R", "seedEdges": [["N1", "R"]], \
                    "nodes": ["N1", "N2"], "edges": [["N1", "R"], ["N2", "R"]]}
                    """
                ),
                (
                    "OTHER.xml",
                    """
                    <RowSet>
                    <Row><DiseaseName>Diseases</DiseaseName><DiseaseID>R</DiseaseID></Row>
                    <Row><DiseaseName>One</DiseaseName><DiseaseID>N1</DiseaseID>\
                    <ParentIDs>R</ParentIDs></Row>
                    </RowSet>
                    """
                ),
            ] {
                try Data(text.utf8).write(to: sandbox.root.appending(path: name))
            }
            return sandbox
        }

        private static func expect(
            _ calls: [Call],
            _ status: Int32,
            in sandbox: Sandbox,
            saying word: String? = nil
        ) async throws {
            for call in calls {
                let end = try await sandbox.start(call).end()
                #expect(end.status == status, "\(call.joined(separator: " ")): \(end.errors)")
                if status != 0 {
                    #expect(end.errors.hasPrefix("taxod: "), "\(call): \(end.errors)")
                }
                if let word { #expect(end.errors.contains(word), "\(call): \(end.errors)") }
            }
        }

        @Test("a wrong configuration is 78 in every command")
        func configuration() async throws {
            let sandbox = try Self.sandbox()
            try Data("{\"inbx\": \"a\"}".utf8).write(to: sandbox.configuration)
            try await Self.expect(Self.all, 78, in: sandbox, saying: "inbx")
        }

        @Test("without a vocabulary every command that needs one says 75: try later")
        func noVocabulary() async throws {
            let sandbox = try Self.sandbox()
            try await Self.expect(Self.asksVocabulary, 75, in: sandbox, saying: "no-vocabulary")
        }

        @Test("a vocabulary that was never loaded is 65, while another is there")
        func unknownVocabulary() async throws {
            let sandbox = try Self.sandbox()
            let load = try await sandbox.taxod("load", "--name", "Other", "OTHER.xml")
            #expect(load.status == 0, "\(load.errors)")
            let calls =
                [
                    ["expand", "--vocabulary", "MEDIC"], ["load", "FILE", "--vocabulary", "MEDIC"],
                    ["train", "--taxonomy", "MEDIC", "--out", "OUT"],
                ] + Self.evaluations
            try await Self.expect(calls, 65, in: sandbox, saying: "unknown-taxonomy")
        }

        @Test("a missing model is 69 in every command that computes")
        func missingModels() async throws {
            let sandbox = try Self.sandbox(
                ["models.decoder": "/nowhere/a.gguf", "models.encoder": "/nowhere/encoder"]
            )
            let computes =
                [
                    ["expand"], ["bench"], ["train", "--taxonomy", "MEDIC", "--out", "OUT"],
                    Self.expansion,
                ] + Self.evaluations
            try await Self.expect(computes, 69, in: sandbox, saying: "engine-unavailable")
            let elsewhere = try Self.sandbox(["models.folder": "/nowhere"])
            try await Self.expect([["models", "verify"]], 69, in: elsewhere)
        }

        @Test("where no taxod has run, commands that look at its work say 65")
        func noState() async throws {
            let sandbox = try Self.sandbox()
            try await Self.expect(Self.readsState, 65, in: sandbox)
            try await Self.expect([["ledger", "check"]], 65, in: sandbox, saying: "no ledger")
            try await Self.expect(
                [
                    ["vocabularies"], ["models", "list"], ["config", "print"],
                ],
                0,
                in: sandbox
            )
        }

        @Test("a store that cannot be read is 74 in every command that reads it")
        func brokenStore() async throws {
            let sandbox = try Self.sandbox()
            try FileManager.default.createDirectory(
                at: sandbox.state,
                withIntermediateDirectories: true
            )
            try Data().write(to: sandbox.state.appending(path: "taxonomies"))
            try await Self.expect(
                Self.asksVocabulary + [["vocabularies"]],
                74,
                in: sandbox,
                saying: "storage-unavailable"
            )
        }

        @Test("a ledger that is no database is 74 in every command that reads it")
        func brokenLedger() async throws {
            let sandbox = try Self.sandbox()
            try FileManager.default.createDirectory(
                at: sandbox.state,
                withIntermediateDirectories: true
            )
            try Data("no database".utf8).write(to: sandbox.state.appending(path: "ledger.sqlite"))
            let calls = [
                ["status"], ["retry", "12345678"], ["cancel", "12345678"],
                ["prune", "--days", "1"], ["ledger", "check"],
                ["audit", "verify"],
            ]
            try await Self.expect(calls, 74, in: sandbox)
        }

        @Test("a folder that cannot be made is the disk's or the configuration's fault, never 65")
        func blockedFolders() async throws {
            let sandbox = try Self.sandbox()
            try Data().write(to: sandbox.root.appending(path: "BLOCK"))
            try await Self.expect(
                [["train", "--taxonomy", "EDGES.tsv", "--out", "BLOCK/out"]],
                65,
                in: sandbox
            )
            try FileManager.default.moveItem(
                at: sandbox.root.appending(path: "EDGES"),
                to: sandbox.root.appending(path: "EDGES.tsv")
            )
            try await Self.expect(
                [
                    ["train", "--taxonomy", "EDGES.tsv", "--out", "BLOCK/out"],
                    [
                        "evaluate", "study", "negatives", "--taxonomy", "EDGES.tsv", "--out",
                        "BLOCK/a",
                    ],
                ],
                74,
                in: sandbox
            )
        }

        @Test("a wrong command line is 64")
        func commandLine() async throws {
            let sandbox = try Self.sandbox()
            for call in [
                ["expand", "--twice"], ["load"], ["evaluate", "placement", "--holdout", "2"],
                ["train", "--taxonomy", "EDGES", "--out", "OUT", "--epochs", "0"],
                ["prune", "--days", "-1"],
            ] {
                let end = try await sandbox.start(call).end()
                #expect(end.status == 64, "\(call): \(end.errors)")
            }
        }
    }
}
