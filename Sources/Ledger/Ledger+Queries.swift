import GRDB
package import Contract
package import Jobs

extension Ledger {
    /// Stores queries of a job that is being read, the first of them numbered `start`.
    ///
    /// Numbers count from 1; a part that starts there replaces all queries of the job.
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

    /// Notes that a query is about to be asked while no other is in flight: its crash counter goes
    /// up before the work, and comes down again with the answer.
    ///
    /// - Throws: ``LedgerError/unknownQuery(_:seq:)``.
    package func beginAlone(_ seq: Int, of job: JobID) async throws {
        try await database.writing { db in
            try db.execute(
                sql:
                    "UPDATE queries SET begun = 1, crashes = crashes + 1 WHERE job = ? AND seq = ?",
                arguments: [job.description, seq]
            )
            guard db.changesCount == 1 else { throw LedgerError.unknownQuery(job, seq: seq) }
        }
    }

    /// Marks queries that were in flight when a worker died: each of them is asked alone next.
    package func suspect(_ queries: [Int], of job: JobID) async throws {
        try await database.writing { db in
            for seq in queries {
                try db.execute(
                    sql: "UPDATE queries SET begun = 1 WHERE job = ? AND seq = ?",
                    arguments: [job.description, seq]
                )
            }
        }
    }

    /// Takes back ``beginAlone(_:of:)`` for a query that is not to blame.
    ///
    /// `isSuspect` says that it is asked alone the next time, too.
    package func excuse(_ seq: Int, of job: JobID, isSuspect: Bool) async throws {
        try await database.writing { db in
            try db.execute(
                sql: """
                    UPDATE queries SET begun = ?, crashes = max(0, crashes - 1)
                    WHERE job = ? AND seq = ? AND begun = 1
                    """,
                arguments: [isSuspect, job.description, seq]
            )
        }
    }

    /// Stores the answer to a query of a running job; the first answer stays.
    ///
    /// - Returns: The job as it is now, and whether this answer was the first.
    /// - Throws: ``LedgerError/unknownQuery(_:seq:)``, `InvalidTransition` unless the job runs.
    @discardableResult
    package func store(
        _ answer: Answer,
        for job: JobID,
        seq: Int,
        at time: Timestamp
    ) async throws -> (job: JobRecord, isFirst: Bool) {
        let text = try CanonicalJSON.text(of: answer)
        return try await database.writing { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT answer IS NOT NULL AS answered FROM queries WHERE job = ? AND seq = ?
                        """,
                    arguments: [job.description, seq]
                )
            else { throw LedgerError.unknownQuery(job, seq: seq) }
            if row["answered"] == 1 {
                guard let record = try LedgerReader.job(job, in: db) else {
                    throw LedgerError.unknownJob(job)
                }
                return (record, false)
            }
            let record = try Self.apply(.answered, to: job, at: time, changing: { _ in }, in: db)
            try db.execute(
                sql: """
                    UPDATE queries SET answer = ?, status = ?, begun = 0, crashes = 0
                    WHERE job = ? AND seq = ?
                    """,
                arguments: [text, answer.status.rawValue, job.description, seq]
            )
            try Self.append(
                JobEvent.answered.name,
                job: job,
                detail: [
                    "query": .integer(seq),
                    "status": .string(answer.status.rawValue),
                    "sha256": .string(Digest.sha256(text)),
                ],
                at: time,
                in: db
            )
            return (record, true)
        }
    }

    /// Turns the job's answers into rows of `results` and `proposals`.
    static func publish(
        _ job: JobID,
        result: String,
        at time: Timestamp,
        in db: Database
    ) throws {
        let insertResult = try db.makeStatement(
            sql: """
                INSERT INTO results (
                    job, seq, key, task, query, status, reason_code, reason, proposals, vocabulary,
                    vocabulary_version, model, model_sha256, adapter_sha256, settings_sha256,
                    method, published, folder, answer
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let insertProposal = try db.makeStatement(
            sql: """
                INSERT INTO proposals (
                    job, seq, key, rank, relation, identifier, name, parent, standing, score,
                    evidence
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let answers = try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, answer FROM queries WHERE job = ? AND answer IS NOT NULL ORDER BY seq
                """,
            arguments: [job.description]
        )
        while let row = try answers.next() {
            let seq: Int = row["seq"]
            let text: String = row["answer"]
            let answer = try CanonicalJSON.value(Answer.self, from: text)
            let source = answer.provenance
            try insertResult.execute(arguments: [
                job.description, seq, answer.key, answer.task.rawValue, answer.query,
                answer.status.rawValue, answer.reason?.code, answer.reason?.message,
                answer.proposals.count, source?.vocabulary, source?.vocabularyVersion,
                source?.model, source?.modelSHA256, source?.adapterSHA256,
                source?.settingsSHA256, source?.method, time.description, result, text,
            ])
            for proposal in answer.proposals {
                try insertProposal.execute(arguments: [
                    job.description, seq, answer.key, proposal.rank, proposal.relation.rawValue,
                    proposal.identifier, proposal.name, proposal.parent,
                    proposal.standing.rawValue, proposal.score,
                    try CanonicalJSON.text(of: proposal.evidence),
                ])
            }
        }
    }
}
