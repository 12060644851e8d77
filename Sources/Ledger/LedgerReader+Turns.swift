import Contract
import GRDB
package import Jobs

/// What is answered and published next.
///
/// Each look costs the same however many jobs run: a hundred thousand files may be dropped at once.
extension LedgerReader {
    /// The oldest job whose result is being published, or has nothing left to ask.
    package func nextToPublish() async throws -> JobRecord? {
        try await database.reading { db in
            for condition in [
                "state = 'published'", "state = 'staged'",
                "state = 'running' AND queries_done = queries_total",
            ] {
                if let job = try Self.jobs(in: db, where: condition, arguments: [], 1).first {
                    return job
                }
            }
            return nil
        }
    }

    /// The first running job after `last`, in the order of their age, that is asked against this
    /// vocabulary version; the oldest if `last` is `nil`.
    package func nextToAnswer(
        version: String,
        after last: JobRecord? = nil
    ) async throws -> JobRecord? {
        let later = last == nil ? "" : " AND (created, id) > (?2, ?3)"
        return try await database.reading { db in
            try Self.jobs(
                in: db,
                where: "state = 'running' AND vocabulary_version = ?1" + later,
                arguments: last.map { [version, $0.created.description, $0.id.description] }
                    ?? [version],
                1
            ).first
        }
    }

    /// The vocabulary versions that running jobs are asked against, that of the oldest job first.
    package func versionsToAnswer() async throws -> [String] {
        try await database.reading { db in
            var versions: [(version: String, oldest: String)] = []
            let next = """
                SELECT vocabulary_version, created FROM jobs INDEXED BY jobs_running
                WHERE state = 'running' AND vocabulary_version > ?
                ORDER BY vocabulary_version, created LIMIT 1
                """
            while let row = try Row.fetchOne(
                db,
                sql: next,
                arguments: [versions.last?.version ?? ""]
            ) {
                versions.append((row["vocabulary_version"], row["created"]))
            }
            return versions.sorted { ($0.oldest, $0.version) < ($1.oldest, $1.version) }
                .map(\.version)
        }
    }

    /// Unanswered queries of the job in the order of the file, starting after number `after`, at
    /// most `limit`.
    package func pendingQueries(
        of job: JobID,
        after: Int = 0,
        limit: Int = .max
    ) async throws -> [QueryRecord] {
        try await database.reading { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT seq, query, refusal, \(QueryState.columns) FROM queries
                    WHERE job = ? AND seq > ? AND answer IS NULL ORDER BY seq LIMIT ?
                    """,
                arguments: [job.description, after, limit]
            ).map { row in
                QueryRecord(
                    seq: row["seq"],
                    query: try CanonicalJSON.value(Query.self, from: row["query"]),
                    refusal: try (row["refusal"] as String?).map {
                        try CanonicalJSON.value(LoadOutcome.Refusal.self, from: $0)
                    },
                    state: QueryState(row)
                )
            }
        }
    }
}
