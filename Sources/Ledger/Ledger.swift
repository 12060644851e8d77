import Contract
import FoundationEssentials
import GRDB
package import Jobs

/// The durable record of every job and of everything that happened to it.
///
/// It is the only writer of its database and uses one connection. That connection is also the only
/// one that checkpoints: SQLite before 3.51.3 can corrupt a WAL database when two do. Each event is
/// one transaction: read the state, call ``JobState/after(_:)``, write the new state and append the
/// audit line. Either all of this is on disk or none, so a daemon that is killed at any instruction
/// restarts from a consistent state.
package final class Ledger: Sendable {
    /// A reader that uses the same connection.
    package let reader: LedgerReader
    let database: DatabaseQueue

    /// Opens the ledger, and creates or migrates the database as needed.
    ///
    /// - Parameter path: Must be on a local file system; WAL does not work over NFS.
    /// - Throws: ``LedgerError`` if the file is damaged, not a ledger, from a newer taxod, or
    ///   cannot be opened.
    package init(path: String) throws {
        database = try Self.open(path: path, LedgerSchema.writing())
        do { try LedgerSchema.migrate(database) } catch let error as DatabaseError {
            throw LedgerError(error)
        }
        reader = LedgerReader(database: database)
    }

    /// The schema version that this taxod writes.
    package static var schemaVersion: Int { LedgerSchema.version }

    /// Opens and checks the database.
    ///
    /// - Throws: ``LedgerError/corrupt(path:detail:)`` if it is damaged,
    ///   ``LedgerError/storage(detail:isPassing:)`` if it cannot be read.
    static func open(path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.read { try LedgerSchema.check($0, path: path) }
            return database
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        {
            throw LedgerError.corrupt(path: path, detail: error.message ?? "\(error.resultCode)")
        } catch let error as DatabaseError {
            throw LedgerError(error)
        }
    }

    /// The connection's settings that durability depends on, as SQLite reports them.
    package func settings() throws -> [String: String] {
        try database.read { db in
            var settings: [String: String] = [:]
            for name in [
                "journal_mode", "synchronous", "foreign_keys", "trusted_schema", "application_id",
                "user_version",
            ] {
                settings[name] = try String.fetchOne(db, sql: "PRAGMA \(name)")
            }
            return settings
        }
    }

    /// Closes the database; the ledger must not be used afterwards.
    package func close() throws {
        try database.close()
    }

    // MARK: - Jobs

    /// Inserts a job in the state `received`.
    ///
    /// - Throws: ``LedgerError/jobExists(_:)``.
    package func enter(_ job: JobID, _ facts: JobFacts, at time: Timestamp) async throws {
        try await database.writing { db in
            guard try LedgerReader.job(job, in: db) == nil else { throw LedgerError.jobExists(job) }
            let record = JobRecord(
                id: job,
                state: .received,
                facts: facts,
                created: time,
                updated: time
            )
            try Self.store(record, in: db)
            var detail: [String: AuditValue] = ["file": .string(SafeName(facts.name).description)]
            detail["retryOf"] = facts.retryOf.map { .string($0.description) }
            try Self.append("received", job: job, detail: detail, at: time, in: db)
        }
    }

    /// Applies `event` to `job`.
    ///
    /// With `published`, the job's answers become rows of `results`, `proposals` and `matches` in the same
    /// transaction. `change` adds facts about the job that the event brings.
    ///
    /// - Returns: The job after the event.
    /// - Throws: ``LedgerError/unknownJob(_:)``, `InvalidTransition`, or
    ///   ``LedgerError/wrongQueryCount(_:found:expected:)`` for `loaded`. In that case nothing is
    ///   written.
    @discardableResult
    package func record(
        _ event: JobEvent,
        for job: JobID,
        at time: Timestamp,
        changing change: @escaping @Sendable (inout JobFacts) -> Void = { _ in }
    ) async throws -> JobRecord {
        try await database.writing { db in
            let record = try Self.apply(event, to: job, at: time, changing: change, in: db)
            switch event {
            case .loaded(let queries):
                let found =
                    try Int.fetchOne(
                        db,
                        sql: "SELECT count(*) FROM queries WHERE job = ?",
                        arguments: [job.description]
                    ) ?? 0
                guard found == queries else {
                    throw LedgerError.wrongQueryCount(job, found: found, expected: queries)
                }
            case .published(let result):
                try Self.publish(job, result: result, at: time, in: db)
            default:
                break
            }
            try Self.append(
                event.name,
                job: job,
                detail: event.detail(record),
                at: time,
                in: db
            )
            return record
        }
    }

    /// Changes facts about a job without an event, such as the place of its file.
    package func note(
        for job: JobID,
        at time: Timestamp,
        _ change: @escaping @Sendable (inout JobFacts) -> Void
    ) async throws {
        try await database.writing { db in
            guard let record = try LedgerReader.job(job, in: db) else {
                throw LedgerError.unknownJob(job)
            }
            var facts = record.facts
            change(&facts)
            try Self.store(
                JobRecord(
                    id: job,
                    state: record.state,
                    facts: facts,
                    created: record.created,
                    updated: time
                ),
                in: db
            )
        }
    }

    // MARK: - Audit

    /// Appends an event that is not a job's transition, such as the daemon's start.
    ///
    /// `detail` holds hashes, names and counts, but no content.
    @discardableResult
    package func appendAudit(
        _ event: String,
        job: JobID? = nil,
        detail: [String: AuditValue] = [:],
        at time: Timestamp
    ) async throws -> AuditHead {
        try await database.writing { db in
            try Self.append(event, job: job, detail: detail, at: time, in: db)
        }
    }

    // MARK: - Vocabularies

    /// Stores a vocabulary; if it becomes current, other versions of the same name become former.
    package func store(_ vocabulary: VocabularyRecord) async throws {
        try await database.writing { db in
            try Self.store(vocabulary, in: db)
            try Self.append(
                "vocabulary-\(vocabulary.standing.rawValue)",
                job: nil,
                detail: [
                    "vocabulary": .string(vocabulary.name),
                    "version": .string(vocabulary.version),
                    "concepts": .integer(vocabulary.concepts),
                ],
                at: vocabulary.loaded,
                in: db
            )
        }
    }
}

extension Ledger {
    static func store(_ vocabulary: VocabularyRecord, in db: Database) throws {
        if vocabulary.standing == .current {
            try db.execute(
                sql: """
                    UPDATE vocabularies SET standing = 'former'
                    WHERE name = ? AND version <> ? AND standing = 'current'
                    """,
                arguments: [vocabulary.name, vocabulary.version]
            )
        }
        try db.execute(
            sql: """
                INSERT INTO vocabularies (name, version, kind, concepts, edges, standing, loaded)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (name, version) DO UPDATE
                SET standing = excluded.standing, loaded = excluded.loaded,
                    kind = excluded.kind, concepts = excluded.concepts, edges = excluded.edges
                """,
            arguments: [
                vocabulary.name, vocabulary.version, vocabulary.kind, vocabulary.concepts,
                vocabulary.edges, vocabulary.standing.rawValue, vocabulary.loaded.description,
            ]
        )
    }

    static func apply(
        _ event: JobEvent,
        to job: JobID,
        at time: Timestamp,
        changing change: (inout JobFacts) -> Void,
        in db: Database
    ) throws -> JobRecord {
        guard let old = try LedgerReader.job(job, in: db) else {
            throw LedgerError.unknownJob(job)
        }
        let state = try old.state.after(event)
        var facts = old.facts
        change(&facts)
        let new = JobRecord(
            id: job,
            state: state,
            facts: facts,
            created: old.created,
            updated: time
        )
        try store(new, in: db)
        return new
    }

    @discardableResult
    static func append(
        _ event: String,
        job: JobID?,
        detail: [String: AuditValue],
        at time: Timestamp,
        in db: Database
    ) throws -> AuditHead {
        let event = try AuditEvent(
            after: try LedgerReader.auditHead(in: db),
            at: time,
            event: event,
            job: job,
            detail: detail
        )
        try insert(event, line: try event.line(), in: db)
        return event.head
    }

    static func insert(_ event: AuditEvent, line: String, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO audit_events (seq, time, event, job, line, prev, hash)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                event.seq, event.time.description, event.event, event.job?.description, line,
                event.prev, event.hash,
            ]
        )
    }

    static func store(_ record: JobRecord, in db: Database) throws {
        let facts = record.facts
        let outcome = facts.outcome
        let progress = record.state.progress
        var nextAttempt: String?
        if case .waiting(.until(let time, _), _, _) = record.state {
            nextAttempt = time.description
        }
        let columns: [String: (any DatabaseValueConvertible)?] = [
            "id": record.id.description,
            "name": facts.name,
            "state": record.state.name.rawValue,
            "state_json": try CanonicalJSON.text(of: record.state),
            "facts_json": try CanonicalJSON.text(of: facts),
            "task_hint": facts.taskHint?.rawValue,
            "bytes": facts.bytes,
            "sha256": facts.sha256,
            "reading": outcome?.reading,
            "vocabulary": outcome?.vocabulary?.name,
            "vocabulary_version": outcome?.vocabulary?.version,
            "basis": outcome?.basis,
            "duplicate_key": facts.duplicateKey,
            "queries_done": progress?.done,
            "queries_total": progress?.total,
            "next_attempt": nextAttempt,
            "reason_code": facts.reason?.code.rawValue,
            "reason": facts.reason?.message,
            "result": record.state.result,
            "place": facts.place,
            "created": record.created.description,
            "updated": record.updated.description,
        ]
        try db.execute(sql: insertJob, arguments: StatementArguments(columns))
    }

    /// Inserts or updates a job; columns that never change after the insertion are not updated.
    private static let insertJob = """
        INSERT INTO jobs (
            id, name, state, state_json, facts_json, task_hint, bytes, sha256, reading,
            vocabulary, vocabulary_version, basis, duplicate_key, queries_done,
            queries_total, next_attempt, reason_code, reason, result, place, created, updated
        ) VALUES (
            :id, :name, :state, :state_json, :facts_json, :task_hint, :bytes, :sha256, :reading,
            :vocabulary, :vocabulary_version, :basis, :duplicate_key, :queries_done,
            :queries_total, :next_attempt, :reason_code, :reason, :result, :place, :created, :updated
        )
        ON CONFLICT (id) DO UPDATE SET
            state = :state, state_json = :state_json, facts_json = :facts_json, bytes = :bytes,
            sha256 = :sha256, reading = :reading, vocabulary = :vocabulary,
            vocabulary_version = :vocabulary_version, basis = :basis,
            duplicate_key = :duplicate_key,
            queries_done = coalesce(:queries_done, queries_done),
            queries_total = coalesce(:queries_total, queries_total),
            next_attempt = :next_attempt, reason_code = :reason_code, reason = :reason,
            result = :result, place = :place, updated = :updated
        """
}

extension JobEvent {
    /// The details of the event that the audit log keeps.
    fileprivate func detail(_ record: JobRecord) -> [String: AuditValue] {
        var detail: [String: AuditValue] = [:]
        switch self {
        case .claimed, .interrupted, .stopped, .resumed, .withdrawn, .answered:
            break
        case .beganLoading:
            if case .loading(let tries) = record.state { detail["attempt"] = .integer(tries.begun) }
        case .loaded(let queries):
            detail["queries"] = .integer(queries)
            guard let outcome = record.facts.outcome else { break }
            detail["sha256"] = .string(outcome.sha256)
            detail["basis"] = .string(outcome.basis)
            detail["vocabulary"] = outcome.vocabulary.map { .string($0.name) }
            detail["vocabularyVersion"] = outcome.vocabulary.map { .string($0.version) }
        case .awaitsVocabulary(let name):
            detail["vocabulary"] = name.map { .string($0) }
        case .deferred(let code, let until):
            detail["code"] = .string(code.rawValue)
            detail["until"] = .string(until.description)
        case .staged(let result), .published(let result):
            detail["result"] = .string(result)
        case .archived:
            detail["sha256"] = record.facts.sha256.map { .string($0) }
        case .foundDuplicate(let job, let result):
            detail["of"] = .string(job.description)
            detail["result"] = .string(result)
        case .rejected(let code):
            detail["code"] = .string(code.rawValue)
            detail["sha256"] = record.facts.sha256.map { .string($0) }
        case .cancelled(let result):
            detail["result"] = result.map { .string($0) }
            detail["answered"] = record.state.cut.map { .integer($0.done) }
            detail["queries"] = record.state.cut.map { .integer($0.total) }
        }
        return detail
    }
}
