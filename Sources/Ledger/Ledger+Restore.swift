package import Contract
import GRDB
package import Jobs

/// Filling a new ledger with what other files know of a lost one; none of it is a new event.
extension Ledger {
    /// Enters a job at its end, or about to be archived.
    package func restore(_ record: JobRecord) throws {
        try restoring { try Self.store(record, in: $0) }
    }

    /// Enters a part of the answers of a restored job as they were published, the first of them
    /// numbered `start`, from 1.
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

    /// Turns the restored answers of a job into rows of `results` and `proposals`.
    package func restoreResult(of job: JobID, result: String, at time: Timestamp) throws {
        try restoring { try Self.publish(job, result: result, at: time, in: $0) }
    }

    /// Enters lines of the audit log, in their order and as they are.
    package func restore(_ lines: [AuditLine]) throws {
        try restoring { db in
            for line in lines {
                let event = try CanonicalJSON.value(AuditEvent.self, from: line.text)
                try Self.insert(event, line: line.text, in: db)
            }
        }
    }

    /// Enters a vocabulary; one that becomes current makes the others of its name former.
    package func restore(_ vocabulary: VocabularyRecord) throws {
        try restoring { try Self.store(vocabulary, in: $0) }
    }

    /// Number of the last event, 0 before the first.
    package func lastAuditSeq() throws -> Int {
        do {
            return try database.read { try LedgerReader.auditHead(in: $0)?.seq ?? 0 }
        } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    /// Appends the event that records the rebuilding.
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

    /// Closes the ledger so that all of it is in one file, durable.
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
