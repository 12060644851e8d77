import Contract
import Foundation
import Testing

/// `Config/results.schema.json` holds of every answer that taxod writes.
@Suite struct SchemaTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// JSON Schema as far as the file uses it: whatever else stands in it is an error.
    private struct Schema {
        let whole: [String: Any]

        struct Unknown: Error {
            let keyword: String
        }

        /// Where and how a value breaks a schema.
        func faults(_ value: Any, _ schema: [String: Any], at path: String) throws -> [String] {
            var faults: [String] = []
            for (keyword, rule) in schema {
                switch (keyword, rule) {
                case ("$ref", let name as String):
                    let inner = String(name.dropFirst("#/$defs/".count))
                    let defined = (whole["$defs"] as? [String: Any])?[inner] as? [String: Any]
                    faults += try self.faults(value, defined ?? [:], at: path)
                case ("type", let name as String):
                    if !Self.types(of: value).contains(name) { faults.append("\(path): \(name)") }
                case ("const", let text as String):
                    if value as? String != text { faults.append("\(path): not \(text)") }
                case ("required", let names as [String]):
                    let object = value as? [String: Any] ?? [:]
                    faults += names.filter { object[$0] == nil }.map { "\(path): lacks \($0)" }
                case ("properties", let inner as [String: Any]):
                    for (name, member) in value as? [String: Any] ?? [:] {
                        guard let rule = inner[name] as? [String: Any] else {
                            faults.append("\(path): \(name) is not described")
                            continue
                        }
                        faults += try self.faults(member, rule, at: "\(path).\(name)")
                    }
                case ("additionalProperties", let inner as [String: Any]):
                    for (name, member) in value as? [String: Any] ?? [:] {
                        faults += try self.faults(member, inner, at: "\(path).\(name)")
                    }
                case ("items", let inner as [String: Any]):
                    for (place, member) in (value as? [Any] ?? []).enumerated() {
                        faults += try self.faults(member, inner, at: "\(path)[\(place)]")
                    }
                case ("minLength", let count as Int):
                    if let text = value as? String, text.count < count { faults.append(path) }
                case ("minimum", let bound as Double):
                    if let number = value as? Double, number < bound { faults.append(path) }
                case ("maximum", let bound as Double):
                    if let number = value as? Double, number > bound { faults.append(path) }
                case ("pattern", let pattern as String):
                    if let text = value as? String, text.firstMatch(of: try Regex(pattern)) == nil {
                        faults.append("\(path): “\(text)” is not \(pattern)")
                    }
                case ("description", _), ("title", _), ("$schema", _), ("$id", _), ("$defs", _):
                    break
                default: throw Unknown(keyword: keyword)
                }
            }
            return faults
        }

        private static func types(of value: Any) -> [String] {
            switch value {
            case is String: ["string"]
            case is [Any]: ["array"]
            case is [String: Any]: ["object"]
            case let number as NSNumber:
                number.doubleValue == number.doubleValue.rounded()
                    ? ["number", "integer"] : ["number"]
            default: []
            }
        }
    }

    private static func schema() throws -> Schema {
        let data = try Data(contentsOf: root.appending(path: "Config/results.schema.json"))
        let json = try JSONSerialization.jsonObject(with: data)
        return Schema(whole: try #require(json as? [String: Any]))
    }

    private static func faults(_ text: String) throws -> [String] {
        let schema = try schema()
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return try schema.faults(value, schema.whole, at: "answer")
    }

    @Test("every answer in the tests is as the schema says")
    func answers() throws {
        let below = FileManager.default.enumerator(
            at: Self.root.appending(path: "Tests"),
            includingPropertiesForKeys: nil
        )
        var count = 0
        for case let file as URL in below ?? .init() where file.pathExtension == "jsonl" {
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            for line in text.split(separator: "\n") where line.contains("taxod.answer/1") {
                #expect(try Self.faults(String(line)) == [], "\(file.lastPathComponent)")
                count += 1
            }
        }
        #expect(count >= 18)
    }

    /// An answer with every key.
    private static let whole = Answer(
        key: "q000001",
        task: .place,
        query: "a",
        identifier: "1",
        provisionalIdentifier: "TAXOD:0123456789ab",
        synonyms: ["b"],
        definition: "c",
        references: ["PMID:1"],
        duplicates: [TermReference(key: "q000002", identifier: "2", name: "d")],
        status: .proposed,
        reason: Answer.Reason(code: "below-threshold", message: "m"),
        matches: [
            TermMatch(
                given: "a",
                givenIdentifier: "1",
                kind: .ambiguous,
                identifier: "X:1",
                name: "one",
                confidence: 0.5,
                candidates: [.init(identifier: "X:2", name: "two")]
            )
        ],
        proposals: [
            Proposal(
                rank: 1,
                relation: .child,
                identifier: "X:1",
                name: "one",
                parent: "a",
                query: "q000002",
                standing: .proposed,
                score: 0.5,
                evidence: Evidence(rootPath: ["r"], nearest: ["n"], parts: ["p": 0.25])
            )
        ],
        notes: ["n"],
        tokens: 3,
        provenance: Provenance(
            vocabulary: "V",
            vocabularyVersion: Digest.sha256("v"),
            model: "m",
            modelSHA256: Digest.sha256("m"),
            encoder: "e",
            encoderSHA256: Digest.sha256("e"),
            adapterSHA256: Digest.sha256("a"),
            path: "int8",
            settingsSHA256: Digest.sha256("s"),
            method: "1"
        )
    )

    @Test("an answer with every key is as the schema says, and each broken one is told")
    func everyKey() throws {
        let text = try AnswerLine(Self.whole).text
        #expect(try Self.faults(text) == [])
        for (old, new) in [
            ("\"rank\":1", "\"rank\":\"1\""), ("taxod.answer/1", "taxod.answer/2"),
            ("TAXOD:0123456789ab", "TAXOD:1"), ("\"key\":\"q000001\",", ""),
            ("\"tokens\":3", "\"tokens\":-3"), ("\"notes\"", "\"remarks\""),
        ] {
            let broken = text.replacing(old, with: new)
            #expect(broken != text)
            #expect(try !Self.faults(broken).isEmpty, "\(old)")
        }
    }
}
