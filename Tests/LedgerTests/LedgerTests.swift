import Contract
import Foundation
import GRDB
import Jobs
import Ledger
import Testing

@Suite struct LedgerTests: LedgerSuite {
    let folder = TemporaryFolder()

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
}
