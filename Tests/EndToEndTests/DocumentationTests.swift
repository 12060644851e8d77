import Foundation
import Contract
import Testing

/// What is written about taxod is what it does.
@Suite("Documentation", .enabled(if: Checkout.isBuilt))
struct DocumentationTests {
    // MARK: Configuration

    @Test("the schema has every key of the configuration with its default, and no other")
    func schema() throws {
        let fields = try Self.fields(of: Self.json("Config/taxod.schema.json"))
        let printed = try Self.leaves(of: Self.defaults(), at: "")
        let withDefault = fields.filter { $0.value["default"] != nil }
        #expect(Set(withDefault.keys) == Set(printed.keys))
        #expect(
            Set(fields.keys).subtracting(withDefault.keys) == [
                "$schema", "vocabulary", "metrics", "models.folder", "models.decoder",
                "models.encoder", "models.adapter", "models.remote.url", "models.remote.model",
                "models.remote.tokenFile", "models.remote.timeoutSeconds",
            ]
        )
        for (key, field) in withDefault {
            #expect(Self.text(field["default"]) == Self.text(printed[key]), "\(key)")
            #expect(field["description"] is String, "\(key) has no description")
        }
    }

    @Test("the README's tables have every key of the configuration with its default")
    func configurationTable() throws {
        var fields = try Self.fields(of: Self.json("Config/taxod.schema.json"))
        fields["$schema"] = nil
        var listed: [String: String] = [:]
        for line in try Self.section("Configuration", of: "README.md").split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("| `"), cells.count == 3 else { continue }
            listed[cells[0].replacing("`", with: "")] = cells[1].replacing("`", with: "")
        }
        #expect(Set(listed.keys) == Set(fields.keys))
        for (key, field) in fields {
            let expected = field["default"].map { Self.text($0) } ?? "none"
            #expect(listed[key] == expected, "\(key)")
        }
    }

    @Test("values outside the schema's bounds are refused, and the key is named")
    func bounds() throws {
        let folder = try Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (key, field) in try Self.fields(of: Self.json("Config/taxod.schema.json")) {
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

    @Test("every command is in the README, every target of make in the Makefile")
    func overview() throws {
        let readme = try Self.file("README.md")
        for command in Self.commandNames {
            #expect(readme.contains("taxod \(command)"), "\(command)")
        }
        let makefile = try Self.file("Makefile")
        // In code; elsewhere it is a word.
        for match in readme.matches(of: /[`\n]make ([a-z]+)/) {
            #expect(makefile.contains("\n\(match.output.1):"), "make \(match.output.1)")
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
        let paths = /`((Sources|Config|Systemd|Inbox\/_examples)\/[A-Za-z0-9_.\/-]+)`/
        for match in text.matches(of: paths) {
            let target = Checkout.root.appending(path: String(match.output.1)).path()
            #expect(FileManager.default.fileExists(atPath: target), "\(page): \(match.output.1)")
        }
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
    static let pages =
        ["README.md"]
        + [
            "taxod", "Formats", "Errors", "Operations", "Guarantees", "Threats", "Method",
            "Evaluation", "Figures", "Studies", "Decisions",
        ]
        .map { "Sources/taxod/taxod.docc/\($0).md" }
    private static let commandPaths = [
        ["run"], ["expand"], ["load"], ["status"], ["retry"], ["pause"], ["resume"],
        ["prune"], ["vocabularies"], ["train"], ["evaluate"],
        ["evaluate", "expansion"], ["evaluate", "placement"], ["evaluate", "rollover"],
        ["evaluate", "sets"], ["evaluate", "construction"], ["evaluate", "insertion"],
        ["evaluate", "leave-one-out"], ["evaluate", "study"],
        ["bench"], ["models"], ["models", "list"],
        ["models", "verify"], ["config"], ["config", "check"], ["config", "print"], ["audit"],
        ["audit", "verify"],
    ]
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
        folder: URL = Checkout.root
    ) throws -> Checkout.Ended {
        let none = ["INBOX", "OUTBOX", "STATE", "MODELS", "CONFIG"].map { ("TAXOD_\($0)", "") }
        return try Checkout.run(
            Checkout.binary.path(),
            arguments,
            environment: Dictionary(uniqueKeysWithValues: none + [("COLUMNS", "80")]),
            folder: folder
        )
    }

    /// The configuration where there is no file.
    private static func defaults() throws -> [String: Any] {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let ended = try taxod(["config", "print", "--json"], folder: folder)
        return try #require(JSONSerialization.jsonObject(with: ended.output) as? [String: Any])
    }

    /// Checks a configuration of one value.
    private static func check(
        _ key: String,
        _ value: Any,
        in folder: URL
    ) throws -> Checkout.Ended {
        let object = key.split(separator: ".").reversed().reduce(value) { [String($1): $0] }
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

    /// The schema's leaves by key path; no object admits further keys.
    private static func fields(
        of schema: [String: Any],
        at prefix: String = ""
    ) throws -> [String: [String: Any]] {
        #expect(schema["additionalProperties"] as? Bool == false, "\(prefix)")
        var fields: [String: [String: Any]] = [:]
        for (key, value) in try #require(schema["properties"] as? [String: Any]) {
            let field = try #require(value as? [String: Any])
            guard field["properties"] != nil else {
                fields[prefix + key] = field
                continue
            }
            fields.merge(try Self.fields(of: field, at: prefix + key + ".")) { $1 }
        }
        return fields
    }

    private static func leaves(of object: [String: Any], at prefix: String) -> [String: Any] {
        object.reduce(into: [:]) { leaves, entry in
            if let group = entry.value as? [String: Any] {
                leaves.merge(Self.leaves(of: group, at: prefix + entry.key + ".")) { $1 }
            } else {
                leaves[prefix + entry.key] = entry.value
            }
        }
    }

    /// A scalar as JSON spells it.
    private static func text(_ value: Any?) -> String {
        guard let value else { return "" }
        if let text = value as? String { return text }
        let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
    }
}
