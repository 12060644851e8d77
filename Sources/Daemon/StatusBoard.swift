import FoundationEssentials
import Jobs
import Ledger
import Spool

/// Keeps `Outbox/_status.json`: the state of each submission while it runs, and of the last ones.
struct StatusBoard: Sendable {
    let ledger: Ledger
    let outbox: Outbox
    /// Rung when something changed.
    let bell = Bell()

    /// Jobs shown that are at their end.
    private static let recent = 50
    /// Open jobs shown; the count tells of more.
    private static let shown = 1000

    private struct Board: Encodable {
        let schema = "taxod.status/1"
        let time: Timestamp
        let open: Int
        let submissions: [Submission]
    }

    /// A job as a reader of the outbox sees it.
    private struct Submission: Encodable {
        let job: JobID
        let file: String
        let state: String
        let queriesDone: Int?
        let queriesTotal: Int?
        let reading: String?
        let code: String?
        let message: String?
        let remedy: String?
        let result: String?
        let updated: Timestamp

        init(_ record: JobRecord) {
            job = record.id
            file = record.facts.name
            state = record.state.name.rawValue
            if case .running(let progress, _) = record.state {
                queriesDone = progress.done
                queriesTotal = progress.total
            } else {
                queriesDone = nil
                queriesTotal = nil
            }
            reading = record.facts.outcome?.reading
            code = record.facts.reason?.code.rawValue
            message = record.facts.reason?.message
            remedy = record.facts.reason?.remedy
            result = record.state.result
            updated = record.updated
        }
    }

    /// Writes the file whenever something changed, at most twice a second.
    func run() async throws {
        while !Task.isCancelled {
            let rings = await bell.rings
            try await write()
            try await Task.sleep(for: .milliseconds(500))
            await bell.wait(since: rings, atMost: .seconds(3600))
        }
    }

    func write() async throws {
        let open = try await ledger.reader.openJobs()
        let last = try await ledger.reader.latestJobs(limit: Self.recent)
        let ended = last.filter(\.state.isFinal)
        let board = Board(
            time: Timestamp(Date()),
            open: open.count,
            submissions: (open.prefix(Self.shown) + ended).map(Submission.init)
        )
        try outbox.writeStatus(try CanonicalJSON.readableData(of: board))
    }
}
