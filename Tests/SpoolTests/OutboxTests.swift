import Contract
import Files
import Foundation
import Glibc
import Jobs
import Spool
import Testing

@Suite struct OutboxTests {
    private let folder = TemporaryFolder()
    private let time = Timestamp(milliseconds: 1_763_000_000_000)
    private let job = JobID(at: Timestamp(milliseconds: 1_763_000_000_000))

    private var record: JobRecord {
        var facts = JobFacts(name: "my seeds.json", claimedName: "my seeds.json", droppedAt: "x")
        facts.outcome = LoadOutcome(
            kind: .list,
            sha256: "abc",
            bytes: 3,
            reading: "read as a list",
            queryCount: 2,
            problems: [.init(line: 4, identifier: "a\tb", code: "missing-name", message: "x\ny")]
        )
        return JobRecord(
            id: job,
            state: .staged(result: result),
            facts: facts,
            created: time,
            updated: time
        )
    }

    private var result: String { "2025-11-13/my_seeds.json.\(job.short)" }

    private var answers: [Answer] {
        [
            Answer(
                key: "q1",
                task: .place,
                query: "tab\there, line\nend, back\\slash",
                status: .proposed,
                proposals: (1...2).map { rank in
                    Proposal(
                        rank: rank,
                        relation: .parent,
                        identifier: "MESH:D\(rank)",
                        name: "parent \(rank)",
                        standing: .proposed,
                        score: 0.25,
                        evidence: Evidence()
                    )
                }
            ),
            Answer(
                key: "q2",
                task: .place,
                query: "nothing",
                status: .none,
                reason: .init(code: "below-threshold", message: "no")
            ),
        ]
    }

    private func stage(in outbox: Outbox) throws -> Receipt {
        var writer = try outbox.stage(job, result: result)
        for answer in answers { try writer.add(try AnswerLine(answer)) }
        return try writer.finish(
            record,
            audit: AuditHead(seq: 7, hash: "ff"),
            auditLines: [AuditLine(seq: 1, day: "2025-11-13", text: "{}")],
            at: time,
            taxod: "0.1"
        )
    }

    private func makeOutbox(_ files: any FileOperations = POSIXFileOperations()) throws -> Outbox {
        try Outbox(path: SpoolPath(folder.path), files: files)
    }

    @Test("a result's name is the day and a safe name with the job in it")
    func resultName() {
        #expect(Outbox.resultName(of: job, record.facts, at: time) == result)
    }

    @Test("nothing is visible until everything is")
    func appearsWhole() throws {
        let outbox = try makeOutbox()
        _ = try stage(in: outbox)
        #expect(try folder.names() == [".staging"])
        #expect(!outbox.hasResult(result))
        try outbox.publish(job, as: result)
        #expect(outbox.hasResult(result))
        #expect(
            try folder.names(in: result) == [
                "_SUCCESS", "audit.jsonl", "datapackage.json", "problems.tsv", "receipt.json",
                "results.jsonl", "results.tsv",
            ]
        )
        #expect(try folder.names(in: ".staging").isEmpty)
    }

    @Test("publishing twice is publishing once, also after the result was written again")
    func publishesOnce() throws {
        let outbox = try makeOutbox()
        _ = try stage(in: outbox)
        try outbox.publish(job, as: result)
        try outbox.publish(job, as: result)
        _ = try stage(in: outbox)
        try outbox.publish(job, as: result)
        #expect(try folder.names(in: "2025-11-13").count == 1)
        #expect(try folder.names(in: ".staging").isEmpty)
    }

    @Test("what another one left under the name is not replaced")
    func neverReplaces() throws {
        let outbox = try makeOutbox()
        try folder.makeFolder(result)
        try folder.write("mine", to: result + "/notes.txt")
        _ = try stage(in: outbox)
        #expect(throws: FileError.self) { try outbox.publish(job, as: result) }
        #expect(try folder.text(of: result + "/notes.txt") == "mine")
    }

    @Test("a failure at any call leaves no visible result, and the next try completes it")
    func failsAnywhere() throws {
        var calls = 1
        while true {
            try? FileManager.default.removeItem(atPath: folder.path + "/2025-11-13")
            _ = try makeOutbox()
            do {
                let outbox = try makeOutbox(
                    FailingOperations(on: "any", errno: EIO, from: calls)
                )
                _ = try stage(in: outbox)
                try outbox.publish(job, as: result)
                break
            } catch is FileError {
                let outbox = try makeOutbox()
                if folder.exists(result) { #expect(outbox.hasResult(result)) }
                _ = try stage(in: outbox)
                try outbox.publish(job, as: result)
                #expect(outbox.hasResult(result))
            }
            calls += 1
            try #require(calls < 100)
        }
        #expect(calls > 15)
    }

    @Test("the receipt counts what was written")
    func receipt() throws {
        let outbox = try makeOutbox()
        let receipt = try stage(in: outbox)
        try outbox.publish(job, as: result)
        let text = try folder.text(of: result + "/receipt.json")
        #expect(try CanonicalJSON.value(Receipt.self, from: text) == receipt)
        #expect(receipt.counts.queries == 2 && receipt.counts.proposed == 1)
        #expect(receipt.counts.none == 1 && receipt.counts.proposals == 2)
        #expect(receipt.counts.problems == 1 && receipt.audit?.seq == 7)
        #expect(receipt.reading == "read as a list")
    }

    @Test("every line of the table has the same columns, and an answer without proposal its row")
    func table() throws {
        let outbox = try makeOutbox()
        _ = try stage(in: outbox)
        try outbox.publish(job, as: result)
        let rows = try Tables.strict(try folder.text(of: result + "/results.tsv"))
        #expect(rows.count == 4)
        #expect(Set(rows.map(\.count)) == [21])
        #expect(rows[1][2] == "tab\there, line\nend, back\\slash")
        #expect(rows[3][4] == "below-threshold")
        let problems = try Tables.strict(try folder.text(of: result + "/problems.tsv"))
        #expect(
            problems == [
                ["line", "identifier", "code", "message"], ["4", "a\tb", "missing-name", "x\ny"],
            ]
        )
    }

    @Test("the data package lists every file with its size and hash")
    func dataPackage() throws {
        struct Package: Decodable {
            struct Resource: Decodable {
                let path: String
                let bytes: Int
                let hash: String
            }
            let resources: [Resource]
        }
        let outbox = try makeOutbox()
        _ = try stage(in: outbox)
        try outbox.publish(job, as: result)
        let text = try folder.text(of: result + "/datapackage.json")
        let package = try CanonicalJSON.value(Package.self, from: text)
        let listed = Set(package.resources.map(\.path))
        let there = Set(try folder.names(in: result))
        #expect(there.subtracting(listed) == ["datapackage.json", "_SUCCESS"])
        for resource in package.resources {
            let content = try folder.text(of: "\(result)/\(resource.path)")
            #expect(resource.bytes == content.utf8.count)
            #expect(resource.hash == "sha256:" + Digest.sha256(content))
        }
    }

    @Test("the same answers give the same bytes")
    func deterministic() throws {
        let outbox = try makeOutbox()
        _ = try stage(in: outbox)
        let first = try folder.text(of: ".staging/\(job)/datapackage.json")
        _ = try stage(in: outbox)
        #expect(try folder.text(of: ".staging/\(job)/datapackage.json") == first)
    }

    @Test("latest points to the newest result")
    func latest() throws {
        let outbox = try makeOutbox()
        try folder.makeFolder("d/a")
        try folder.makeFolder("d/b")
        try outbox.pointLatest(to: "d/a")
        try outbox.pointLatest(to: "d/b")
        let target = try FileManager.default.destinationOfSymbolicLink(
            atPath: folder.path + "/latest"
        )
        #expect(target == "d/b")
    }

    @Test("the status is replaced whole and leaves nothing beside it")
    func status() throws {
        let outbox = try makeOutbox()
        try outbox.writeStatus(Data("{}".utf8))
        try outbox.writeStatus(Data("{\"a\":1}".utf8))
        #expect(try folder.text(of: "_status.json") == "{\"a\":1}")
        #expect(try folder.names() == [".staging", "_status.json"])
    }

    @Test("staging folders of jobs that are no more are removed")
    func cleans() throws {
        let outbox = try makeOutbox()
        _ = try stage(in: outbox)
        try folder.makeFolder(".staging/rubbish/deep")
        try outbox.cleanStaging(keeping: [job])
        #expect(try folder.names(in: ".staging") == [job.description])
        try outbox.cleanStaging(keeping: [])
        #expect(try folder.names(in: ".staging").isEmpty)
    }
}
