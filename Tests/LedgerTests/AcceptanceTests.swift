import Contract
import GRDB
import Jobs
import Ledger
import Testing

@Suite struct AcceptanceTests: LedgerSuite {
    let folder = TemporaryFolder()
    private let range: @Sendable (String) -> IdentifierRange?

    init() throws {
        let range = try IdentifierRange(prefix: "MESH", first: 700, last: 799, digits: 6)
        self.range = { $0 == "MEDIC" ? range : nil }
    }

    private func request(
        _ job: JobID,
        _ queries: [String]? = nil,
        _ decision: AcceptRequest.Decision = .accept,
        id: Int = 0
    ) -> AcceptRequest {
        AcceptRequest(
            id: JobID(at: time.adding(seconds: Double(id))),
            decision: decision,
            job: job,
            queries: queries,
            actor: "curator",
            used: UsedIdentifiers(range: range("MEDIC"), numbers: NumberSet([701]))
        )
    }

    private func published(_ ledger: Ledger, _ count: Int) async throws -> JobID {
        let job = try await running(ledger, count)
        try await finish(ledger, job, proposals: 2)
        return job
    }

    private func events(_ ledger: Ledger) async throws -> [String] {
        try await ledger.reader.auditLines(after: 0).map(\.text)
    }

    @Test("accepting writes the terms, their identifiers and an event for each, all at once")
    func accept() async throws {
        let ledger = try Ledger(path: path)
        let job = try await published(ledger, 3)
        let before = try await events(ledger).count
        let plan = try await ledger.carryOut(request(job), range: range, at: time)
        #expect(plan?.changes.count == 3)
        let held = try await ledger.reader.acceptances(of: [job])
        #expect(held.map(\.identifier) == ["MESH:000700", "MESH:000702", "MESH:000703"])
        #expect(held.map(\.key) == ["q1", "q2", "q3"] && held.map(\.seq) == [1, 2, 3])
        #expect(held.allSatisfy { $0.parents == ["MESH:0", "MESH:1"] && $0.actor == "curator" })
        #expect(try await ledger.reader.acceptances() == held)
        #expect(try await ledger.reader.acceptances(of: []) == [])
        #expect(try await ledger.reader.acceptedCounts() == [job: 3])
        let new = try await events(ledger).dropFirst(before)
        #expect(new.count { $0.contains("\"event\":\"accepted\"") } == 3)
        #expect(new.last?.contains("\"event\":\"accept-done\"") == true)
        #expect(new.first?.contains("\"identifier\":\"MESH:000700\"") == true)
        #expect(new.first?.contains("\"parents\":[\"MESH:0\",\"MESH:1\"]") == true)
        // The audit log holds no content.
        #expect(try value(String.self, "SELECT term FROM acceptances WHERE seq = 1") == "q1")
        #expect(!new.contains { $0.contains("\"term\":\"q1\"") })
        let first = try await ledger.reader.firstJobs(of: ["MESH:000702", "MESH:000799"])
        #expect(first == ["MESH:000702": job])
    }

    @Test("a request is carried out or refused once, whatever it would do later")
    func once() async throws {
        let ledger = try Ledger(path: path)
        let job = try await published(ledger, 2)
        let accept = request(job)
        #expect(try await ledger.reader.outcome(of: accept) == nil)
        try await ledger.carryOut(accept, range: range, at: time)
        #expect(try await ledger.reader.outcome(of: accept) == .done)
        try await ledger.carryOut(request(job, nil, .withdraw, id: 1), range: range, at: time)
        #expect(try await ledger.reader.acceptances() == [])
        #expect(try await ledger.carryOut(accept, range: range, at: time) == nil)
        #expect(try await ledger.reader.acceptances() == [])

        let wrong = request(job, ["q9"], id: 2)
        await #expect(throws: AcceptRefusal(.notPlaced, query: "q9")) {
            try await ledger.carryOut(wrong, range: range, at: time)
        }
        #expect(
            try await ledger.reader.outcome(of: wrong)
                == .refused(AcceptRefusal(.notPlaced, query: "q9"))
        )
        #expect(try await ledger.carryOut(wrong, range: range, at: time) == nil)
        let refused = try await events(ledger).count { $0.contains("accept-refused") }
        #expect(refused == 1)
    }

    @Test("a refused request leaves no identifier behind")
    func refused() async throws {
        let ledger = try Ledger(path: path)
        let job = try await published(ledger, 100)
        await #expect(throws: AcceptRefusal.self) {
            try await ledger.carryOut(request(job), range: range, at: time)
        }
        #expect(try value(Int.self, "SELECT count(*) FROM identifiers") == 0)
        #expect(try value(Int.self, "SELECT count(*) FROM acceptances") == 0)
        // What has no answers yet is refused as well.
        let open = try await running(ledger, 1)
        await #expect(throws: AcceptRefusal(.notPublished)) {
            try await ledger.carryOut(request(open), range: range, at: time)
        }
    }

    @Test("the audit log alone brings acceptances and identifiers back, of withdrawn terms as well")
    func restored() async throws {
        let ledger = try Ledger(path: path)
        let job = try await published(ledger, 4)
        try await ledger.carryOut(request(job, ["q1", "q2", "q4"]), range: range, at: time)
        try await ledger.carryOut(
            request(job, ["q2"], .withdraw, id: 1),
            range: range,
            at: time.adding(seconds: 5)
        )
        let lines = try await ledger.reader.auditLines(after: 0)
        let held = try await ledger.reader.acceptances()
        #expect(held.count == 2)
        let table =
            "SELECT group_concat(identifier || origin || term_sha256 || seq || reserved) "
            + "FROM identifiers"
        let identifiers = try value(String.self, table)

        let other = TemporaryFolder()
        let new = try Ledger(path: other.path + "/ledger.sqlite")
        try new.restore(lines)
        #expect(try new.restoreAcceptances() == 2)
        #expect(try await new.reader.acceptances() == held)
        let found = try await DatabaseQueue(path: other.path + "/ledger.sqlite").read {
            try String.fetchOne($0, sql: table)
        }
        #expect(found == identifiers)
    }

    @Test("answers that a rebuild numbers anew keep their acceptances, by their keys")
    func renumbered() async throws {
        let ledger = try Ledger(path: path)
        let job = try await published(ledger, 3)
        try await ledger.carryOut(request(job, ["q3"]), range: range, at: time)
        let lines = try await ledger.reader.auditLines(after: 0)
        let record = try #require(try await ledger.reader.job(job))

        let other = TemporaryFolder()
        let new = try Ledger(path: other.path + "/ledger.sqlite")
        try new.restore(lines)
        try new.restore(record)
        let rest = [try AnswerLine(answer("q1")), try AnswerLine(answer("q3"))]
        try new.restore(rest, of: job, startingAt: 1)
        try new.restoreResult(of: job, result: "d/r", at: time)
        _ = try new.restoreAcceptances()
        let held = try await new.reader.acceptances()
        #expect(held.map(\.key) == ["q3"] && held.map(\.seq) == [2])
        #expect(held.first?.identifier == "MESH:000700")
        // The term goes on to have its identifier, and the next one gets the next.
        try await new.carryOut(request(job, id: 1), range: range, at: time)
        let all = try await new.reader.acceptances()
        #expect(all.map(\.identifier) == ["MESH:000702", "MESH:000700"])
    }

    @Test("a job whose results are gone can still be withdrawn")
    func withoutResults() async throws {
        let ledger = try Ledger(path: path)
        let job = try await published(ledger, 2)
        try await ledger.carryOut(request(job), range: range, at: time)
        let lines = try await ledger.reader.auditLines(after: 0)
        let other = TemporaryFolder()
        let new = try Ledger(path: other.path + "/ledger.sqlite")
        try new.restore(lines)
        _ = try new.restoreAcceptances()
        try await new.carryOut(request(job, ["q1"], .withdraw, id: 1), range: range, at: time)
        #expect(try await new.reader.acceptances().map(\.key) == ["q2"])
    }

    @Test("a reader finds no acceptances in a ledger of an earlier version, and no fault")
    func earlier() async throws {
        try await DatabaseQueue(path: path).write { try $0.execute(sql: earlierSchemas[4]) }
        let reader = try LedgerReader(path: path)
        #expect(try await reader.acceptances() == [])
        #expect(try await reader.acceptedCounts() == [:])
        #expect(try await reader.acceptable(JobID(at: time)) == nil)
    }
}
