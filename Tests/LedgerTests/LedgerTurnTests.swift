import Contract
import Foundation
import GRDB
import Jobs
import Ledger
import Testing

/// What is served next, and what becomes of cancelled jobs and of matches.
@Suite struct LedgerTurnTests: LedgerSuite {
    let folder = TemporaryFolder()

    @Test("running jobs of a version come one after the other, and then none")
    func rotation() async throws {
        let ledger = try Ledger(path: path)
        let jobs = [
            try await running(ledger, 2), try await running(ledger, 1, version: "v2"),
            try await running(ledger, 3),
        ]
        let first = try #require(try await ledger.reader.nextToAnswer(version: "v1"))
        let second = try await ledger.reader.nextToAnswer(version: "v1", after: first)
        // Of one age, they come in the order of their identifiers.
        #expect([first.id, second?.id] == [jobs[0], jobs[2]].sorted())
        #expect(try await ledger.reader.nextToAnswer(version: "v1", after: second) == nil)
        #expect(try await ledger.reader.versionsToAnswer() == ["v1", "v2"])
        #expect(try await ledger.reader.pendingQueries(of: jobs[2], after: 1).map(\.seq) == [2, 3])
        #expect(try await ledger.reader.nextToPublish() == nil)
        let line = try AnswerLine(answer("q1"))
        try await ledger.store(line, for: jobs[1], seq: 1, at: time)
        #expect(try await ledger.reader.nextToPublish()?.id == jobs[1])
    }

    @Test("each look at what is next uses an index, whatever the number of jobs")
    func indexed() throws {
        _ = try Ledger(path: path)
        for condition in [
            "jobs WHERE state = 'running' AND vocabulary_version = 'v' AND (created, id) > ('a', 'b') "
                + "ORDER BY created, id LIMIT 1",
            "jobs INDEXED BY jobs_running WHERE state = 'running' AND vocabulary_version > 'v' "
                + "ORDER BY vocabulary_version, created LIMIT 1",
            "jobs WHERE state = 'running' AND queries_done = queries_total ORDER BY created, id LIMIT 1",
            "jobs WHERE name = 'x' ORDER BY created DESC, id DESC LIMIT 50",
        ] {
            let plan = try DatabaseQueue(path: path).read { db in
                try Row.fetchAll(
                    db,
                    sql: "EXPLAIN QUERY PLAN SELECT facts_json FROM \(condition)"
                ).map { $0["detail"] as String }
            }
            #expect(plan.count == 1 && plan[0].contains("USING INDEX"), "\(plan)")
        }
    }

    @Test("a cancelled job publishes what is answered, and is no earlier result of an equal file")
    func cancelled() async throws {
        let ledger = try Ledger(path: path)
        let job = try await running(ledger, 3)
        try await ledger.store(try AnswerLine(answer("q1")), for: job, seq: 1, at: time)
        try await ledger.record(.cancelled(result: "d/r"), for: job, at: time)
        let key = try #require(try await ledger.reader.job(job)?.facts.duplicateKey)
        #expect(try await ledger.reader.jobUnderWay(duplicateKey: key)?.id == job)
        try await ledger.record(.published(result: "d/r"), for: job, at: time)
        try await ledger.record(.archived, for: job, at: time)
        let record = try #require(try await ledger.reader.job(job))
        #expect(record.state == .cancelled(result: "d/r", cut: .init(done: 1, total: 3)))
        #expect(try await ledger.reader.publishedJobs(duplicateKey: key).isEmpty)
        #expect(try await ledger.reader.jobUnderWay(duplicateKey: key) == nil)
        #expect(try value(Int.self, "SELECT count(*) FROM results") == 1)
        #expect(try value(Int.self, "SELECT count(*) FROM open_jobs") == 0)
        #expect(try await ledger.reader.gauges().openQueries == 0)
        let detail = "SELECT line FROM audit_events WHERE event = 'cancelled'"
        let line = try #require(try value(String.self, detail))
        #expect(line.contains("\"answered\":1") && line.contains("\"queries\":3"))
        let late = time.adding(seconds: 60)
        // The newest ended job is kept.
        _ = try await ended(ledger)
        let prunable = try await ledger.reader.prunableJobs(endedBefore: late, keep: 1)
        #expect(prunable.map(\.id) == [job])
    }

    private func ended(_ ledger: Ledger) async throws -> JobID {
        let job = try await running(ledger, 1)
        try await finish(ledger, job)
        try await ledger.record(.archived, for: job, at: time.adding(seconds: 1))
        return job
    }

    private var matched: Answer {
        var answer = answer("q1")
        answer.identifier = "T:7"
        answer.matches = [
            TermMatch(
                given: "cardia arrests",
                givenIdentifier: "X:1",
                kind: .spelling,
                identifier: "MESH:D006323",
                name: "Heart Arrest",
                confidence: 0.9
            ),
            TermMatch(
                given: "ATS",
                kind: .ambiguous,
                identifier: nil,
                name: nil,
                confidence: 0,
                candidates: [
                    .init(identifier: "A:1", name: "a"), .init(identifier: "A:2", name: "b"),
                ]
            ),
        ]
        return answer
    }

    @Test("matches and the query's identifier become rows, and those of earlier ledgers as well")
    func matches() async throws {
        var ledger = try Ledger(path: path)
        let job = try await running(ledger, 1)
        try await ledger.store(try AnswerLine(matched), for: job, seq: 1, at: time)
        try await ledger.record(.staged(result: "d/r"), for: job, at: time)
        try await ledger.record(.published(result: "d/r"), for: job, at: time)
        let all = """
            SELECT group_concat(seq || position || given || coalesce(given_identifier, '-') || kind
                || coalesce(identifier, '-') || coalesce(name, '-') || confidence
                || coalesce(candidates, '-'), '; ') FROM (SELECT * FROM matches ORDER BY position)
            """
        let written = try value(String.self, all)
        #expect(
            written
                == "11cardia arrestsX:1spellingMESH:D006323Heart Arrest0.9-; "
                + "12ATS-ambiguous--0.0"
                + "[{\"identifier\":\"A:1\",\"name\":\"a\"},{\"identifier\":\"A:2\",\"name\":\"b\"}]"
        )
        #expect(try value(String.self, "SELECT query_identifier FROM results") == "T:7")
        // As version 3 had it.
        try ledger.close()
        try await DatabaseQueue(path: path).write { db in
            try db.execute(
                sql: """
                    DROP TABLE matches; ALTER TABLE results DROP COLUMN query_identifier;
                    DROP INDEX jobs_name; DROP INDEX jobs_running; DROP INDEX jobs_whole;
                    DROP TABLE acceptances; DROP TABLE identifiers;
                    PRAGMA user_version = 3;
                    """
            )
        }
        ledger = try Ledger(path: path)
        #expect(try value(String.self, all) == written)
        #expect(try value(String.self, "SELECT query_identifier FROM results") == "T:7")
    }
}
