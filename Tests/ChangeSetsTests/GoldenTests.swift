import ChangeSets
import Contract
import Foundation
import Testing

/// The bytes that are written are those that readers of another make have judged.
@Suite struct GoldenTests {
    /// A change set as it is written for a result.
    struct Written {
        var files: [String: String] = [:]
        var leftOut: [LeftOut] = []
    }

    static func data(_ name: String) throws -> Data {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        return try Data(contentsOf: folder.appending(path: name))
    }

    static func answers() throws -> [Answer] {
        try String(decoding: data("answers.jsonl"), as: UTF8.self).split(separator: "\n").map {
            try AnswerLine(text: String($0)).answer
        }
    }

    static let job = "019ad9a0-1111-7222-8333-444455556666"
    static let date = "2026-12-01T10:20:30.456Z"

    static func stamp(_ answer: Answer) -> Stamp {
        Stamp(
            version: "0.1.0",
            job: job,
            key: answer.key,
            date: date,
            provenance: answer.provenance
        )
    }

    /// Writes the answers in all formats.
    static func write(_ answers: [Answer], _ index: NewTermIndex? = nil) -> Written {
        var index = index ?? NewTermIndex(job: job)
        for answer in answers { index.note(answer) }
        let head = ChangeSetHead(version: "0.1.0", jobs: [(job, date)], indices: [index])
        var written = Written()
        for format in ChangeFormat.allCases {
            var writer = ChangeWriter(format, head)
            var text = writer.head
            for answer in answers {
                guard let change = Change(answer, index: index, stamp: stamp(answer)) else {
                    continue
                }
                text += writer.text(of: change)
                written.leftOut += writer.leftOut()
            }
            written.files[format.fileName] = text + writer.tail()
        }
        written.files["changes.left-out.tsv"] =
            TabSeparated.header(LeftOut.columns) + written.leftOut.map(\.row).joined()
        return written
    }

    private struct Verdicts: Decodable {
        struct Verdict: Decodable {
            let version: String
            let file: String
            let accepted: Bool
            let same: Bool
            let remarks: [String]
        }
        let sha256: [String: String]
        let readers: [String: Verdict]
    }

    @Test("every format has the bytes of the reference file")
    func bytes() throws {
        let written = Self.write(try Self.answers())
        for (name, text) in written.files {
            let golden = (try? Self.data(name)) ?? Data()
            guard golden != Data(text.utf8) else { continue }
            let actual = FileManager.default.temporaryDirectory.appending(path: name)
            try Data(text.utf8).write(to: actual)
            Issue.record("\(name) differs from its reference; what was written: \(actual.path())")
        }
    }

    @Test("readers of another make took these very files, without a warning, for what they say")
    func judged() throws {
        let verdicts = try JSONDecoder().decode(Verdicts.self, from: Self.data("verdicts.json"))
        for (name, hash) in verdicts.sha256 {
            let text = String(decoding: try Self.data(name), as: UTF8.self)
            #expect(Digest.sha256(text) == hash, "\(name) was not judged as it is: run judge.py")
        }
        let wanted: Set<String> = [
            "fastobo", "pronto", "kgcl-schema", "oaklib", "sssom validate", "sssom-py",
            "frictionless", "opencsv", "check-jsonschema",
        ]
        // A reader of several tables is named with the file.
        let asked = verdicts.readers.keys.map { String($0.prefix { $0 != "," }) }
        #expect(Set(asked) == wanted)
        for (name, verdict) in verdicts.readers {
            #expect(verdict.accepted && verdict.same && verdict.remarks.isEmpty, "\(name)")
            #expect(verdicts.sha256[verdict.file] != nil, "\(name)")
        }
    }

    @Test("the same answers give the same bytes")
    func determinism() throws {
        let answers = try Self.answers()
        let (first, second) = (Self.write(answers), Self.write(answers))
        #expect(first.files == second.files)
        #expect(first.leftOut == second.leftOut)
    }
}
