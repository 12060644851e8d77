import Contract
import Daemon
import Foundation
import Jobs
import Spool
import Testing

/// Jobs that an operator ends, in each state in which they can be.
@Suite struct CancelTests {
    private let fixture: DaemonFixture

    init() throws { fixture = try DaemonFixture() }

    private func requests() throws -> RequestFolder {
        try RequestFolder(state: fixture.path + "/state")
    }

    /// Leaves a request for the only job, or for the one with this name.
    private func cancel(_ name: String? = nil) async throws {
        let jobs = try await fixture.jobs()
        let job = try #require(jobs.first { name == nil || $0.facts.name == name })
        try requests().add(CancelRequest(job: job.id))
    }

    private func job(_ name: String = "list.txt") async throws -> JobRecord {
        try #require(try await fixture.jobs().last { $0.facts.name == name })
    }

    /// Runs a daemon beside `body`.
    private func whileRunning(_ body: () async throws -> Void) async throws {
        let daemon = try fixture.daemon(once: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await daemon.run() }
            try await body()
            group.cancelAll()
        }
    }

    private func receipt() throws -> Receipt {
        let text = try fixture.text(of: "Outbox/latest/receipt.json")
        return try CanonicalJSON.value(Receipt.self, from: text)
    }

    /// Checks the only result and its job, and returns how many queries were answered.
    private func cut(of total: Int) async throws -> Int {
        let cancelled = try await job()
        guard case .cancelled(_?, let cut?) = cancelled.state else {
            Issue.record("\(cancelled.state)")
            return 0
        }
        #expect(cut.total == total && cut.done < total)
        let receipt = try receipt()
        #expect(receipt.cancelled == true && receipt.counts.queries == cut.done)
        #expect(receipt.counts.notAsked == total - cut.done)
        #expect(receipt.notes.first?.contains("\(cut.done) of \(total)") == true)
        let lines = try fixture.text(of: "Outbox/latest/results.jsonl").split(separator: "\n")
        #expect(lines.count == cut.done)
        let status = try fixture.text(of: "Outbox/_status.json")
        #expect(status.contains("\"cancelled\"") && status.contains("\(cut.done) of \(total)"))
        let events = try await fixture.reader().auditLines(of: cancelled.id).map(\.text)
        #expect(events.count { $0.contains("\"event\":\"cancelled\"") } == 1)
        return cut.done
    }

    @Test("a running job is published with what is answered, while others go on")
    func running() async throws {
        let terms = (1...400).map { "pace \($0)" }
        try fixture.write(terms.map { $0 + "\n" }.joined(), to: "Inbox/list.txt")
        try await whileRunning {
            try await fixture.wait { try fixture.text(of: "asked").contains("pace 2\n") }
            try await cancel()
            try fixture.drop("other.txt", "a")
            try await fixture.wait {
                try fixture.names(in: "Inbox/_done") == ["list.txt", "other.txt"]
            }
            try await fixture.wait { try requests().pendingCancels().isEmpty }
        }
        let result = try #require(try await job().state.result)
        let receipt = try fixture.text(of: "Outbox/\(result)/receipt.json")
        #expect(receipt.contains("\"cancelled\" : true"))
        #expect(try await job("other.txt").state.name == .archived)
    }

    @Test("a job is cancelled over a restart; an equal file is answered in full, and no duplicate")
    func overRestart() async throws {
        let terms = ["a", "b", "mark", "c", "d", "e", "f", "g", "h", "i", "j"]
        try fixture.write(terms.map { $0 + "\n" }.joined(), to: "Inbox/list.txt")
        try await fixture.run(untilMarker: "started")
        #expect(try await job().state.name == .running)
        try await cancel()
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await cut(of: 11) >= 2)
        #expect(try fixture.names(in: "Inbox/_done") == ["list.txt"])

        try FileManager.default.removeItem(atPath: fixture.path + "/started")
        try fixture.write(terms.map { $0 + "\n" }.joined(), to: "Inbox/again.txt")
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await job("again.txt").state.name == .archived)
        #expect(try receipt().counts.queries == 11 && receipt().cancelled == nil)
    }

    @Test("a job that is being read is not read to its end")
    func loading() async throws {
        try fixture.drop("list.txt", "hang")
        try await whileRunning {
            try await fixture.reach(.loading)
            try await cancel()
            try await fixture.wait { try fixture.names(in: "Inbox/_done") == ["list.txt"] }
            try await fixture.wait { try requests().pendingCancels().isEmpty }
        }
        #expect(try await job().state == .cancelled(result: nil, cut: nil))
        #expect(try fixture.names(in: "Inbox/_claimed") == [])
        #expect(try fixture.names(in: "Outbox").contains("latest") == false)
    }

    @Test("a job that waits for a vocabulary, and one that is put off, are ended by the next start")
    func waiting() async throws {
        try fixture.write("", to: "needs-vocabulary")
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce() == .temporaryFailure)
        try await cancel()
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await job().state == .cancelled(result: nil, cut: nil))
        #expect(try requests().pendingCancels().isEmpty)

        try FileManager.default.removeItem(atPath: fixture.path + "/needs-vocabulary")
        try fixture.write("", to: "broken")
        try fixture.drop("second.txt", "a", "b")
        #expect(try await fixture.runOnce() == .unavailable)
        try await cancel("second.txt")
        #expect(try await fixture.runOnce() == .ok)
        guard case .cancelled(_?, .init(done: 0, total: 2)) = try await job("second.txt").state
        else {
            Issue.record("\(try await job("second.txt").state)")
            return
        }
        #expect(try receipt().counts.notAsked == 2)
        #expect(try fixture.names(in: "Inbox/_done") == ["list.txt", "second.txt"])
    }

    @Test("a request for a job that has ended, or is not known, changes nothing and goes")
    func tooLate() async throws {
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce() == .ok)
        try await cancel()
        try requests().add(CancelRequest(job: JobID(at: Timestamp(milliseconds: 1))))
        #expect(try await fixture.runOnce() == .ok)
        #expect(try await job().state.name == .archived)
        #expect(try requests().pendingCancels().isEmpty)
    }

    @Test("a cancelled job is answered in full when it is run again")
    func again() async throws {
        try fixture.write("", to: "broken")
        try fixture.drop("list.txt", "a", "b")
        #expect(try await fixture.runOnce() == .unavailable)
        try await cancel()
        #expect(try await fixture.runOnce() == .ok)
        try FileManager.default.removeItem(atPath: fixture.path + "/broken")
        try requests().add(RetryRequest(job: try await job().id, acceptsShrunken: false))
        #expect(try await fixture.runOnce() == .ok)
        #expect(try receipt().counts.queries == 2 && receipt().cancelled == nil)
    }

    @Test("a ledger that is built anew knows what was cancelled")
    func rebuilt() async throws {
        try fixture.write("", to: "broken")
        try fixture.drop("list.txt", "a", "b")
        #expect(try await fixture.runOnce() == .unavailable)
        try await cancel()
        #expect(try await fixture.runOnce() == .ok)
        let state = try await job().state
        let rebuild = try LedgerRebuild(
            state: fixture.path + "/state",
            inbox: fixture.path + "/Inbox",
            outbox: fixture.path + "/Outbox"
        )
        _ = try rebuild.run(at: Timestamp(milliseconds: 0))
        #expect(try await job().state == state)
    }
}
