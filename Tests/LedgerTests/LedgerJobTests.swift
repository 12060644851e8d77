import Contract
import GRDB
import Jobs
import Ledger
import Testing

@Suite struct LedgerJobTests: LedgerSuite {
    let folder = TemporaryFolder()

    @Test("an event without meaning leaves no trace")
    func refusedEvent() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 1)
        let before = try await ledger.reader.auditHead()
        await #expect(throws: InvalidTransition.self) {
            try await ledger.record(.archived, for: job, at: time)
        }
        #expect(try await ledger.reader.auditHead() == before)
        #expect(try await ledger.reader.job(job)?.state.name == .running)
    }

    @Test("a reading is not loaded until all its queries are stored")
    func wrongCount() async throws {
        let ledger = try Ledger(path: path)
        let job = JobID(at: time)
        try await ledger.enter(job, facts(), at: time)
        try await ledger.record(.claimed, for: job, at: time)
        try await ledger.record(.beganLoading, for: job, at: time)
        try await ledger.store([query(1)], for: job)
        await #expect(throws: LedgerError.wrongQueryCount(job, found: 1, expected: 2)) {
            try await ledger.record(.loaded(queries: 2), for: job, at: time)
        }
        try await ledger.store([query(2)], for: job, startingAt: 2)
        try await ledger.record(.loaded(queries: 2), for: job, at: time)
        #expect(try await ledger.reader.pendingQueries(of: job).map(\.query.key) == ["q1", "q2"])
    }

    @Test("a job goes on at its next query after the ledger was opened anew")
    func resumes() async throws {
        var ledger = try Ledger(path: path)
        let job = try await running(ledger, 3)
        try await ledger.store(try AnswerLine(answer("q1")), for: job, seq: 1, at: time)
        try await ledger.record(.workerDied, forQueries: [2], of: job)
        try await ledger.record(.askedAlone, forQueries: [2], of: job)
        // No close: as after kill -9, the second connection finds what was committed.
        ledger = try Ledger(path: path)
        let pending = try await ledger.reader.pendingQueries(of: job)
        #expect(pending.map(\.seq) == [2, 3])
        #expect(pending.map(\.state) == [.alone(.init(crashes: 1)), .pending(.init())])
        #expect(try await ledger.reader.job(job)?.state.progress == .init(done: 1, total: 3))
    }

    @Test("a query's state is what its events made of it, whoever opens the ledger")
    func queryStates() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 2)
        var state = QueryState.pending(.init())
        for event in [
            QueryEvent.workerDied, .askedAlone, .workerKilled, .askedAlone, .workerDied,
            .workerGaveUp, .workerDied, .askedAlone, .workerDied, .askedAlone, .daemonEnded,
        ] {
            state = try state.after(event)
            try await ledger.record(event, forQueries: [1], of: job)
            let pending = try await LedgerReader(path: path).pendingQueries(of: job)
            #expect(pending.map(\.state) == [state, .pending(.init())], "after \(event)")
        }
        #expect(state == .pending(.init(crashes: 1)))
    }

    @Test("a query's event without meaning, or of no query, leaves no trace on the others")
    func refusedQueryEvent() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 2)
        try await ledger.record(.workerDied, forQueries: [1], of: job)
        await #expect(throws: InvalidQueryTransition.self) {
            try await ledger.record(.askedAlone, forQueries: [1, 2], of: job)
        }
        await #expect(throws: LedgerError.unknownQuery(job, seq: 3)) {
            try await ledger.record(.workerDied, forQueries: [2, 3], of: job)
        }
        let pending = try await ledger.reader.pendingQueries(of: job)
        #expect(pending.map(\.state) == [.alone(.init()), .pending(.init())])
    }

    @Test(
        "the columns that earlier versions wrote say the same of a query",
        arguments: [
            (0, 0, QueryState.pending(.init())), (0, 1, .pending(.init(crashes: 1))),
            (1, 0, .alone(.init())), (1, 1, .alone(.init(crashes: 1))),
            (1, 2, .alone(.init(crashes: 2))),
        ]
    )
    func earlierColumns(begun: Int, crashes: Int, state: QueryState) async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 1)
        try await DatabaseQueue(path: path).write { db in
            try db.execute(sql: "UPDATE queries SET begun = \(begun), crashes = \(crashes)")
        }
        #expect(try await ledger.reader.pendingQueries(of: job).map(\.state) == [state])
    }

    @Test("the columns are those that earlier versions read, until a kill was forgiven")
    func laterColumns() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 1)
        let columns = "SELECT begun || ' ' || crashes FROM queries"
        for (event, expected) in [
            (QueryEvent.workerDied, "1 0"), (.askedAlone, "1 1"), (.workerDied, "1 1"),
            (.askedAlone, "1 2"), (.workerGaveUp, "0 1"), (.workerKilled, "1 1"),
            (.workerKilled, "3 0"), (.workerGaveUp, "2 0"), (.daemonEnded, "0 0"),
        ] {
            try await ledger.record(event, forQueries: [1], of: job)
            #expect(try value(String.self, columns) == expected, "after \(event)")
        }
        try await ledger.record(.workerDied, forQueries: [1], of: job)
        try await ledger.store(try AnswerLine(answer("q1")), for: job, seq: 1, at: time)
        #expect(try value(String.self, columns) == "0 0")
    }

    @Test("the first answer stays")
    func firstAnswerWins() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 2)
        let first = try AnswerLine(answer("q1", note: "a"))
        let second = try AnswerLine(answer("q1", note: "b"))
        #expect(try await ledger.store(first, for: job, seq: 1, at: time).isFirst)
        #expect(try await !ledger.store(second, for: job, seq: 1, at: time).isFirst)
        #expect(try await ledger.reader.answers(of: job).map(\.line) == [first])
        #expect(try await ledger.reader.job(job)?.state.progress?.done == 1)
    }

    @Test("an answer is stored, hashed and made a row as it is written, in whatever spelling")
    func answerText() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 1)
        let line = try AnswerLine(
            text: #"{ "query":"a\/b","key":"q1","task":"place","status":"none","extra":1e0,"#
                + #""matches":[],"proposals":[],"notes":[],"schema":"taxod.answer/1"}"#
        )
        try await ledger.store(line, for: job, seq: 1, at: time)
        try await finish(ledger, job)
        #expect(try value(String.self, "SELECT answer FROM queries") == line.text)
        #expect(try value(String.self, "SELECT answer FROM results") == line.text)
        #expect(try value(String.self, "SELECT query FROM results") == "a/b")
        let event = try #require(
            try await ledger.reader.auditLines(of: job)
                .map { try CanonicalJSON.value(AuditEvent.self, from: $0.text) }
                .first { $0.event == "answered" }
        )
        #expect(event.detail["sha256"] == .string(Digest.sha256(line.text)))
    }

    @Test("publishing makes a row of each answer and of each proposal")
    func publishedRows() async throws {
        let ledger = try Ledger(path: path)
        try await finish(ledger, try await running(ledger, 5), proposals: 3)
        try await finish(ledger, try await running(ledger, 2), proposals: 0)
        try await finish(ledger, try await running(ledger, 0))
        let summary = try await ledger.reader.summary()
        #expect(summary.results == 7 && summary.proposals == 15)
        let abstained = "SELECT count(*) FROM results WHERE reason_code = 'below-threshold'"
        #expect(try value(Int.self, abstained) == 2)
    }

    @Test("a duplicate is one with the same bytes on the same basis, once that is published")
    func duplicates() async throws {
        let ledger = try Ledger(path: path)
        let first = try await running(ledger, 1)
        let second = try await running(ledger, 1)
        let other = try await running(ledger, 1, version: "v2")
        let key = try #require(try await ledger.reader.job(second)?.facts.duplicateKey)
        #expect(try await ledger.reader.publishedJobs(duplicateKey: key).isEmpty)
        try await finish(ledger, first)
        #expect(try await ledger.reader.publishedJobs(duplicateKey: key).map(\.id) == [first])
        #expect(try await ledger.reader.job(other)?.facts.duplicateKey != key)
    }

    @Test("a vocabulary that becomes current makes the one before former")
    func vocabularies() async throws {
        let ledger = try Ledger(path: path)
        for (index, version) in ["v1", "v2"].enumerated() {
            let vocabulary = try #require(outcome(0, version: version).vocabulary)
            let loaded = time.adding(seconds: Double(index))
            try await ledger.store(.init(vocabulary, loaded: loaded, standing: .current))
        }
        let found = try await ledger.reader.vocabularies()
        #expect(found.map(\.version) == ["v2", "v1"])
        #expect(found.map(\.standing) == [.current, .former])
    }

    @Test("every event is a line of one chain, also across openings")
    func audit() async throws {
        var ledger = try Ledger(path: path)
        let job = try await running(ledger, 2)
        ledger = try Ledger(path: path)
        try await finish(ledger, job)
        try await ledger.appendAudit("daemon-stopped", at: time)
        let lines = try await ledger.reader.auditLines(after: 0)
        let head = try #require(try await ledger.reader.auditHead())
        var chain = AuditChain(anchors: [head])
        for line in lines { try chain.add(line.text, at: "\(line.seq)") }
        try chain.finish()
        let events = try lines.map { try CanonicalJSON.value(AuditEvent.self, from: $0.text).event }
        #expect(
            events == [
                "received", "claimed", "loading", "loaded", "answered", "answered", "staged",
                "published", "daemon-stopped",
            ]
        )
        #expect(try await ledger.reader.auditLines(of: job).count == 8)
        #expect(lines.allSatisfy { $0.day == "2025-11-13" && !$0.text.contains("term 1") })
    }
}
