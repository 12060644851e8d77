import Contract
import Daemon
import Foundation
import Jobs
import Ledger
import Spool
import Testing

/// What the daemon does about the files beside those that it answers.
@Suite struct InboxNewsTests {
    private let fixture: DaemonFixture

    init() throws { fixture = try DaemonFixture() }

    private func digest(_ text: String) -> String { Digest.sha256(text) }

    private func job(_ name: String) async throws -> JobRecord {
        try #require(try await fixture.jobs().last { $0.facts.name == name })
    }

    @Test("a run ends well beside everything that other programs keep there, and tells it")
    func neighbours() async throws {
        let names = [
            "desktop.ini", "Thumbs.db", ".DS_Store", "._list.txt", "x.csv.crdownload", "x.csv",
            "half.txt", "half.txt.part", "~$x.xlsx", "#x#", "x.lock", "4913", "x.md5", "README",
        ]
        for name in names { try fixture.write("x\n", to: "Inbox/\(name)") }
        for name in ["@eaDir", "lost+found", "unknown"] {
            let folder = "\(fixture.path)/Inbox/\(name)"
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            try fixture.write("x\n", to: "Inbox/\(name)/list.txt")
        }
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.jobs().map(\.facts.name) == ["list.txt"])
        for name in names { #expect(try fixture.names(in: "Inbox").contains(name)) }
        let status = try fixture.text(of: "Outbox/_status.json")
        for name in names.filter({ $0 != "x.csv" }) + ["unknown"] {
            #expect(status.contains("\"place\" : \"\(name)\""), "\(name)")
        }
        #expect(status.contains("loaded vocabulary (MEDIC)"))
    }

    @Test("what its folder says goes to the child, stands in the receipt, and is kept for a retry")
    func folders() async throws {
        for (folder, name) in [("medic/Place", "a"), ("Vocabulary", "b"), ("GROW", "c")] {
            let path = "\(fixture.path)/Inbox/\(folder)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try fixture.write("\(name)\n", to: "Inbox/\(folder)/\(name).txt")
        }
        #expect(try await fixture.runOnce() == .ok)
        func request(_ name: String) throws -> LoadRequest {
            try #require(fixture.requests.last { $0.fileName == name })
        }
        #expect(try request("a.txt").vocabulary == "medic" && request("a.txt").task == "place")
        #expect(try request("b.txt").asVocabulary && request("b.txt").vocabulary == nil)
        #expect(try request("c.txt").task == "grow" && !request("c.txt").asVocabulary)
        let result = try #require(try await job("a.txt").state.result)
        let text = try fixture.text(of: "Outbox/\(result)/receipt.json")
        let receipt = try CanonicalJSON.value(Receipt.self, from: text)
        #expect(receipt.file.vocabulary == "medic" && receipt.file.folder == .place)
        for name in ["a.txt", "b.txt"] {
            let before = fixture.requests.count
            try RequestFolder(state: fixture.path + "/state")
                .add(RetryRequest(job: try await job(name).id, acceptsShrunken: false))
            #expect(try await fixture.runOnce() == .ok)
            #expect(fixture.requests.count == before + 1)
            #expect(try request(name).vocabulary == (name == "a.txt" ? "medic" : nil))
            #expect(try request(name).asVocabulary == (name == "b.txt"))
        }
        let rebuild = try LedgerRebuild(
            state: fixture.path + "/state",
            inbox: fixture.path + "/Inbox",
            outbox: fixture.path + "/Outbox"
        )
        _ = try rebuild.run(at: Timestamp(milliseconds: 0))
        #expect(try await job("a.txt").facts.vocabularyHint == "medic")
        #expect(try await job("b.txt").facts.asVocabulary)
    }

    @Test("a list that may be meant for several vocabularies waits, and goes on with a reload")
    func severalVocabularies() async throws {
        try fixture.write("", to: "several")
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce() == .temporaryFailure)
        let waiting = try await job("list.txt")
        #expect(waiting.state == .waiting(.vocabulary(name: nil), nil, .init()))
        #expect(waiting.facts.reason?.code == .severalVocabularies)
        let status = try fixture.text(of: "Outbox/_status.json")
        #expect(status.contains("MEDIC or MeSH") && status.contains("several-vocabularies"))
        #expect(status.contains("which vocabulary"))

        let daemon = try fixture.daemon(once: false)
        fixture.onReload { [fixture] in fixture.settings() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await daemon.run() }
            try await fixture.wait { fixture.requests.count == 2 }
            try await fixture.reach(.waiting)
            try FileManager.default.removeItem(atPath: fixture.path + "/several")
            kill(getpid(), SIGHUP)
            try await fixture.wait { try fixture.names(in: "Inbox/_done") == ["list.txt"] }
            group.cancelAll()
        }
    }

    // MARK: - Checksums

    @Test("a checksum file that holds none is told, and the file is read")
    func unusable() async throws {
        try fixture.drop("list.txt", "a")
        try fixture.drop("list.txt.sha256", "d41d8cd98f00b204e9800998ecf8427e  list.txt")
        #expect(try await fixture.runOnce() == .ok)
        let remark = try #require(try await job("list.txt").facts.remarks?.first)
        #expect(remark.contains("MD5"), "\(remark)")
        #expect(try fixture.text(of: "Outbox/latest/receipt.json").contains("MD5"))
        #expect(try fixture.names(in: "Inbox/_done") == ["list.txt", "list.txt.sha256"])
    }

    @Test("a checksum file that comes after the answer is compared, and moved to its file")
    func late() async throws {
        try fixture.drop("good.txt", "a")
        try fixture.drop("bad.txt", "b")
        #expect(try await fixture.runOnce() == .ok)
        try fixture.drop("good.txt.sha256", digest("a\n") + "  good.txt")
        try fixture.drop("bad.txt.sha256", digest("c\n") + "  bad.txt")
        try fixture.drop("unknown.txt.sha256", digest("c\n") + "  unknown.txt")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await job("good.txt").facts.remarks?.first?.contains("agrees") == true)
        #expect(try await job("bad.txt").facts.remarks?.first?.contains("another SHA-256") == true)
        #expect(
            try fixture.names(in: "Inbox/_done") == [
                "bad.txt", "bad.txt.sha256", "good.txt", "good.txt.sha256",
            ]
        )
        #expect(try fixture.names(in: "Inbox").contains("unknown.txt.sha256"))
        let status = try fixture.text(of: "Outbox/_status.json")
        #expect(status.contains("another SHA-256") && status.contains("has not come"))
        // The next night's file of that name is not refused by it.
        try fixture.drop("bad.txt", "other")
        #expect(try await fixture.runOnce() == .ok)
        // Told once, whatever the number of runs.
        let events = "checksum-late"
        let told = try await fixture.reader().auditLines(after: 0)
            .count { $0.text.contains(events) }
        #expect(told == 2)
    }

    @Test("a checksum file of the night before does not refuse the file of this night")
    func nightBefore() async throws {
        try fixture.drop("nightly.txt", "a")
        #expect(try await fixture.runOnce() == .ok)
        try fixture.drop("nightly.txt.sha256", digest("a\n") + "  nightly.txt")
        try fixture.drop("nightly.txt", "b")
        #expect(try await fixture.runOnce() == .ok)
        let job = try await job("nightly.txt")
        #expect(job.state.name == .archived)
        #expect(job.facts.remarks?.first?.contains("earlier file") == true)
        #expect(try fixture.names(in: "Inbox/_done").contains("nightly.txt.sha256"))
        // One that fits neither still refuses the file.
        try fixture.drop("nightly.txt", "c")
        try fixture.drop("nightly.txt.sha256", digest("d\n") + "  nightly.txt")
        #expect(try await fixture.runOnce() == .dataError)
    }

    @Test("a checksum file that comes while its file waits to be read is used")
    func whileWaiting() async throws {
        try fixture.write("", to: "needs-vocabulary")
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce() == .temporaryFailure)
        try fixture.drop("list.txt.sha256", digest("other\n") + "  list.txt")
        try FileManager.default.removeItem(atPath: fixture.path + "/needs-vocabulary")
        #expect(try await fixture.runOnce() == .dataError)
        #expect(try await job("list.txt").state == .quarantined(.rejected(code: .checksumMismatch)))
    }

    // MARK: - Files that change after their answer

    @Test("a file that grew after its answer is told, once, and can be asked again")
    func grown() async throws {
        try fixture.drop("slow.txt", "a")
        try fixture.drop("touched.txt", "b")
        #expect(try await fixture.runOnce() == .ok)
        let handle = try #require(
            FileHandle(forWritingAtPath: fixture.path + "/Inbox/_done/slow.txt")
        )
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("late\n".utf8))
        try handle.close()
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)],
            ofItemAtPath: fixture.path + "/Inbox/_done/touched.txt"
        )
        for _ in 0..<2 { #expect(try await fixture.runOnce() == .ok) }
        let job = try await job("slow.txt")
        #expect(job.facts.remarks?.count == 1)
        let remark = try #require(job.facts.remarks?.first)
        #expect(remark.contains("2 bytes were read") && remark.contains("has 7 now"), "\(remark)")
        #expect(try await self.job("touched.txt").facts.remarks == nil)
        #expect(try fixture.text(of: "Outbox/_status.json").contains("has 7 now"))
        try RequestFolder(state: fixture.path + "/state")
            .add(RetryRequest(job: job.id, acceptsShrunken: false))
        #expect(try await fixture.runOnce() == .ok)
        #expect(try fixture.text(of: "asked").contains("late"))
    }
}
