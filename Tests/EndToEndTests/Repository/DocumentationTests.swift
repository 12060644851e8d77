import Contract
import Foundation
import Testing

/// What is written about taxod is what it does.
@Suite("Documentation", .enabled(if: Checkout.isBuilt))
struct DocumentationTests {
    // MARK: Configuration

    @Test("the schema has every key of the configuration with its default, and no other")
    func schema() throws {
        let fields = try Self.fields()
        var printed = try ConfigurationSchema.leaves(of: Self.defaults(), at: "")
        // These two are required, so they were given.
        for key in ["prefix", "last"] { printed["vocabularies.NAME.identifiers.\(key)"] = nil }
        let withDefault = fields.filter { $0.value["default"] != nil }
        #expect(Set(withDefault.keys) == Set(printed.keys))
        #expect(
            Set(fields.keys).subtracting(withDefault.keys) == [
                "$schema", "vocabulary", "metrics", "models.folder", "models.decoder",
                "models.encoder", "models.adapter", "models.remote.url", "models.remote.model",
                "models.remote.tokenFile", "models.remote.timeoutSeconds",
                "vocabularies.NAME.maximumParents", "vocabularies.NAME.identifiers.prefix",
                "vocabularies.NAME.identifiers.last",
            ]
        )
        for (key, field) in withDefault {
            let (listed, found) = (field["default"], printed[key])
            #expect(ConfigurationSchema.text(listed) == ConfigurationSchema.text(found), "\(key)")
            #expect(field["description"] is String, "\(key) has no description")
        }
    }

    @Test("the page Configuration is what the schema says: make reference writes it")
    func configurationPage() throws {
        let written = try Checkout.run(
            "/usr/bin/env",
            ["python3", "-I", "Config/configuration-page.py", "Config/taxod.schema.json"]
        )
        #expect(written.status == 0, "\(written.errors)")
        let text = try Self.file("Sources/taxod/taxod.docc/Configuration.md")
        #expect(written.output == Data(text.utf8), "run make reference")

        // The page is read without the script: each key once, with its default and its sentence.
        var listed: [String: (value: String, meaning: String)] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(listed[cells[0]] == nil, "\(line)")
            listed[cells[0]] = (cells[1], cells[2])
        }
        let fields = try Self.fields()
        #expect(Set(listed.keys) == Set(fields.keys.map { "`\($0)`" }))
        for (key, field) in fields {
            let row = try #require(listed["`\(key)`"])
            let value = field["default"].map { "`\(ConfigurationSchema.text($0))`" }
            #expect(row.value == value ?? "none", "\(key)")
            #expect(row.meaning == field["description"] as? String, "\(key)")
        }
    }

    @Test("the variables of the environment that the schema names set these keys, and no others")
    func variables() throws {
        var expected: [String: String] = [:]
        for (key, field) in try Self.fields() {
            let description = field["description"] as? String ?? ""
            for match in description.matches(of: /`(TAXOD_[A-Z]+)`/) {
                expected[key] = String(match.output.1)
            }
        }
        let folder = try Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let values = Dictionary(uniqueKeysWithValues: expected.values.map { ($0, "/x/\($0).prom") })
        let ended = try Self.taxod(["config", "print"], folder: folder, environment: values)
        #expect(ended.status == 0, "\(ended.errors)")
        var found: [String: String] = [:]
        for match in ended.text.matches(of: /\n  ([a-zA-Z.]+)  \((TAXOD_[A-Z]+)\)/) {
            found[String(match.output.1)] = String(match.output.2)
        }
        #expect(found == expected && expected.count == 5)
    }

    @Test("values outside the schema's bounds are refused, and the key is named")
    func bounds() throws {
        let folder = try Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (key, field) in try Self.fields() {
            var wrong: [Any] = []
            if let minimum = field["minimum"] as? Double { wrong.append(minimum - 1) }
            if let minimum = field["exclusiveMinimum"] as? Double { wrong.append(minimum) }
            if let maximum = field["maximum"] as? Double { wrong.append(maximum + 1) }
            if field["enum"] != nil { wrong.append("no such value") }
            if field["minLength"] != nil { wrong.append("") }
            for value in wrong {
                let ended = try Self.check(key, value, in: folder)
                #expect(ended.status == 78, "\(key): \(value) → \(ended.text)")
                let name = key.split(separator: ".").last.map(String.init) ?? key
                #expect(ended.errors.contains(name), "\(key): \(ended.errors)")
            }
        }
    }

    @Test("an unknown key is refused, and the nearest one named")
    func unknownKey() throws {
        let folder = try Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let ended = try Self.check("worker.thread", 2, in: folder)
        #expect(ended.status == 78)
        #expect(ended.errors.contains("worker.threads"), "\(ended.errors)")
    }

    @Test("the default models are found beside a configuration that lies elsewhere")
    func catalogueBeside() throws {
        let folder = try Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["taxod.json", "models.json"] {
            try FileManager.default.copyItem(
                at: Checkout.root.appending(path: "Config/\(name)"),
                to: folder.appending(path: name)
            )
        }
        let elsewhere = folder.appending(path: "elsewhere")
        try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
        let path = folder.appending(path: "taxod.json").path()
        let ended = try Self.taxod(["models", "list", "--config", path], folder: elsewhere)
        #expect(ended.status == 0, "\(ended.errors)")
    }

    // MARK: Errors

    @Test("every code of a fault has its heading, and every heading its code")
    func errors() throws {
        let text = try Self.file("Sources/taxod/taxod.docc/Errors.md")
        let headings = text.split(separator: "\n").filter { $0.hasPrefix("### ") }
            .map { String($0.dropFirst(4)) }
        #expect(Set(headings) == Set(SubmissionError.Code.allCases.map(\.rawValue)))
        #expect(Set(headings).count == headings.count)
    }

    // MARK: Commands

    @Test("commands and options in the documentation exist", arguments: pages)
    func commands(_ page: String) throws {
        for line in try Self.file(page).split(separator: "\n") {
            for command in line.split(separator: /[`|#;()<>]|&&/) {
                let words = command.split(separator: " ").map(String.init)
                guard let at = words.firstIndex(of: "taxod"), words.count > at + 1 else { continue }
                let path = Self.subcommands(words[(at + 1)...])
                guard !path.isEmpty else { continue }
                let help = try Self.taxod(["help"] + path).text
                for option in words[at...] where option.hasPrefix("--") {
                    #expect(help.contains(option), "\(page): taxod \(path) \(option)")
                }
            }
        }
    }

    @Test("Operations lists every command, the README ten; every target of make is there")
    func overview() throws {
        let named = try Self.taxod(["help"]).text.split(separator: "SUBCOMMANDS:").last ?? ""
        let commands = named.matches(of: /\n  ([a-z]+)[ ]/).map { String($0.output.1) }
        #expect(commands.sorted() == Self.commandNames.sorted())
        let list = try Self.section("Commands", of: "Sources/taxod/taxod.docc/Operations.md")
        for command in commands { #expect(list.contains("`taxod \(command)"), "\(command)") }

        let readme = try Self.file("README.md")
        #expect(readme.utf8.count <= 9_000)
        let shown = try Self.section("Ten commands", of: "README.md")
        #expect(shown.matches(of: /\ntaxod [a-z]+/).count == 10)
        let makefile = try Self.file("Makefile")
        for page in Self.pages {
            // In code; elsewhere it is a word.
            for match in try Self.file(page).matches(of: /[`\n]make ([a-z][a-z-]*)/) {
                #expect(
                    makefile.contains("\n\(match.output.1):"),
                    "\(page): make \(match.output.1)"
                )
            }
        }
    }

    @Test("the help of every command fits into 80 columns")
    func help() throws {
        for path in [[]] + Self.commandPaths {
            let help = try Self.taxod(["help"] + path).text
            for line in help.split(separator: "\n") {
                #expect(line.count <= 80, "taxod \(path): \(line)")
            }
        }
    }

    // MARK: Links

    @Test("what the documentation links to exists", arguments: pages)
    func links(_ page: String) throws {
        let text = try Self.file(page)
        let folder = Checkout.root.appending(path: page).deletingLastPathComponent()
        for match in text.matches(of: /\]\(([A-Za-z][^):]*)\)/) {
            let target = folder.appending(path: String(match.output.1)).path()
            #expect(FileManager.default.fileExists(atPath: target), "\(page): \(match.output.1)")
        }
        for match in text.matches(of: /<doc:([A-Za-z]+)>/) {
            let target = Self.catalogue.appending(path: "\(match.output.1).md").path()
            #expect(FileManager.default.fileExists(atPath: target), "\(page): \(match.output.1)")
        }
        for match in text.matches(of: /[`\/]([A-Za-z]+(?:\+[A-Za-z]+)?\.swift)`/) {
            #expect(Self.sources.contains(String(match.output.1)), "\(page): \(match.output.1)")
        }
        for match in text.matches(
            of: /`((Sources|Config|Systemd|Inbox\/_examples)\/[A-Za-z0-9_.\/-]+)`/
        ) {
            let target = Checkout.root.appending(path: String(match.output.1)).path()
            #expect(FileManager.default.fileExists(atPath: target), "\(page): \(match.output.1)")
        }
    }

    @Test("the catalogue's first page leads to every other page")
    func contents() throws {
        let first = try Self.file("Sources/taxod/taxod.docc/taxod.md")
        for page in Self.pages where page.hasPrefix("Sources") && !page.hasSuffix("/taxod.md") {
            let name = page.split(separator: "/").last?.dropLast(".md".count) ?? ""
            #expect(first.contains("<doc:\(name)>"), "\(name)")
        }
    }

    @Test("Layout names every folder of Sources that holds Swift files, and no other")
    func layout() throws {
        let page = try Self.file("Sources/taxod/taxod.docc/Layout.md")
        let named = Set(
            page.matches(of: /`([A-Za-z0-9]+(?:\/[A-Za-z0-9]+)*)\/`/).map { String($0.output.1) }
        )
        let swift = Self.paths.filter { $0.hasSuffix(".swift") }
        let known = Set(swift.map { ($0 as NSString).deletingLastPathComponent })
            .union(Self.paths.compactMap { $0.split(separator: "/").first.map(String.init) })
        #expect(known.subtracting(named) == [], "not named in Layout.md")
        #expect(named.subtracting(known) == [], "not below Sources")
    }

    // MARK: Guarantees

    @Test("every fault of the catalogue has its row, and every row names tests that exist")
    func faults() throws {
        let tests = Checkout.root.appending(path: "Tests")
        var known: Set<String> = []
        let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            guard let suite = text.firstMatch(of: /struct ([A-Za-z]+Tests)\b/) else { continue }
            for function in text.matches(of: /func ([A-Za-z]+)\(/) {
                known.insert("\(suite.output.1).\(function.output.1)")
            }
        }
        let section = try Self.section("Faults", of: "Sources/taxod/taxod.docc/Guarantees.md")
        var rows: [Int] = []
        for line in section.split(separator: "\n") {
            guard let number = line.firstMatch(of: /^\| (\d+) \|/) else { continue }
            rows.append(Int(number.output.1) ?? 0)
            let named = line.matches(of: /`([A-Za-z]+Tests\.[A-Za-z]+)`/).map {
                String($0.output.1)
            }
            #expect(!named.isEmpty && Set(named).subtracting(known) == [], "\(line)")
        }
        #expect(rows == Array(1...28))
    }

    // MARK: Helpers

    private static let catalogue = Checkout.root.appending(path: "Sources/taxod/taxod.docc")
    /// What lies below `Sources`, and the names of the files there.
    private static let paths =
        FileManager.default.enumerator(atPath: Checkout.root.appending(path: "Sources").path())?
        .allObjects as? [String] ?? []
    private static let sources = Set(paths.map { ($0 as NSString).lastPathComponent })
    /// What a person reads, from the root of the package.
    static let pages =
        ["README.md", "CHANGELOG.md"]
        + ((try? FileManager.default.contentsOfDirectory(atPath: catalogue.path())) ?? [])
        .filter { $0.hasSuffix(".md") }.sorted().map { "Sources/taxod/taxod.docc/\($0)" }
    private static let commandPaths = [
        "run", "read", "expand", "load", "status", "accept", "retry", "cancel", "pause", "resume",
        "prune", "export", "vocabularies",
        "train", "evaluate", "evaluate expansion", "evaluate placement", "evaluate rollover",
        "evaluate sets", "evaluate construction", "evaluate insertion", "evaluate leave-one-out",
        "evaluate names", "evaluate peers", "evaluate together", "evaluate study", "bench",
        "models", "models list", "models verify",
        "config",
        "config check", "config print", "audit", "audit verify", "ledger", "ledger check",
        "ledger rebuild",
    ].map { $0.split(separator: " ").map(String.init) }
    private static let commandNames = commandPaths.filter { $0.count == 1 }.map { $0[0] }

    /// The subcommands that words begin with; `a|b` stands for both, of which the first is taken.
    private static func subcommands(_ words: ArraySlice<String>) -> [String] {
        var path: [String] = []
        for word in words {
            guard commandPaths.contains(path + [word]) else { break }
            path.append(word)
        }
        return path
    }

    private static func taxod(
        _ arguments: [String],
        folder: URL = Checkout.root,
        environment: [String: String] = [:]
    ) throws -> Checkout.Ended {
        let names = ["INBOX", "OUTBOX", "STATE", "MODELS", "METRICS", "CONFIG"]
        let none = names.map { ("TAXOD_\($0)", "") } + [("COLUMNS", "80")]
        return try Checkout.run(
            Checkout.binary.path(),
            arguments,
            environment: Dictionary(uniqueKeysWithValues: none).merging(environment) { $1 },
            folder: folder
        )
    }

    /// The configuration where there is no file.
    private static func defaults() throws -> [String: Any] {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "given.json")
        try JSONSerialization.data(withJSONObject: given).write(to: file)
        let ended = try taxod(
            ["config", "print", "--json", "--config", file.path()],
            folder: folder
        )
        return try #require(JSONSerialization.jsonObject(with: ended.output) as? [String: Any])
    }

    /// The least that makes every key appear.
    private static var given: [String: Any] {
        ["vocabularies": ["NAME": ["identifiers": ["prefix": "X", "last": 1] as [String: Any]]]]
    }

    /// Checks a configuration of one value.
    private static func check(
        _ key: String,
        _ value: Any,
        in folder: URL
    ) throws -> Checkout.Ended {
        let inner = key.split(separator: ".").last.map(String.init) ?? key
        var object = key.split(separator: ".").reversed().reduce(value) { [String($1): $0] }
        if key.hasPrefix("vocabularies.NAME.identifiers.") {
            let range = (["prefix": "X", "last": 1] as [String: Any]).merging([inner: value]) { $1 }
            object = ["vocabularies": ["NAME": ["identifiers": range]]]
        }
        let file = folder.appending(path: "wrong.json")
        try JSONSerialization.data(withJSONObject: object).write(to: file)
        return try taxod(["config", "check", "--config", file.path()], folder: folder)
    }

    private static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "taxod-documentation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func file(_ path: String) throws -> String {
        try String(contentsOf: Checkout.root.appending(path: path), encoding: .utf8)
    }

    private static func fields() throws -> [String: [String: Any]] {
        try ConfigurationSchema.fields(of: json("Config/taxod.schema.json"))
    }

    private static func json(_ path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: Checkout.root.appending(path: path))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// The text under a heading of the second level.
    private static func section(_ heading: String, of path: String) throws -> String {
        let text = try file(path)
        let start = try #require(text.range(of: "\n## \(heading)\n"))
        let rest = text[start.upperBound...]
        return String(rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)])
    }
}
