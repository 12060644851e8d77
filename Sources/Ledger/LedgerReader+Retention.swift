import GRDB
package import Jobs

extension LedgerReader {
    /// Jobs whose result and file may be removed, oldest first.
    ///
    /// Only archived and cancelled jobs and duplicates are included, by the time of their end in the ledger,
    /// never by the time of a file. The newest `keep` ended jobs stay, as do the newest result and
    /// every result that a remaining duplicate refers to.
    package func prunableJobs(
        endedBefore time: Timestamp,
        keep: Int
    ) async throws -> [JobRecord] {
        try await database.reading { db in
            try Self.jobs(
                in: db,
                where: """
                    state IN ('archived', 'cancelled', 'duplicate') AND updated < ?1
                    AND id NOT IN (
                        SELECT id FROM jobs WHERE state IN ('archived', 'cancelled', 'duplicate')
                        ORDER BY updated DESC, id DESC LIMIT ?2
                    )
                    AND id NOT IN (
                        SELECT id FROM jobs WHERE state = 'archived'
                        ORDER BY updated DESC, id DESC LIMIT 1
                    )
                    AND (state <> 'archived' OR result NOT IN (
                        SELECT result FROM jobs
                        WHERE state = 'duplicate' AND result IS NOT NULL AND updated >= ?1
                    ))
                    """,
                arguments: [time.description, max(1, keep)],
                order: "updated, id"
            )
        }
    }
}
