import Contract
import Foundation
import Testing

extension EndToEnd {
    /// What others build on is there as `compatibility.json` lists it: by name, place and type.
    ///
    /// The page Compatibility has the rule. A failure says what is missing or new, and what to do.
    @Suite("Compatibility", .enabled(if: Checkout.isBuilt))
    struct CompatibilityTests {
        // MARK: What taxod writes

        @Test(
            "what taxod writes has the listed columns, keys, tables and folders, and no others",
            .enabled(if: Checkout.hasModels, "the default models are not there")
        )
        func outputs() async throws {
            let listing = try Listing.read()
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            try await Self.work(in: sandbox)
            let results = try sandbox.results()

            for (name, listed) in listing.columns {
                for result in results where result.files.contains(name) {
                    let text = String(decoding: try result.content(name), as: UTF8.self)
                    // The metadata of SSSOM stand in front of the titles.
                    let titles = text.split(separator: "\n").first { !$0.hasPrefix("#") } ?? ""
                    let found = titles.split(separator: "\t").map(String.init)
                    let typed = try Self.types(of: name, in: result)
                    Self.expect(
                        Shape.columns(typed.isEmpty ? found : typed, listed: listed),
                        in: name
                    )
                    #expect(typed.isEmpty || typed.map(Self.name) == found, "\(name)")
                }
            }
            let written = try await Self.written(in: sandbox, results)
            for (name, listed) in listing.keys {
                let values = try #require(written[name], "nothing wrote \(name)")
                Self.expect(Shape.keys(try values.map(Shape.init), listed: listed), in: name)
                guard let schema = listing.schemas[name] else { continue }
                for value in values { #expect(try JSON(data: value)["schema"].string == schema) }
            }
            try Self.checkLedger(of: sandbox, listing.ledger)
            try Self.checkFolders(of: sandbox, results, listing.folders)
        }

        @Test(
            "the worker says that it is ready and answers a line by a line",
            .enabled(if: Checkout.hasModels, "the default models are not there")
        )
        func worker() async throws {
            let listing = try Listing.read()
            let sandbox = try Sandbox(holding: try await Vocabularies.shared.small())
            let lines = "{\"key\": \"a\", \"term\": \"gout\"}\nno JSON\n"
            let end = try await sandbox.taxod("expand", "--model", "none", input: Data(lines.utf8))
            #expect(end.status == 0, "\(end.errors)")
            let starts = end.errors.split(separator: "\n").map {
                $0.hasPrefix(listing.workerReady)
            }
            #expect(starts.contains(true), "\(end.errors)")
            let answers = try JSON.lines(end.output)
            #expect(answers.map { $0["key"].string } == ["a", "line 2"])
            let known = Set(listing.keys["results.jsonl"]?.keys.map { $0 } ?? [])
            for answer in answers { #expect(answer.keys.isSubset(of: known)) }
        }

        // MARK: Definitions

        @Test("exit statuses keep their numbers and error codes their names")
        func definitions() throws {
            let listing = try Listing.read()
            for (name, status) in listing.exitStatuses {
                let found = ExitStatus(rawValue: status)
                #expect(found.map { "\($0)" } == name, "status \(status) means \(name)")
            }
            let numbers = Set(listing.exitStatuses.values)
                .union(listing.undocumentedExitStatuses)
            for status in ExitStatus.allCases {
                #expect(numbers.contains(status.rawValue), "\(status): add it to \(Listing.file)")
            }
            let codes = Set(SubmissionError.Code.allCases.map(\.rawValue))
            let listed = Set(listing.errorCodes)
            #expect(listed.subtracting(codes) == [], "listed codes must stay")
            #expect(codes.subtracting(listed) == [], "add new codes to \(Listing.file)")
        }

        @Test("the listed values are still written: tasks, statuses, relations, standings, reasons")
        func values() throws {
            let values = try Listing.read().values
            for task in Query.Task.allCases {
                #expect(values["task"]?.contains(task.rawValue) == true, "\(task): add it")
            }
            #expect(values["task"]?.allSatisfy { Query.Task(rawValue: $0) != nil } == true)
            #expect(values["status"]?.allSatisfy { Answer.Status(rawValue: $0) != nil } == true)
            #expect(values["kind"]?.allSatisfy { TermMatch.Kind(rawValue: $0) != nil } == true)
            #expect(
                values["relation"]?.allSatisfy { Proposal.Relation(rawValue: $0) != nil } == true
            )
            #expect(
                values["standing"]?.allSatisfy { Proposal.Standing(rawValue: $0) != nil } == true
            )
            let sources = try Self.sources()
            for reason in values["reason"] ?? [] {
                #expect(sources.contains("\"\(reason)\""), "the reason “\(reason)” must stay")
            }
        }

        @Test("every listed name is explained in the page Formats")
        func explained() throws {
            let listing = try Listing.read()
            let page = try String(
                contentsOf: Checkout.root.appending(path: "Sources/taxod/taxod.docc/Formats.md"),
                encoding: .utf8
            )
            let words = Set(page.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" })
            var names = Set(listing.columns.values.joined().map(Self.name))
            for keys in listing.keys.values {
                names.formUnion(keys.keys.flatMap { $0.split(separator: ".").map(Self.bare) })
            }
            names.formUnion(listing.ledger.tables.keys)
            names.formUnion(listing.ledger.views.keys)
            names.formUnion(listing.values.values.joined())
            let missing = names.filter { !words.contains(Substring($0)) }
            #expect(missing.isEmpty, "\(missing.sorted())")
        }

        @Test("a missing, a moved, a retyped and a new name are each told")
        func told() throws {
            let listed = ["key string", "rank integer"]
            #expect(Shape.columns(listed, listed: listed) == [])
            #expect(Shape.columns(["key string"], listed: listed).count == 1)
            #expect(Shape.columns(listed.reversed(), listed: listed).count == 2)
            #expect(Shape.columns(["key string", "rank number"], listed: listed).count == 1)
            #expect(Shape.columns(listed + ["note string"], listed: listed).count == 1)

            let keys = ["a": "integer", "b": "object", "b.c": "string", "m": "map", "n": "number?"]
            func told(_ json: String) throws -> [String] {
                Shape.keys([try Shape(Data(json.utf8))], listed: keys)
            }
            let whole = "{\"a\": 1, \"b\": {\"c\": \"x\"}, \"m\": {\"any\": true}}"
            #expect(try told(whole) == [])
            #expect(try told("{\"a\": 1, \"b\": {}, \"m\": {}}").count == 1)
            #expect(try told(whole.replacing("1", with: "1.5")).count == 1)
            #expect(try told(whole.replacing("1", with: "true")).count == 1)
            #expect(try told(whole.replacing("\"x\"", with: "\"x\", \"d\": 2")).count == 1)
        }

        // MARK: Helpers

        /// Has taxod read, answer, refuse, repeat and put off files, so that it writes every key.
        private static func work(in sandbox: Sandbox) async throws {
            try sandbox.dropExample("heart-seeds.json")
            try sandbox.drop(
                """
                {"terms": ["Torsades de Pointes"],
                "formats": ["robot", "robot-bulk", "obo", "kgcl", "sssom"]}
                """,
                as: "place/new.json"
            )
            try sandbox.drop("[\"Zebra stripe fever\"]", as: "place/unheard.json")
            try sandbox.drop(
                "{\"tree\": {\"name\": \"Heart Diseases\", \"children\": [\"Heart Block\"]}}",
                as: "tree.json"
            )
            try sandbox.drop("{\"task\": \"expand\", \"seeds\": [\"Glaucoma\"]}", as: "one.json")
            try sandbox.drop("{\"seeds\": [\"Glaucoma\",,", as: "malformed.json")
            try sandbox.drop(Self.dangling, as: "dangling.xml")
            let first = try await sandbox.taxod("run", "--once")
            #expect(first.status == 65, "\(first.errors)")

            try sandbox.dropExample("heart-seeds.json")
            let again = try #require(try sandbox.results(of: "new.json").first?.receipt["job"])
            #expect(try await sandbox.taxod("retry", try #require(again.string)).status == 0)
            try sandbox.drop("{\"vocabulary\": \"NONE\", \"terms\": [\"a\"]}", as: "early.json")
            let second = try await sandbox.taxod("run", "--once")
            #expect([0, 65, 75].contains(second.status), "\(second.errors)")

            let placed = try #require(try sandbox.results(of: "unheard.json").first)
            let job = try #require(placed.receipt["job"].string)
            let waits = try await sandbox.taxod(
                "accept",
                job,
                "Zebra stripe fever",
                "--parents",
                "EX:000102"
            )
            #expect(waits.text.contains("waits"), "\(waits.text)\(waits.errors)")
            let third = try await sandbox.taxod("run", "--once")
            #expect([0, 65, 75].contains(third.status), "\(third.errors)")
        }

        /// A small vocabulary of which one record names a parent that is not there.
        private static let dangling = medic(
            [("X:0", "letters", []), ("X:1", "omega", ["X:77"])]
                + (3...8).map { ("X:\($0)", "letter \($0)", ["X:0"]) }
        )

        /// JSON values by the listed name of what holds them.
        private static func written(
            in sandbox: Sandbox,
            _ results: [ResultFolder]
        ) async throws -> [String: [Data]] {
            var written: [String: [Data]] = [:]
            for result in results {
                for name in result.files where name.hasSuffix(".json") || name == "_SUCCESS" {
                    written[name, default: []].append(try result.content(name))
                }
                for name in ["results.jsonl", "audit.jsonl"] {
                    written[name, default: []] += lines(try result.content(name))
                }
            }
            let below = FileManager.default.enumerator(atPath: sandbox.inbox.path())
            for path in below?.allObjects as? [String] ?? [] where path.hasSuffix(".reason.json") {
                let note = try Data(contentsOf: sandbox.inbox.appending(path: path))
                written["reason.json", default: []].append(note)
            }
            // A list without its vocabulary waits in folders of its own: nothing else may read it.
            let early = try Sandbox()
            try early.dropExample("heart-seeds.json")
            #expect(try await early.taxod("run", "--once").status == 75)
            written["_status.json"] = try [sandbox, early].map {
                try Data(contentsOf: $0.outbox.appending(path: "_status.json"))
            }
            written["taxod status --json"] = [try await sandbox.taxod("status", "--json").output]
            let placed = try #require(try sandbox.results(of: "unheard.json").first)
            let job = try #require(placed.receipt["job"].string)
            written["taxod accept --json"] = [
                try await sandbox.taxod(
                    "accept",
                    job,
                    "q000001",
                    "--parents",
                    "EX:000102",
                    "--json"
                ).output
            ]

            let list = """
                {"queries": [{"seeds": ["Glaucoma", "Cataract"], "parent": "Eye Diseases"},
                {"term": "gout", "identifier": "G:1", "synonyms": ["podagra"],
                "definition": "a disease", "hide": ["X:1"]},
                {"tree": [{"child": "Glaucoma", "parent": "Eye Diseases"}]}]}
                """
            for (name, content) in [
                ("list.json", list), ("vocabulary.xml", dangling), ("bad.json", "{\"a\":,"),
            ] {
                let file = sandbox.root.appending(path: name)
                try Data(content.utf8).write(to: file)
                let loaded = try await sandbox.taxod("load", "--json", file.path())
                let values = lines(loaded.output)
                written["taxod load --json, first line", default: []] += values.prefix(1)
                written["taxod load --json, further lines", default: []] += values.dropFirst()
                let read = try await sandbox.taxod("read", "--json", file.path())
                written["taxod read --json", default: []].append(read.output)
            }
            return written
        }

        private static func lines(_ data: Data) -> [Data] {
            data.split(separator: 0x0A).map { Data($0) }
        }

        /// “name type” of each column as the data package states it; empty if it says nothing.
        private static func types(of file: String, in result: ResultFolder) throws -> [String] {
            let package = try JSON(data: try result.content("datapackage.json"))
            let resource = package["resources"].array.first { $0["path"].string == file }
            return resource?["schema"]["fields"].array.map {
                "\($0["name"].string ?? "") \($0["type"].string ?? "")"
            } ?? []
        }

        private static func checkLedger(of sandbox: Sandbox, _ listed: Listing.Ledger) throws {
            let rows = try sandbox.rows(
                """
                SELECT it.type || 's ' || it.name || ' ' || part.name || ' ' || part.type
                FROM sqlite_schema AS it JOIN pragma_table_info(it.name) AS part
                WHERE it.type IN ('table', 'view') AND it.name NOT LIKE 'sqlite%'
                ORDER BY it.name, part.cid
                """
            )
            var found: [String: [String: [String]]] = [:]
            for row in rows.map({ $0.split(separator: " ").map(String.init) }) {
                found[row[0], default: [:]][row[1], default: []].append("\(row[2]) \(row[3])")
            }
            for (kind, listed) in [("tables", listed.tables), ("views", listed.views)] {
                let new = Set(found[kind, default: [:]].keys).subtracting(listed.keys)
                #expect(new == [], "\(kind): add them to \(Listing.file)")
                for (name, columns) in listed {
                    expect(
                        Shape.columns(found[kind]?[name] ?? [], listed: columns),
                        in: "\(kind) \(name)"
                    )
                }
            }
        }

        private static func checkFolders(
            of sandbox: Sandbox,
            _ results: [ResultFolder],
            _ listed: [String: [String]]
        ) throws {
            func names(_ folder: URL) throws -> Set<String> {
                Set(try FileManager.default.contentsOfDirectory(atPath: folder.path()))
            }
            let inbox = try names(sandbox.inbox).filter { $0.hasPrefix("_") }
            #expect(inbox == Set(listed["inbox"] ?? []))
            let outbox = try names(sandbox.outbox).filter {
                !$0.hasPrefix(".") && $0.first?.isNumber != true
            }
            #expect(outbox == Set(listed["outbox"] ?? []))
            #expect(Set(listed["state"] ?? []).isSubset(of: try names(sandbox.state)))
            let files = results.reduce(into: Set<String>()) { $0.formUnion($1.files) }
            // This one is there only if a format cannot carry something.
            let leftOut: Set<String> = ["changes.left-out.tsv"]
            #expect(files.union(leftOut) == Set(listed["result"] ?? []))
            let folders = results.compactMap { $0.receipt["file"]["folder"].string }
            #expect(Set(folders).isSubset(of: listed["inboxTasks"] ?? []))
        }

        private static func expect(_ complaints: [String], in name: String) {
            #expect(complaints == [], "\(name)")
        }

        /// The text of all Swift files below `Sources`.
        private static func sources() throws -> String {
            let root = Checkout.root.appending(path: "Sources")
            let below = FileManager.default.enumerator(atPath: root.path())
            return try (below?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".swift") }
                .map { try String(contentsOf: root.appending(path: $0), encoding: .utf8) }
                .joined()
        }

        /// The name of “name type”.
        private static func name(_ column: String) -> String {
            column.split(separator: " ").first.map(String.init) ?? column
        }

        /// A key without the brackets of an array.
        private static func bare(_ key: Substring) -> String {
            String(key.prefix { $0 != "[" })
        }
    }
}
