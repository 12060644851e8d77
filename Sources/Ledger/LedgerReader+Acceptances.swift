import Contract
import GRDB
package import Jobs

extension LedgerReader {
    /// The acceptances that hold.
    ///
    /// - Parameter jobs: The jobs whose acceptances are meant; `nil` for all.
    /// - Returns: The acceptances, by job and then by query.
    /// - Throws: ``LedgerError``.
    package func acceptances(of jobs: [JobID]? = nil) async throws -> [Acceptance] {
        try await database.reading { db in
            // A ledger that no daemon of this version has opened yet lacks the table.
            guard try db.tableExists("acceptances") else { return [] }
            let names = try jobs.map { try CanonicalJSON.text(of: $0.map(\.description)) }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM acceptances
                    WHERE ?1 IS NULL OR job IN (SELECT value FROM json_each(?1)) ORDER BY job, seq
                    """,
                arguments: [names]
            ).map { try Self.acceptance($0) }
        }
    }

    /// Number of acceptances that hold, by job.
    package func acceptedCounts() async throws -> [JobID: Int] {
        try await database.reading { db in
            guard try db.tableExists("acceptances") else { return [:] }
            var counts: [JobID: Int] = [:]
            for row in try Row.fetchAll(
                db,
                sql: "SELECT job, count(*) AS n FROM acceptances GROUP BY job"
            ) {
                if let job = JobID(row["job"] as String) { counts[job] = row["n"] }
            }
            return counts
        }
    }

    /// The job in which each of these identifiers was given first.
    package func firstJobs(of identifiers: [String]) async throws -> [String: JobID] {
        try await database.reading { db in
            guard try db.tableExists("identifiers") else { return [:] }
            var jobs: [String: JobID] = [:]
            for row in try Row.fetchAll(
                db,
                sql: """
                    SELECT identifier, job FROM identifiers
                    WHERE identifier IN (SELECT value FROM json_each(?))
                    """,
                arguments: [try CanonicalJSON.text(of: identifiers)]
            ) {
                jobs[row["identifier"]] = JobID(row["job"] as String)
            }
            return jobs
        }
    }

    /// The placed terms of a published job and what else of its vocabulary matters to accepting
    /// them; `nil` if the job has no published answers and no acceptances.
    package func acceptable(
        _ job: JobID
    ) async throws -> (vocabulary: String, known: AcceptPlan.Known)? {
        try await database.reading { try Self.acceptable(job, in: $0) }
    }

    /// What carrying out a request would change now.
    ///
    /// - Throws: `AcceptRefusal` if it would be refused; ``LedgerError``.
    package func plan(
        _ request: AcceptRequest,
        range: @escaping @Sendable (_ vocabulary: String) -> IdentifierRange?,
        at time: Timestamp
    ) async throws -> AcceptPlan {
        try await database.reading { try Self.plan(request, range: range, at: time, in: $0) }
    }

    /// How a request ended.
    package enum AcceptOutcome: Hashable, Sendable {
        case done
        case refused(AcceptRefusal)
    }

    /// How a request ended; `nil` while it waits.
    package func outcome(of request: AcceptRequest) async throws -> AcceptOutcome? {
        try await database.reading { try Self.outcome(of: request, in: $0) }
    }
}

extension LedgerReader {
    static func plan(
        _ request: AcceptRequest,
        range: (_ vocabulary: String) -> IdentifierRange?,
        at time: Timestamp,
        in db: Database
    ) throws -> AcceptPlan {
        guard let (vocabulary, known) = try acceptable(request.job, in: db) else {
            throw AcceptRefusal(.notPublished)
        }
        return try AcceptPlan(
            request,
            known: known,
            range: range(vocabulary),
            at: time
        )
    }

    static func outcome(of request: AcceptRequest, in db: Database) throws -> AcceptOutcome? {
        let line = try String.fetchOne(
            db,
            sql: """
                SELECT line FROM audit_events
                WHERE job = ? AND event IN (?, ?) AND json_extract(line, '$.detail.request') = ?
                """,
            arguments: [
                request.job.description, Ledger.AcceptanceEvent.done,
                Ledger.AcceptanceEvent.refused, request.id.description,
            ]
        )
        guard let line else { return nil }
        let event = try CanonicalJSON.value(AuditEvent.self, from: line)
        return AcceptRefusal(detail: event.detail).map { .refused($0) } ?? .done
    }

    static func acceptable(
        _ job: JobID,
        in db: Database
    ) throws -> (vocabulary: String, known: AcceptPlan.Known)? {
        let hasTables = try db.tableExists("identifiers")
        let name = [job.description]
        var vocabulary = try Self.job(job, in: db)?.facts.outcome?.vocabulary?.name
        for (table, isThere) in [("results", true), ("acceptances", hasTables)] where isThere {
            vocabulary =
                try vocabulary
                ?? String.fetchOne(
                    db,
                    sql: "SELECT vocabulary FROM \(table) WHERE job = ?",
                    arguments: StatementArguments(name)
                )
        }
        let vocabularyName = vocabulary ?? ""
        // One answer at a time: all together they would fill the memory.
        var terms: [PlacedTerm] = []
        let answers = try Row.fetchCursor(
            db,
            sql: "SELECT seq, answer FROM results WHERE job = ? ORDER BY seq",
            arguments: StatementArguments(name)
        )
        while let row = try answers.next() {
            let answer = try AnswerLine(text: row["answer"]).answer
            let term = PlacedTerm(answer, seq: row["seq"], vocabulary: vocabularyName)
            if let term { terms.append(term) }
        }
        let accepted = hasTables ? try entries(of: vocabularyName, in: db) : []
        guard !terms.isEmpty || accepted.contains(where: { $0.acceptance.job == job }) else {
            return nil
        }
        let versions = try String.fetchSet(
            db,
            sql: "SELECT version FROM vocabularies WHERE name = ? COLLATE NOCASE",
            arguments: [vocabularyName]
        )
        return (
            vocabularyName,
            AcceptPlan.Known(
                terms: terms,
                accepted: accepted,
                book: IdentifierBook(hasTables ? try reservations(in: db) : []),
                versions: versions
            )
        )
    }

    /// The acceptances of a vocabulary's terms, by job and query.
    private static func entries(
        of vocabulary: String,
        in db: Database
    ) throws -> [AcceptPlan.Entry] {
        try Row.fetchAll(
            db,
            sql: "SELECT * FROM acceptances WHERE vocabulary = ? ORDER BY job, seq",
            arguments: [vocabulary]
        ).map { row in
            AcceptPlan.Entry(
                try acceptance(row),
                term: TermKey(vocabulary: row["vocabulary"], sha256: row["term_sha256"]),
                name: row["term"]
            )
        }
    }

    private static func acceptance(_ row: Row) throws -> Acceptance {
        Acceptance(
            job: try stored(JobID(row["job"] as String), "job"),
            seq: row["seq"],
            key: row["key"],
            identifier: row["identifier"],
            parents: try CanonicalJSON.value([String].self, from: row["parents"]),
            time: try stored(Timestamp(row["accepted"] as String), "accepted"),
            actor: row["actor"]
        )
    }

    private static func reservations(in db: Database) throws -> [Reservation] {
        try Row.fetchAll(db, sql: "SELECT * FROM identifiers ORDER BY rowid").map { row in
            Reservation(
                identifier: row["identifier"],
                origin: try stored(Reservation.Origin(rawValue: row["origin"]), "origin"),
                term: TermKey(vocabulary: row["vocabulary"], sha256: row["term_sha256"]),
                job: try stored(JobID(row["job"] as String), "job"),
                seq: row["seq"],
                time: try stored(Timestamp(row["reserved"] as String), "reserved")
            )
        }
    }

    /// Where each identifier came from.
    static func origins(in db: Database) throws -> [String: String] {
        try Dictionary(
            uniqueKeysWithValues: Row.fetchAll(
                db,
                sql: "SELECT identifier, origin FROM identifiers"
            )
            .map { ($0["identifier"], $0["origin"]) }
        )
    }
}
