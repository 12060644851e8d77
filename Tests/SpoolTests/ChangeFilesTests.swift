import Contract
import Files
import Foundation
import Jobs
import Spool
import Testing

/// A result holds the change sets that its job asks for.
@Suite struct ChangeFilesTests {
    private let folder = TemporaryFolder()
    private let time = Timestamp(milliseconds: 1_763_000_000_000)
    private let job = JobID(at: Timestamp(milliseconds: 1_763_000_000_000))

    private struct Package: Decodable {
        struct Resource: Decodable {
            struct Dialect: Decodable {
                let escapeChar: String?
                let headerRows: [Int]?
                let commentChar: String?
                let commentRows: [Int]?
            }
            struct Schema: Decodable {
                struct Field: Decodable {
                    let name: String
                }
                let fields: [Field]
            }
            let name: String
            let path: String
            let bytes: Int
            let hash: String
            let dialect: Dialect?
            let schema: Schema?
        }
        let resources: [Resource]
    }

    private func answer(_ number: Int, _ query: String, task: Query.Task = .place) -> Answer {
        Answer(
            key: "q\(number)",
            task: task,
            query: query,
            provisionalIdentifier: "TAXOD:00000000000\(number % 10)",
            status: .proposed,
            proposals: [
                Proposal(
                    rank: 1,
                    relation: task == .place ? .parent : .sibling,
                    identifier: "X:1",
                    name: "one",
                    standing: .proposed,
                    score: 0.5,
                    evidence: Evidence()
                )
            ]
        )
    }

    /// Stages a result, and returns its folder and receipt.
    private func stage(
        _ answers: [Answer],
        formats: [String]?
    ) throws -> (files: Set<String>, text: (String) throws -> String, receipt: Receipt) {
        let outbox = try Outbox(path: SpoolPath(folder.path))
        var writer = try outbox.stage(job, result: "d/r")
        for answer in answers { try writer.add(try AnswerLine(answer)) }
        var facts = JobFacts(name: "a.txt", claimedName: "a.txt", droppedAt: "a.txt")
        facts.outcome = LoadOutcome(
            kind: .list,
            sha256: "",
            bytes: 1,
            reading: "as terms",
            formats: formats
        )
        let record = JobRecord(
            id: job,
            state: .staged(result: "d/r"),
            facts: facts,
            created: time,
            updated: time
        )
        let receipt = try writer.finish(record, audit: nil, auditLines: [], at: time, taxod: "t")
        let staged = ".staging/\(job)"
        let names = try FileManager.default.contentsOfDirectory(
            atPath: "\(folder.path)/\(staged)"
        )
        return (Set(names), { try folder.text(of: "\(staged)/\($0)") }, receipt)
    }

    private static let all = ["robot", "robot-bulk", "obo", "kgcl", "sssom"]

    @Test("the formats asked for are written, listed and described, and no others")
    func written() throws {
        let answers = [answer(1, "plain"), answer(2, "it's \\ odd")]
        let result = try stage(answers, formats: Self.all)
        let wanted = [
            "changes.robot.tsv", "changes.robot-bulk.tsv", "changes.obo", "changes.kgcl",
            "changes.sssom.tsv", "changes.left-out.tsv",
        ]
        #expect(result.files.isSuperset(of: wanted))
        let package = try CanonicalJSON.value(
            Package.self,
            from: try result.text("datapackage.json")
        )
        for name in wanted {
            let text = try result.text(name)
            let resource = try #require(package.resources.first { $0.path == name })
            #expect(resource.bytes == text.utf8.count)
            #expect(resource.hash == "sha256:" + Digest.sha256(text))
            if name.hasSuffix(".tsv") {
                let title = resource.schema?.fields.map(\.name).joined(separator: "\t")
                let row = resource.dialect?.headerRows?.first ?? 1
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(title == String(lines[row - 1]), "\(name)")
                #expect((resource.dialect?.commentChar != nil) == name.contains("sssom"))
                #expect((resource.dialect?.commentRows == [2]) == name.contains("robot"))
                #expect((resource.dialect?.escapeChar == "\\") == name.contains("robot"))
            }
        }
        #expect(Set(package.resources.map(\.name)).count == package.resources.count)
        #expect(try result.text("changes.obo").contains("name: it's \\\\ odd\n"))
        #expect(try result.text("changes.kgcl").contains("create node TAXOD:000000000001 'plain'"))
        let leftOut = try result.text("changes.left-out.tsv").split(separator: "\n")
        #expect(leftOut.dropFirst().allSatisfy { $0.hasPrefix("kgcl\t\(job)\tq2\t") })
        let one = try stage(answers, formats: ["obo"])
        #expect(one.files.filter { $0.hasPrefix("changes.") } == ["changes.obo"])
    }

    @Test("nothing is written without formats, and nothing where nothing is placed")
    func none() throws {
        #expect(try stage([answer(1, "a")], formats: nil).files.contains("changes.obo") == false)
        let expand = try stage([answer(1, "a | b", task: .expand)], formats: Self.all)
        #expect(!expand.files.contains { $0.hasPrefix("changes.") })
    }

    @Test("a format that is none is told in the receipt")
    func unknown() throws {
        let result = try stage([answer(1, "a")], formats: ["owl", "kgcl"])
        #expect(result.files.contains("changes.kgcl"))
        #expect(result.receipt.notes.contains { $0.contains("“owl”") })
    }

    @Test("10,000 terms stand in every format, in the order of the file")
    func many() throws {
        let answers = (1...10_000).map { number in
            var answer = answer(0, "term \(number)")
            answer.key = "q\(number)"
            answer.provisionalIdentifier = "TAXOD:" + String(100_000_000_000 + number)
            return answer
        }
        let result = try stage(answers, formats: Self.all)
        for name in ["changes.robot.tsv", "changes.robot-bulk.tsv", "changes.obo"] {
            let text = try result.text(name)
            let found = text.matches(of: /(?m)(?:^name: |\t|^)(term \d+)(?:\t|$)/).map(\.output.1)
            let wanted = (1...10_000).map { "term \($0)" }
            #expect(found.count == wanted.count, "\(name)")
            #expect(zip(found, wanted).allSatisfy { $0 == $1 }, "\(name)")
        }
        let kgcl = try result.text("changes.kgcl").matches(of: /'term (\d+)'/)
        #expect(kgcl.map { Int($0.output.1) } == Array(1...10_000))
    }
}
