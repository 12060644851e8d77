package import Contract
import GRDB
package import Jobs

extension Ledger {
    /// Stores queries of a job that is being read, numbered from `start`.
    ///
    /// Numbers count from 1; a batch that starts with 1 replaces all queries of the job.
    package func store(
        _ queries: [LoadedQuery],
        for job: JobID,
        startingAt start: Int = 1
    ) async throws {
        try await database.writing { db in
            if start == 1 {
                try db.execute(
                    sql: "DELETE FROM queries WHERE job = ?",
                    arguments: [job.description]
                )
            }
            let insertion = try db.makeStatement(
                sql: "INSERT INTO queries (job, seq, key, query, refusal) VALUES (?, ?, ?, ?, ?)"
            )
            for (index, loaded) in queries.enumerated() {
                try insertion.execute(arguments: [
                    job.description, start + index, loaded.query.key,
                    try CanonicalJSON.text(of: loaded.query),
                    try loaded.refusal.map { try CanonicalJSON.text(of: $0) },
                ])
            }
        }
    }

    /// Applies `event` to several queries of a job in one transaction.
    ///
    /// - Throws: ``LedgerError/unknownQuery(_:seq:)``, `InvalidQueryTransition`. In that case
    ///   nothing is written.
    package func record(
        _ event: QueryEvent,
        forQueries queries: [Int],
        of job: JobID
    ) async throws {
        if queries.isEmpty { return }
        try await database.writing { db in
            for seq in queries {
                let state = try Self.state(ofQuery: seq, of: job, in: db)
                let next = try state.after(event)
                if next != state { try Self.store(next, forQuery: seq, of: job, in: db) }
            }
        }
    }

    /// Stores the answer to a query of a running job verbatim, unless there is one already.
    ///
    /// - Returns: The job's new state, and whether this answer was the first.
    /// - Throws: ``LedgerError/unknownQuery(_:seq:)``, or `InvalidTransition` unless the job is
    ///   running.
    @discardableResult
    package func store(
        _ line: AnswerLine,
        for job: JobID,
        seq: Int,
        at time: Timestamp
    ) async throws -> (job: JobRecord, isFirst: Bool) {
        try await database.writing { db in
            let state = try Self.state(ofQuery: seq, of: job, in: db)
            guard state != .answered else {
                guard let record = try LedgerReader.job(job, in: db) else {
                    throw LedgerError.unknownJob(job)
                }
                return (record, false)
            }
            let record = try Self.apply(.answered, to: job, at: time, changing: { _ in }, in: db)
            try Self.store(try state.after(.answered), forQuery: seq, of: job, in: db)
            let status = line.answer.status.rawValue
            try db.execute(
                sql: "UPDATE queries SET answer = ?, status = ? WHERE job = ? AND seq = ?",
                arguments: [line.text, status, job.description, seq]
            )
            try Self.append(
                JobEvent.answered.name,
                job: job,
                detail: [
                    "query": .integer(seq),
                    "status": .string(status),
                    "sha256": .string(Digest.sha256(line.text)),
                ],
                at: time,
                in: db
            )
            return (record, true)
        }
    }

    private static func state(
        ofQuery seq: Int,
        of job: JobID,
        in db: Database
    ) throws -> QueryState {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT \(QueryState.columns) FROM queries WHERE job = ? AND seq = ?",
            arguments: [job.description, seq]
        )
        guard let row else { throw LedgerError.unknownQuery(job, seq: seq) }
        return QueryState(row)
    }

    private static func store(
        _ state: QueryState,
        forQuery seq: Int,
        of job: JobID,
        in db: Database
    ) throws {
        let (begun, crashes) = state.stored
        try db.execute(
            sql: "UPDATE queries SET begun = ?, crashes = ? WHERE job = ? AND seq = ?",
            arguments: [begun, crashes, job.description, seq]
        )
    }
}
