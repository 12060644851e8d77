package import Contract
import FoundationEssentials
import GRDB
package import Jobs

/// Reads the ledger, whether or not a daemon is running.
///
/// The daemon reads through its own connection (``Ledger/reader``). `taxod status` opens the file
/// read-only, and neither writes nor checkpoints.
package struct LedgerReader: Sendable {
    let database: DatabaseQueue

    init(database: DatabaseQueue) {
        self.database = database
    }

    /// Opens the ledger at `path` read-only.
    ///
    /// - Throws: ``LedgerError`` if it is missing, damaged, not a ledger, or from a newer taxod.
    package init(path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw LedgerError.missing(path: path)
        }
        database = try Ledger.open(path: path, LedgerSchema.reading())
    }

    /// The job with this ID; `nil` if there is none.
    package func job(_ id: JobID) async throws -> JobRecord? {
        try await database.reading { try Self.job(id, in: $0) }
    }

    /// The jobs whose ID is `text` or ends in it: people type the last eight digits.
    package func jobs(named text: String) async throws -> [JobRecord] {
        try await database.reading { db in
            try Self.jobs(
                in: db,
                where: "substr(id, -length(?1)) = ?1 AND length(?1) >= 4",
                arguments: [text]
            )
        }
    }

    /// Jobs in any of the states, oldest first.
    package func jobs(in states: Set<JobState.Name>) async throws -> [JobRecord] {
        try await database.reading { db in
            try Self.jobs(in: db, where: "state IN (\(Self.list(states)))", arguments: [])
        }
    }

    /// Jobs that are not final, oldest first, at most `limit`.
    package func openJobs(limit: Int = .max) async throws -> [JobRecord] {
        // The index is ordered within each state; sorting all together would read every row.
        let first = JobState.Name.open.map { state in
            "SELECT id FROM (SELECT id FROM jobs WHERE state = '\(state.rawValue)' "
                + "ORDER BY created, id LIMIT \(limit))"
        }
        let condition = "id IN (\(first.sorted().joined(separator: " UNION ALL ")))"
        return try await database.reading { db in
            try Self.jobs(in: db, where: condition, arguments: [], limit)
        }
    }

    /// The number of jobs in any of the states.
    package func count(of states: Set<JobState.Name>) async throws -> Int {
        try await database.reading { db in
            try Int.fetchOne(
                db,
                sql: "SELECT count(*) FROM jobs WHERE state IN (\(Self.list(states)))"
            ) ?? 0
        }
    }

    /// The next claimed job to read: first what looks like a vocabulary, then the oldest.
    package func nextToRead(except jobs: Set<JobID>) async throws -> JobRecord? {
        try await database.reading { db in
            let except = jobs.map { "'\($0)'" }.joined(separator: ", ")
            return try Self.jobs(
                in: db,
                where: "state = 'claimed' AND id NOT IN (\(except))",
                arguments: [],
                order: Self.readingOrder,
                1
            ).first
        }
    }

    /// The postponed job that is due first.
    package func nextPostponed() async throws -> JobRecord? {
        try await database.reading { db in
            try Self.jobs(
                in: db,
                where: "state = 'waiting' AND next_attempt IS NOT NULL",
                arguments: [],
                order: "next_attempt, id",
                1
            ).first
        }
    }

    /// A job with this ``JobFacts/duplicateKey`` that was read and is not final.
    package func jobUnderWay(duplicateKey: String) async throws -> JobRecord? {
        try await database.reading { db in
            try Self.jobs(
                in: db,
                where: """
                    duplicate_key = ? AND state IN ('running', 'waiting', 'staged', 'published')
                    """,
                arguments: [duplicateKey],
                1
            ).first
        }
    }

    /// The jobs that changed last, newest first.
    package func latestJobs(limit: Int) async throws -> [JobRecord] {
        try await database.reading { db in
            try Self.jobs(in: db, where: "1", arguments: [], order: "updated DESC, id DESC", limit)
        }
    }

    /// Published jobs with this ``JobFacts/duplicateKey``, newest first.
    ///
    /// Only the outbox can tell whether their results still exist.
    package func publishedJobs(duplicateKey: String) async throws -> [JobRecord] {
        try await database.reading { db in
            try Self.jobs(
                in: db,
                where: "duplicate_key = ? AND state IN ('published', 'archived')",
                arguments: [duplicateKey],
                order: "created DESC, id DESC"
            )
        }
    }

    /// The jobs of files with this name, newest first, at most `limit`.
    package func jobs(ofFile name: String, limit: Int = 50) async throws -> [JobRecord] {
        try await database.reading { db in
            try Self.jobs(
                in: db,
                where: "name = ?",
                arguments: [name],
                order: "created DESC, id DESC",
                limit
            )
        }
    }

    /// The ID of every job.
    package func jobNames() async throws -> [JobID] {
        try await database.reading { db in
            try String.fetchAll(db, sql: "SELECT id FROM jobs").compactMap { JobID($0) }
        }
    }

    /// Ended jobs for which the place of the file is not recorded.
    package func endedJobsWithoutPlace() async throws -> [JobRecord] {
        try await database.reading { db in
            try Self.jobs(
                in: db,
                where:
                    "state IN ('archived', 'duplicate', 'quarantined', 'cancelled') AND place IS NULL",
                arguments: []
            )
        }
    }

    /// A batch of the job's answers in the order of the file, starting after number `after`.
    package func answers(
        of job: JobID,
        after: Int = 0,
        limit: Int = .max
    ) async throws -> [(seq: Int, line: AnswerLine)] {
        try await database.reading { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT seq, answer FROM queries
                    WHERE job = ? AND answer IS NOT NULL AND seq > ? ORDER BY seq LIMIT ?
                    """,
                arguments: [job.description, after, limit]
            ).map { row in
                (row["seq"], try AnswerLine(text: row["answer"]))
            }
        }
    }

    /// The head of the audit chain; `nil` before the first event.
    package func auditHead() async throws -> AuditHead? {
        try await database.reading { try Self.auditHead(in: $0) }
    }

    /// Lines of the audit chain after number `seq`, each with the day it belongs to.
    package func auditLines(
        after seq: Int,
        limit: Int = 10_000
    ) async throws -> [AuditLine] {
        try await database.reading { db in
            try Self.auditLines(in: db, where: "seq > ?", arguments: [seq], limit: limit)
        }
    }

    /// The job's lines in the audit chain.
    package func auditLines(of job: JobID) async throws -> [AuditLine] {
        try await database.reading { db in
            try Self.auditLines(in: db, where: "job = ?", arguments: [job.description], limit: .max)
        }
    }

    /// Every vocabulary version that was loaded, newest first.
    package func vocabularies() async throws -> [VocabularyRecord] {
        try await database.reading { db in
            try Row.fetchAll(db, sql: "SELECT * FROM vocabularies ORDER BY loaded DESC, name")
                .compactMap { row in
                    guard let loaded = Timestamp(row["loaded"]),
                        let standing = VocabularyRecord.Standing(rawValue: row["standing"])
                    else { return nil }
                    return VocabularyRecord(
                        LoadOutcome.Vocabulary(
                            name: row["name"],
                            version: row["version"],
                            kind: row["kind"],
                            concepts: row["concepts"],
                            edges: row["edges"]
                        ),
                        loaded: loaded,
                        standing: standing
                    )
                }
        }
    }

    /// A summary of the ledger.
    package func summary() async throws -> LedgerSummary {
        try await database.reading { db in
            var jobs: [JobState.Name: Int] = [:]
            let sql = "SELECT state, count(*) AS n FROM jobs GROUP BY 1"
            for row in try Row.fetchAll(db, sql: sql) {
                guard let name = JobState.Name(rawValue: row["state"]) else { continue }
                jobs[name] = row["n"]
            }
            return LedgerSummary(
                jobs: jobs,
                results: try Int.fetchOne(db, sql: "SELECT count(*) FROM results") ?? 0,
                proposals: try Int.fetchOne(db, sql: "SELECT count(*) FROM proposals") ?? 0,
                head: try Self.auditHead(in: db)
            )
        }
    }
}

/// A summary of the ledger.
package struct LedgerSummary: Hashable, Sendable {
    /// Number of jobs by state; states without jobs are absent.
    package let jobs: [JobState.Name: Int]
    /// Number of rows in all published results.
    package let results: Int
    package let proposals: Int
    package let head: AuditHead?
}

extension LedgerReader {
    /// Vocabularies first, then by age; must match the index `jobs_to_read`.
    static let readingOrder =
        "name NOT LIKE '%.xml' AND name NOT LIKE '%.xml.gz', created, id"

    /// The states as an SQL list; the names are fixed and need no quoting.
    static func list(_ states: Set<JobState.Name>) -> String {
        states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
    }

    static func job(_ id: JobID, in db: Database) throws -> JobRecord? {
        try jobs(in: db, where: "id = ?", arguments: [id.description]).first
    }

    static func jobs(
        in db: Database,
        where condition: String,
        arguments: StatementArguments,
        order: String = "created, id",
        _ limit: Int = .max
    ) throws -> [JobRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT id, state_json, facts_json, created, updated FROM jobs
                WHERE \(condition) ORDER BY \(order) LIMIT \(limit)
                """,
            arguments: arguments
        ).map { row in
            JobRecord(
                id: try stored(JobID(row["id"] as String), "id"),
                state: try CanonicalJSON.value(JobState.self, from: row["state_json"]),
                facts: try CanonicalJSON.value(JobFacts.self, from: row["facts_json"]),
                created: try stored(Timestamp(row["created"] as String), "created"),
                updated: try stored(Timestamp(row["updated"] as String), "updated")
            )
        }
    }

    /// Unwraps a stored value, which is unreadable only if another program wrote it.
    static func stored<Value>(_ value: Value?, _ column: String) throws -> Value {
        guard let value else {
            throw LedgerError.corrupt(path: "ledger", detail: "unreadable column \(column)")
        }
        return value
    }

    static func auditHead(in db: Database) throws -> AuditHead? {
        try Row.fetchOne(db, sql: "SELECT seq, hash FROM audit_events ORDER BY seq DESC LIMIT 1")
            .map { AuditHead(seq: $0["seq"], hash: $0["hash"]) }
    }

    private static func auditLines(
        in db: Database,
        where condition: String,
        arguments: StatementArguments,
        limit: Int
    ) throws -> [AuditLine] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT seq, substr(time, 1, 10) AS day, line FROM audit_events
                WHERE \(condition) ORDER BY seq LIMIT \(limit)
                """,
            arguments: arguments
        ).map { AuditLine(seq: $0["seq"], day: $0["day"], text: $0["line"]) }
    }
}
