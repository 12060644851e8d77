import Foundation
import Contract
import Jobs
import Logging
import ServiceLifecycle
import Testing

@Suite struct LoadTests {
    private let house: Household

    init() throws { house = try Household() }

    @Test("what the checksum file says goes to the child; other bytes go to quarantine")
    func checksum() async throws {
        try house.drop("list.txt", "a")
        try house.drop("list.txt.sha256", String(repeating: "AB", count: 32) + "  list.txt")
        #expect(try await house.runOnce() == .dataError)
        #expect(house.requests.map(\.expectedSHA256) == [String(repeating: "ab", count: 32)])
        let job = try #require(try await house.jobs().first)
        #expect(job.state == .quarantined(.rejected(code: .checksumMismatch)))
    }

    @Test("a file that changed while it was read is read again later")
    func changed() async throws {
        try house.drop("list.txt", "changed")
        #expect(try await house.runOnce() == .temporaryFailure)
        #expect(try await house.jobs().first?.state.name == .waiting)
        #expect(try await house.runOnce() == .ok)
        #expect(try await house.jobs().first?.state.name == .archived)
    }

    @Test("two equal files at once give one result and one duplicate")
    func twins() async throws {
        try house.drop("one.txt", "a", "b")
        try house.drop("two.txt", "a", "b")
        #expect(try await house.runOnce() == .ok)
        #expect(Set(try await house.jobs().map(\.state.name)) == [.archived, .duplicate])
        #expect(try house.text(of: "asked") == "a\nb\n")
    }

    @Test("a twin of a job that is put off is put off with it")
    func twinOfWaiting() async throws {
        try house.write("", to: "broken")
        try house.drop("one.txt", "a")
        #expect(try await house.runOnce() == .unavailable)
        try house.drop("two.txt", "a")
        #expect(try await house.runOnce() == .unavailable)
        try FileManager.default.removeItem(atPath: house.path + "/broken")
        #expect(try await house.runOnce() == .ok)
        #expect(Set(try await house.jobs().map(\.state.name)) == [.archived, .duplicate])
    }

    @Test("a list waits for a vocabulary, says so, and is answered once there is one")
    func awaitsVocabulary() async throws {
        try house.write("", to: "needs-vocabulary")
        try house.drop("list.txt", "a")
        #expect(try await house.runOnce() == .temporaryFailure)
        let status = try house.text(of: "Outbox/_status.json")
        #expect(status.contains("waiting for a vocabulary"))
        try house.drop("CTD.xml", "concepts")
        #expect(try await house.runOnce() == .ok)
        #expect(try await house.jobs().map(\.state.name) == [.archived, .archived])
        let vocabularies = try await house.reader().vocabularies()
        #expect(vocabularies.map(\.standing) == [.current])
    }

    @Test("a list that waits is answered once `taxod load` brought a vocabulary into the store")
    func loadedBeside() async throws {
        try house.write("", to: "needs-vocabulary")
        try house.drop("list.txt", "a")
        let group = ServiceGroup(
            services: [try house.daemon(once: false)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await house.reach(.waiting)
            try house.write("", to: "loaded")
            try FileManager.default.createDirectory(
                atPath: house.path + "/state/taxonomies/v1",
                withIntermediateDirectories: true
            )
            try house.write("", to: "state/taxonomies/v1/embeddings.f32")
            try await house.reach(.archived)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("a file that only contributes to a vocabulary does not become its version")
    func contribution() async throws {
        try house.drop("records.add", "record")
        #expect(try await house.runOnce() == .ok)
        #expect(try await house.reader().vocabularies().isEmpty)
    }

    @Test("a vocabulary that lost concepts is held, and the remedy names the job")
    func shrunken() async throws {
        try house.drop("CTD.xml", "shrunken")
        #expect(try await house.runOnce() == .dataError)
        let job = try #require(try await house.jobs().first)
        let remedy = "If the loss is meant: `taxod retry \(job.id.short) --accept-shrunken`."
        #expect(job.facts.reason?.remedy == remedy)
        #expect(try house.text(of: "Outbox/_status.json").contains("--accept-shrunken"))
        #expect(try await house.reader().vocabularies().isEmpty)
    }

    @Test(
        "a file whose reader ends without a word goes to quarantine after three times",
        arguments: ["die", "rubbish", "half"]
    )
    func readerDies(first: String) async throws {
        try house.drop("bad.txt", first)
        try house.drop("good.txt", "a")
        #expect(try await house.runOnce() == .dataError)
        #expect(house.requests.count { $0.fileName == "bad.txt" } == 3)
        let jobs = try await house.jobs()
        #expect(Set(jobs.map(\.state.name)) == [.quarantined, .archived])
        #expect(jobs.contains { $0.state == .quarantined(.crashedReader) })
    }

    @Test("a stop while a child reads ends the child, and the reading does not count")
    func stop() async throws {
        try house.drop("list.txt", "hang")
        try await house.run(untilMarker: "started")
        #expect(try await house.jobs().first?.state == .claimed(.init()))
        let names = try house.names(in: "Outbox")
        #expect(names.contains("_status.json"))
    }
}
