import Contract
import Foundation
import Jobs
import Testing

@Suite struct WorkerTests {
    private let fixture: DaemonFixture

    init() throws { fixture = try DaemonFixture() }

    @Test("a list is answered and published, and its file is put away")
    func answers() async throws {
        try fixture.drop("list.txt", "a", "b", "c", "d", "e")
        #expect(try await fixture.runOnce() == .ok)
        let job = try #require(try await fixture.jobs().first)
        #expect(job.state.name == .archived)
        #expect(try await fixture.answers().map(\.query) == ["a", "b", "c", "d", "e"])
        #expect(try fixture.names(in: "Inbox/_done") == ["list.txt"])
        #expect(try fixture.names(in: "Outbox/latest").contains("_SUCCESS"))
    }

    @Test(
        "a worker that breaks the protocol at a query spoils that query only",
        arguments: ["die", "crash", "leave", "rubbish", "wrong", "mute"]
    )
    func poison(term: String) async throws {
        try fixture.drop("list.txt", "a", "b", term, "c", "d")
        #expect(try await fixture.runOnce() == .ok)
        let answers = try await fixture.answers()
        #expect(answers.map(\.status) == [.none, .none, .error, .none, .none])
        #expect(answers[2].reason?.code == "worker-died")
    }

    @Test(
        "a query whose worker is killed from outside three times, twice while it is alone, is answered",
        arguments: ["KILL", "TERM"]
    )
    func killedFromOutside(signal: String) async throws {
        try fixture.drop("list.txt", "a", "thrice \(signal)", "b")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.answers().map(\.status) == [.none, .none, .none])
        #expect(try fixture.text(of: "kills") == "x\nx\nx\nx\n")
    }

    @Test(
        "a crash weighs more than a kill, which may come from outside",
        arguments: [("crash", 3), ("die", 4)]
    )
    func blame(term: String, times: Int) async throws {
        try fixture.drop("list.txt", "a", term)
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.answers().map(\.status) == [.none, .error])
        // Once beside the other query, then alone.
        #expect(try fixture.text(of: "deaths").split(separator: "\n").count == times)
    }

    @Test("a query that takes too long is answered by an error, the others are asked again")
    func timeLimit() async throws {
        try fixture.drop("list.txt", "a", "slow", "b", "c", "d")
        // Far more than an answer takes on a busy machine.
        #expect(try await fixture.runOnce(queryTimeLimit: .seconds(20)) == .ok)
        let answers = try await fixture.answers()
        #expect(answers.map(\.status) == [.none, .error, .none, .none, .none])
        #expect(answers[1].reason?.code == "time-limit")
    }

    @Test("a worker that cannot start puts its jobs off, with its words, until it can")
    func engineUnavailable() async throws {
        try fixture.write("", to: "broken")
        try fixture.drop("one.txt", "a")
        try fixture.drop("two.txt", "b")
        #expect(try await fixture.runOnce() == .unavailable)
        for job in try await fixture.jobs() {
            #expect(job.state.name == .waiting)
            #expect(job.facts.reason?.code == .engineUnavailable)
            #expect(job.facts.reason?.message == "the model is missing")
            #expect(job.facts.reason?.remedy == "Run make models.")
        }
        try FileManager.default.removeItem(atPath: fixture.path + "/broken")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.jobs().map(\.state.name) == [.archived, .archived])
    }

    @Test("a worker that says it cannot go on leaves its queries unblamed")
    func quits() async throws {
        try fixture.drop("list.txt", "quit", "b")
        #expect(try await fixture.runOnce() == .unavailable)
        let job = try #require(try await fixture.jobs().first)
        let pending = try await fixture.reader().pendingQueries(of: job.id)
        #expect(!pending.isEmpty)
        #expect(pending.allSatisfy { $0.state == .pending(.init()) })
        #expect(job.facts.reason?.message == "no memory")
    }

    @Test("a job whose every query kills the worker is put off after some deaths")
    func deathsInARow() async throws {
        try fixture.drop("list.txt", "die1", "die2", "die3", "die4", "die5")
        #expect(try await fixture.runOnce() == .unavailable)
    }

    @Test("a command that cannot be started puts the job off")
    func noExecutable() async throws {
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce(shell: "/nowhere/sh") == .unavailable)
        #expect(try await fixture.jobs().first?.facts.reason?.code == .engineUnavailable)
        #expect(try await fixture.runOnce() == .ok)
    }

    @Test("a worker that does not get ready is not waited for when the daemon stops")
    func stopWhileStarting() async throws {
        try fixture.write("", to: "never-ready")
        try fixture.drop("list.txt", "a")
        try await fixture.run(untilMarker: "started")
        let job = try #require(try await fixture.jobs().first)
        #expect(job.state == .running(.init(done: 0, total: 1), .init()))
    }

    @Test("many queries are read from the ledger in parts and keep their order")
    func manyQueries() async throws {
        let terms = (1...700).map { "term \($0)" }
        try fixture.write(terms.joined(separator: "\n") + "\n", to: "Inbox/list.txt")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await fixture.answers().map(\.query) == terms)
        #expect(try fixture.text(of: "asked").split(separator: "\n").count == 700)
    }
}
