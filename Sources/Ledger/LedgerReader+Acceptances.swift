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
        try await database.reading { try Self.acceptances(of: jobs, in: $0) }
    }

    static func acceptances(of jobs: [JobID]?, in db: Database) throws -> [Acceptance] {
        // A ledger that no daemon of this version has opened yet lacks the table.
        guard try db.tableExists("acceptances") else { return [] }
        let names = try jobs.map { try CanonicalJSON.text(of: $0.map(\.description)) }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT job, seq, key, identifier, parents, actor, accepted FROM acceptances
                WHERE ?1 IS NULL OR job IN (SELECT value FROM json_each(?1)) ORDER BY job, seq
                """,
            arguments: [names]
        ).map { try acceptance($0) }
    }

    static func acceptance(_ row: Row) throws -> Acceptance {
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
}
