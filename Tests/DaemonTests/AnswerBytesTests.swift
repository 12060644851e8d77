import Contract
import Daemon
import Foundation
import Jobs
import Ledger
import Spool
import Testing

/// An answer is encoded once: what its writer wrote is what is stored and published.
@Suite struct AnswerBytesTests {
    private let fixture: DaemonFixture

    init() throws { fixture = try DaemonFixture() }

    /// The line that the script of the fixture's worker writes.
    private func line(_ number: Int, _ term: String) -> String {
        "{\"schema\":\"taxod.answer/1\",\"key\":\"0000\(number)\",\"task\":\"place\","
            + "\"query\":\"\(term)\",\"status\":\"none\",\"matches\":[],\"proposals\":[],"
            + "\"notes\":[],\"tokens\":7}"
    }

    /// The text of every answer in the ledger.
    private func stored() async throws -> [String] {
        var lines: [String] = []
        for job in try await fixture.jobs() {
            lines += try await fixture.reader().answers(of: job.id).map(\.line.text)
        }
        return lines
    }

    private func published() throws -> [String] {
        try fixture.text(of: "Outbox/latest/results.jsonl").split(separator: "\n").map(String.init)
    }

    @Test("a worker's line is stored and published as it came; the daemon's own is canonical")
    func asTheyCame() async throws {
        try fixture.drop("list.txt", "b", "crash", "a")
        #expect(try await fixture.runOnce() == .ok)
        let lines = try published()
        #expect(lines.count == 3 && lines[0] == line(1, "b") && lines[2] == line(3, "a"))
        let failed = try CanonicalJSON.value(Answer.self, from: lines[1])
        #expect(failed.status == .error)
        #expect(try CanonicalJSON.text(of: failed) == lines[1])
        #expect(try await stored() == lines)
    }

    @Test("a ledger that is built anew holds the published lines as they are")
    func rebuilt() async throws {
        try fixture.drop("list.txt", "b", "crash", "a")
        #expect(try await fixture.runOnce() == .ok)
        let lines = try published()
        let rebuild = try LedgerRebuild(
            state: fixture.path + "/state",
            inbox: fixture.path + "/Inbox",
            outbox: fixture.path + "/Outbox"
        )
        let summary = try rebuild.run(at: Timestamp(milliseconds: 0))
        #expect(summary.results == 1 && summary.answers == 3)
        #expect(try await stored() == lines)
    }

    @Test("a job that is run again gets and publishes answers of its own")
    func again() async throws {
        try fixture.drop("list.txt", "a")
        #expect(try await fixture.runOnce() == .ok)
        let other = Scripts.worker.replacing("\"tokens\":7", with: "\"tokens\":8")
        try fixture.write(other, to: "worker.sh")
        let job = try #require(try await fixture.jobs().first)
        try requests().add(RetryRequest(job: job.id, acceptsShrunken: false))
        #expect(try await fixture.runOnce() == .ok)
        #expect(try published() == [line(1, "a").replacing("7}", with: "8}")])
        #expect(try await stored() == [line(1, "a"), line(1, "a").replacing("7}", with: "8}")])
    }

    private func requests() throws -> RequestFolder {
        try RequestFolder(state: fixture.path + "/state")
    }
}
