import GRDB
package import Jobs

/// What a monitor can see of the ledger.
package struct LedgerGauges: Hashable, Sendable {
    /// Number of jobs by state; states without jobs are absent.
    package var jobs: [JobState.Name: Int] = [:]
    /// Number of unanswered queries of open jobs.
    package var openQueries = 0
    /// When the oldest open job was entered.
    package var oldestOpen: Timestamp?
    /// When the last result was published.
    package var lastPublished: Timestamp?
    /// Number of answers in published results, by status.
    package var answers: [String: Int] = [:]
}

extension LedgerReader {
    /// Reads the counts and ages for a monitor.
    package func gauges() async throws -> LedgerGauges {
        let open = JobState.Name.open.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
        return try await database.reading { db in
            var gauges = LedgerGauges()
            let states = "SELECT state, count(*) AS n FROM jobs GROUP BY 1"
            for row in try Row.fetchAll(db, sql: states) {
                guard let name = JobState.Name(rawValue: row["state"]) else { continue }
                gauges.jobs[name] = row["n"]
            }
            let queries = "SELECT sum(queries_total - queries_done) FROM jobs WHERE state IN"
            gauges.openQueries = try Int.fetchOne(db, sql: "\(queries) (\(open))") ?? 0
            let oldest = "SELECT min(created) FROM jobs WHERE state IN"
            gauges.oldestOpen = try String.fetchOne(db, sql: "\(oldest) (\(open))")
                .flatMap(Timestamp.init)
            gauges.lastPublished = try String.fetchOne(
                db,
                sql: "SELECT max(published) FROM results"
            ).flatMap(Timestamp.init)
            let answers = "SELECT status, count(*) AS n FROM results GROUP BY 1"
            for row in try Row.fetchAll(db, sql: answers) {
                gauges.answers[row["status"]] = row["n"]
            }
            return gauges
        }
    }
}
