package import Contract
import GRDB
package import Jobs

/// Filling a new ledger with what other files know of a lost one; none of this adds events.
extension Ledger {
    /// Inserts a job that has ended or is about to be archived.
    package func restore(_ record: JobRecord) throws {
        try restoring { try Self.store(record, in: $0) }
    }

    /// Inserts a batch of a restored job's published answers, numbered from `start`.
    ///
    /// Numbers count from 1.
    package func restore(_ lines: [AnswerLine], of job: JobID, startingAt start: Int) throws {
        try restoring { db in
            let insertion = try db.makeStatement(
                sql: """
                    INSERT INTO queries (job, seq, key, query, status, answer)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """
            )
            for (index, line) in lines.enumerated() {
                let answer = line.answer
                let query = Query(key: answer.key, task: answer.task, term: answer.query)
                try insertion.execute(arguments: [
                    job.description, start + index, answer.key,
                    try CanonicalJSON.text(of: query), answer.status.rawValue, line.text,
                ])
            }
        }
    }

    /// Writes the restored answers of a job as rows of `results`, `proposals` and `matches`.
    package func restoreResult(of job: JobID, result: String, at time: Timestamp) throws {
        try restoring { try Self.publish(job, result: result, at: time, in: $0) }
    }

    /// Inserts lines of the audit log, in order and unchanged.
    package func restore(_ lines: [AuditLine]) throws {
        try restoring { db in
            for line in lines {
                let event = try CanonicalJSON.value(AuditEvent.self, from: line.text)
                try Self.insert(event, line: line.text, in: db)
            }
        }
    }

    /// Inserts a vocabulary; if it becomes current, other versions of the same name become former.
    package func restore(_ vocabulary: VocabularyRecord) throws {
        try restoring { try Self.store(vocabulary, in: $0) }
    }

    /// Number of the last event; 0 if there is none.
    package func lastAuditSeq() throws -> Int {
        do {
            return try database.read { try LedgerReader.auditHead(in: $0)?.seq ?? 0 }
        } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    /// Appends the event that records the rebuild.
    package func noteRebuilt(results: Int, at time: Timestamp) throws {
        try restoring { db in
            try Self.append(
                "ledger-rebuilt",
                job: nil,
                detail: ["results": .integer(results)],
                at: time,
                in: db
            )
        }
    }

    /// Closes the ledger so that its content is in one file and durable.
    package func closeCompact() throws {
        do {
            try database.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try database.close()
        } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    private func restoring(_ body: (Database) throws -> Void) throws {
        do { try database.write(body) } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }
}
