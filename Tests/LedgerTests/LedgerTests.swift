import Foundation
import GRDB
import Contract
import Jobs
import Ledger
import Testing

@Suite struct LedgerTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/ledger.sqlite" }
    private let time = Timestamp(milliseconds: 1_763_000_000_000)

    private func facts(_ name: String = "seeds.json") -> JobFacts {
        JobFacts(name: name, claimedName: name, droppedAt: name)
    }

    private func query(_ index: Int) -> LoadedQuery {
        LoadedQuery(query: Query(key: "q\(index)", task: .place, term: "term \(index)"))
    }

    private func outcome(_ queries: Int, version: String = "v1") -> LoadOutcome {
        LoadOutcome(
            kind: .list,
            sha256: "abc",
            bytes: 3,
            reading: "a list",
            vocabulary: .init(
                name: "MEDIC",
                version: version,
                kind: "medic",
                concepts: 1,
                edges: 0
            ),
            basis: "MEDIC \(version)",
            queryCount: queries
        )
    }

    private func answer(_ key: String, proposals: Int = 1, note: String = "") -> Answer {
        Answer(
            key: key,
            task: .place,
            query: key,
            status: proposals > 0 ? .proposed : .none,
            reason: proposals > 0 ? nil : .init(code: "below-threshold", message: "no"),
            proposals: (0..<proposals).map { rank in
                Proposal(
                    rank: rank + 1,
                    relation: .parent,
                    identifier: "MESH:\(rank)",
                    name: "parent \(rank)",
                    standing: .proposed,
                    score: 0.5,
                    evidence: Evidence()
                )
            },
            notes: [note]
        )
    }

    /// A job of `count` queries that is running.
    private func running(
        _ ledger: Ledger,
        _ count: Int,
        version: String = "v1"
    ) async throws -> JobID {
        let job = JobID(at: time)
        try await ledger.enter(job, facts(), at: time)
        try await ledger.record(.claimed, for: job, at: time)
        try await ledger.record(.beganLoading, for: job, at: time)
        if count > 0 { try await ledger.store((1...count).map(query), for: job) }
        let outcome = outcome(count, version: version)
        try await ledger.record(.loaded(queries: count), for: job, at: time) {
            $0.outcome = outcome
        }
        return job
    }

    private func finish(_ ledger: Ledger, _ job: JobID, proposals: Int = 1) async throws {
        for query in try await ledger.reader.pendingQueries(of: job) {
            let answer = answer(query.query.key, proposals: proposals)
            try await ledger.store(answer, for: job, seq: query.seq, at: time)
        }
        try await ledger.record(.staged(result: "d/r"), for: job, at: time)
        try await ledger.record(.published(result: "d/r"), for: job, at: time)
    }

    /// Reads one value over a connection of its own.
    private func value<T: DatabaseValueConvertible & Sendable>(
        _ type: T.Type,
        _ sql: String
    ) throws -> T? {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration).read {
            try T.fetchOne($0, sql: sql)
        }
    }

    // MARK: - The database

    @Test("commits are durable: WAL with synchronous FULL, read back from the open connection")
    func pragmas() throws {
        let ledger = try Ledger(path: path)
        let settings = try ledger.settings()
        #expect(settings["journal_mode"] == "wal")
        #expect(settings["synchronous"] == "2")
        #expect(settings["foreign_keys"] == "1")
        #expect(settings["trusted_schema"] == "0")
        #expect(settings["application_id"] == "1952544879")
        #expect(settings["user_version"] == "\(Ledger.schemaVersion)")
    }

    @Test("every table is strict")
    func strict() throws {
        _ = try Ledger(path: path)
        let loose = try value(
            Int.self,
            "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 "
                + "AND name NOT LIKE 'sqlite_%'"
        )
        #expect(loose == 0)
    }

    @Test("the views that people read work")
    func views() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 2)
        #expect(try value(Int.self, "SELECT count(*) FROM open_jobs") == 1)
        try await finish(ledger, job)
        #expect(try value(Int.self, "SELECT count(*) FROM results_today") != nil)
    }

    @Test("the write-ahead log stays after closing, so that readers without write access can open")
    func keepsWAL() async throws {
        let ledger = try Ledger(path: path)
        _ = try await running(ledger, 1)
        try ledger.close()
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
        let reader = try LedgerReader(path: path)
        #expect(try await reader.openJobs().count == 1)
    }

    @Test("a reader sees the ledger while it is open")
    func readsBeside() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 1)
        let reader = try LedgerReader(path: path)
        #expect(try await reader.job(job)?.state.name == .running)
        #expect(try await reader.jobs(named: job.short).map(\.id) == [job])
        #expect(try await reader.summary().jobs == [.running: 1])
    }

    @Test("a newer schema is refused and left alone")
    func newerSchema() throws {
        _ = try Ledger(path: path)
        try DatabaseQueue(path: path).write { try $0.execute(sql: "PRAGMA user_version = 99") }
        let newer = LedgerError.newerSchema(found: 99, known: Ledger.schemaVersion)
        #expect(throws: newer) { try Ledger(path: path) }
        #expect(throws: newer) { try LedgerReader(path: path) }
    }

    @Test(
        "a ledger of every earlier version is brought up to date and keeps what it holds",
        arguments: earlierSchemas.indices
    )
    func migrations(version: Int) async throws {
        let schema =
            "SELECT group_concat(sql, '; ') FROM (SELECT sql FROM sqlite_schema ORDER BY name)"
        _ = try Ledger(path: path)
        let fresh = try value(String.self, schema)
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + ending)
        }
        let job = JobID(at: time)
        let state = try CanonicalJSON.text(of: JobState.received)
        let known = try CanonicalJSON.text(of: facts())
        try await DatabaseQueue(path: path).write { [time] db in
            guard version > 0 else { return }
            try db.execute(sql: earlierSchemas[version])
            try db.execute(
                sql: """
                    INSERT INTO jobs (id, name, state, state_json, facts_json, created, updated)
                    VALUES (?, 'seeds.json', 'received', ?, ?, ?, ?)
                    """,
                arguments: [job.description, state, known, time.description, time.description]
            )
        }
        let ledger = try Ledger(path: path)
        #expect(try ledger.settings()["user_version"] == "\(Ledger.schemaVersion)")
        #expect(try value(String.self, schema) == fresh)
        let kept = try await ledger.reader.jobs(in: [.received])
        #expect(kept.map(\.id) == (version > 0 ? [job] : []))
        #expect(version == 0 || kept.first?.facts == facts())
        #expect(earlierSchemas.count == Ledger.schemaVersion, "add the schema of each version")
    }

    @Test("the next and the latest jobs are found by an index, whatever the number of jobs")
    func indexed() throws {
        _ = try Ledger(path: path)
        for condition in [
            "state = 'claimed' AND id NOT IN () ORDER BY name NOT LIKE '%.xml' "
                + "AND name NOT LIKE '%.xml.gz', created, id LIMIT 1",
            "state = 'running' ORDER BY created, id LIMIT 1",
            "1 ORDER BY updated DESC, id DESC LIMIT 50",
        ] {
            let plan = try DatabaseQueue(path: path).read { db in
                try Row.fetchAll(
                    db,
                    sql: "EXPLAIN QUERY PLAN SELECT facts_json FROM jobs WHERE \(condition)"
                ).map { $0["detail"] as String }
            }
            #expect(plan.count == 1 && plan[0].contains("USING INDEX"), "\(plan)")
        }
    }

    @Test("the first open jobs are the oldest of all states together")
    func firstOpen() async throws {
        let ledger = try Ledger(path: path)
        var jobs: [JobID] = []
        for second in 0..<6 {
            let moment = time.adding(seconds: Double(second))
            let job = JobID(at: moment)
            try await ledger.enter(job, facts(), at: moment)
            if second % 2 == 0 { try await ledger.record(.claimed, for: job, at: moment) }
            if second == 1 { try await ledger.record(.withdrawn, for: job, at: moment) }
            jobs.append(job)
        }
        let first = try await ledger.reader.openJobs(limit: 3)
        #expect(first.map(\.id) == [jobs[0], jobs[2], jobs[3]])
        #expect(try await ledger.reader.openJobs().count == 5)
    }

    @Test("a database of something else is refused")
    func foreign() throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE t (x)") }
        #expect(throws: LedgerError.foreignDatabase(path: path)) { try Ledger(path: path) }
    }

    @Test("a damaged file is refused by name")
    func damaged() throws {
        try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
        let error = #expect(throws: LedgerError.self) { try Ledger(path: path) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a missing ledger is missing, not made")
    func missing() {
        #expect(throws: LedgerError.missing(path: path)) { try LedgerReader(path: path) }
    }

    // MARK: - Jobs and queries

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
        try await ledger.store(answer("q1"), for: job, seq: 1, at: time)
        try await ledger.beginAlone(2, of: job)
        // No close: as after kill -9, the second connection finds what was committed.
        ledger = try Ledger(path: path)
        let pending = try await ledger.reader.pendingQueries(of: job)
        #expect(pending.map(\.seq) == [2, 3])
        #expect(pending.map(\.crashes) == [1, 0])
        #expect(pending.map(\.isBegun) == [true, false])
        #expect(try await ledger.reader.job(job)?.state.progress == .init(done: 1, total: 3))
    }

    @Test("only a query in flight alone counts a crash, and good order takes it back")
    func crashCounter() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 2)
        try await ledger.suspect([1], of: job)
        #expect(try await ledger.reader.pendingQueries(of: job).map(\.isBegun) == [true, false])
        try await ledger.beginAlone(1, of: job)
        #expect(try await ledger.reader.pendingQueries(of: job)[0].crashes == 1)
        try await ledger.beginAlone(1, of: job)
        #expect(try await ledger.reader.pendingQueries(of: job)[0].isGivenUp)
        try await ledger.excuse(1, of: job, isSuspect: true)
        let pardoned = try await ledger.reader.pendingQueries(of: job)[0]
        #expect(!pardoned.isGivenUp && pardoned.isBegun)
        try await ledger.excuse(1, of: job, isSuspect: false)
        #expect(try await !ledger.reader.pendingQueries(of: job)[0].isBegun)
    }

    @Test("the first answer stays")
    func firstAnswerWins() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 2)
        #expect(try await ledger.store(answer("q1", note: "a"), for: job, seq: 1, at: time).isFirst)
        #expect(
            try await !ledger.store(answer("q1", note: "b"), for: job, seq: 1, at: time).isFirst
        )
        #expect(try await ledger.reader.answers(of: job).map(\.answer.notes) == [["a"]])
        #expect(try await ledger.reader.job(job)?.state.progress?.done == 1)
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

    // MARK: - Audit

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

/// A folder that goes with its test.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        path = url.path
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
