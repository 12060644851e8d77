import Contract
import Foundation
import Jobs
import Logging
import ServiceLifecycle
import Testing

@Suite struct LoadTests {
    private let fixture: DaemonFixture

    init() throws { fixture = try DaemonFixture() }

    @Test("what the checksum file says goes to the child; other bytes go to quarantine")
    func checksum() async throws {
        try fixture.drop("list.txt", "a")
        try fixture.drop("list.txt.sha256", String(repeating: "AB", count: 32) + "  list.txt")
        #expect(try await fixture.runOnce() == .dataError)
        #expect(fixture.requests.map(\.expectedSHA256) == [String(repeating: "ab", count: 32)])
        let job = try #require(try await fixture.jobs().first)
        #expect(job.state == .quarantined(.rejected(code: .checksumMismatch)))
    }

    @Test("a file that changed while it was read is read again later")
    func changed() async throws {
        try fixture.drop("list.txt", "changed")
        #expect(try await fixture.runOnce() == .temporaryFailure)
        #expect(try await fixture.jobs().first?.state.name == .waiting)
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.jobs().first?.state.name == .archived)
    }

    @Test("two equal files at once give one result and one duplicate")
    func equalFiles() async throws {
        try fixture.drop("one.txt", "a", "b")
        try fixture.drop("two.txt", "a", "b")
        #expect(try await fixture.runOnce() == .ok)
        #expect(Set(try await fixture.jobs().map(\.state.name)) == [.archived, .duplicate])
        #expect(try fixture.text(of: "asked") == "a\nb\n")
    }

    @Test("a file equal to that of a job that is put off is put off with it")
    func equalToWaiting() async throws {
        try fixture.write("", to: "broken")
        try fixture.drop("one.txt", "a")
        #expect(try await fixture.runOnce() == .unavailable)
        try fixture.drop("two.txt", "a")
        #expect(try await fixture.runOnce() == .unavailable)
        try FileManager.default.removeItem(atPath: fixture.path + "/broken")
        #expect(try await fixture.runOnce() == .ok)
        #expect(Set(try await fixture.jobs().map(\.state.name)) == [.archived, .duplicate])
    }

    @Test("a list waits for a vocabulary, says so, and is answered once there is one")
    func awaitsVocabulary() async throws {
        try fixture.write("", to: "needs-vocabulary")
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce() == .temporaryFailure)
        let status = try fixture.text(of: "Outbox/_status.json")
        #expect(status.contains("waiting for a vocabulary"))
        try fixture.drop("CTD.xml", "concepts")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.jobs().map(\.state.name) == [.archived, .archived])
        let vocabularies = try await fixture.reader().vocabularies()
        #expect(vocabularies.map(\.standing) == [.current])
    }

    @Test("a list that waits is answered once `taxod load` brought a vocabulary into the store")
    func loadedBeside() async throws {
        try fixture.write("", to: "needs-vocabulary")
        try fixture.drop("list.txt", "a")
        let group = ServiceGroup(
            services: [try fixture.daemon(once: false)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await fixture.reach(.waiting)
            try fixture.write("", to: "loaded")
            try FileManager.default.createDirectory(
                atPath: fixture.path + "/state/taxonomies/v1",
                withIntermediateDirectories: true
            )
            try fixture.write("", to: "state/taxonomies/v1/embeddings.f32")
            try await fixture.reach(.archived)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("a file that only contributes to a vocabulary does not become its version")
    func contribution() async throws {
        try fixture.drop("records.add", "record")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.reader().vocabularies().isEmpty)
    }

    @Test("a vocabulary that lost concepts is held, and the remedy names the job")
    func shrunken() async throws {
        try fixture.drop("CTD.xml", "shrunken")
        #expect(try await fixture.runOnce() == .dataError)
        let job = try #require(try await fixture.jobs().first)
        let remedy = "If the loss is meant: `taxod retry \(job.id.short) --accept-shrunken`."
        #expect(job.facts.reason?.remedy == remedy)
        #expect(try fixture.text(of: "Outbox/_status.json").contains("--accept-shrunken"))
        #expect(try await fixture.reader().vocabularies().isEmpty)
    }

    @Test(
        "a file whose reader ends without a word goes to quarantine after three times",
        arguments: ["die", "rubbish", "half"]
    )
    func readerDies(first: String) async throws {
        try fixture.drop("bad.txt", first)
        try fixture.drop("good.txt", "a")
        #expect(try await fixture.runOnce() == .dataError)
        #expect(fixture.requests.count { $0.fileName == "bad.txt" } == 3)
        let jobs = try await fixture.jobs()
        #expect(Set(jobs.map(\.state.name)) == [.quarantined, .archived])
        #expect(jobs.contains { $0.state == .quarantined(.crashedReader) })
    }

    @Test("a stop while a child reads ends the child, and the reading does not count")
    func stop() async throws {
        try fixture.drop("list.txt", "hang")
        try await fixture.run(untilMarker: "started")
        #expect(try await fixture.jobs().first?.state == .claimed(.init()))
        let names = try fixture.names(in: "Outbox")
        #expect(names.contains("_status.json"))
    }
}
