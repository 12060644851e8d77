import Jobs
import Ledger

/// The queries that a worker of one vocabulary version is asked, in order.
///
/// Running jobs take turns, from the oldest to the newest and round again, with at most ``length``
/// queries a turn. So a list of three is answered after one turn of each job before it, however
/// long those are, and no job waits for ever. Which job is asked when changes no answer: an answer
/// depends on its query alone.
struct Turns: Sendable {
    /// Number of queries that a job is asked in one turn.
    static let length = 8

    /// A query to ask next, and its job.
    struct Query: Sendable {
        let job: JobRecord
        let query: QueryRecord
    }

    private let reader: LedgerReader
    private let version: String
    /// The job whose turn it is, or was last.
    private var current: JobRecord?
    /// What is left of its turn.
    private var left: ArraySlice<QueryRecord> = []
    /// The number of the last query of each job that was taken; later ones are not taken yet.
    private var taken: [JobID: Int] = [:]

    init(reader: LedgerReader, version: String) {
        self.reader = reader
        self.version = version
    }

    /// Takes the next query of a job that is not left out; `nil` if there is none now.
    mutating func next(unless isLeftOut: (JobID) -> Bool) async throws -> Query? {
        if let current, !isLeftOut(current.id), let query = left.popFirst() {
            return Query(job: current, query: query)
        }
        left = []
        // Once round, and at last the job whose turn it was, in case it is the only one.
        var isRound = false
        let start = current
        while true {
            let job = try await reader.nextToAnswer(version: version, after: current)
            if let job, !isRound || start.map({ Self.isInOrder(job, $0) }) ?? false {
                current = job
                if !isLeftOut(job.id) {
                    left = try await reader.pendingQueries(
                        of: job.id,
                        after: taken[job.id] ?? 0,
                        limit: Self.length
                    )[...]
                    if let last = left.last { taken[job.id] = last.seq }
                    if let query = left.popFirst() { return Query(job: job, query: query) }
                }
            } else if isRound || start == nil {
                return nil
            } else {
                isRound = true
                current = nil
            }
        }
    }

    /// Forgets a job that has ended.
    mutating func forget(_ job: JobID) { taken[job] = nil }

    private static func isInOrder(_ job: JobRecord, _ other: JobRecord) -> Bool {
        (job.created, job.id) <= (other.created, other.id)
    }
}
