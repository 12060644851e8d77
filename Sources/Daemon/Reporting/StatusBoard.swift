import Contract
import FoundationEssentials
import Jobs
import Ledger
import Logging
import Spool

/// Keeps `Outbox/_status.json`: the state of every open submission and of those that ended last.
struct StatusBoard: Sendable {
    let ledger: Ledger
    let outbox: Outbox
    let live: LiveSettings
    let logger: Logger
    /// Triggers another write of the file.
    let changes = ChangeSignal()
    let news = InboxNews()

    /// Number of ended jobs shown, and of entries that are left alone.
    private static let recent = 50
    /// Number of open jobs shown; the total is given beside them.
    private static let shown = 1000

    private struct Board: Encodable {
        let schema = "taxod.status/1"
        let time: Timestamp
        let paused: Bool
        let open: Int
        let submissions: [Submission]
        let leftAlone: [Neighbour]
    }

    /// A file or folder of the inbox that is not taken.
    private struct Neighbour: Encodable {
        let place: String
        let why: String
    }

    /// A job as shown to a reader of the outbox.
    private struct Submission: Encodable {
        let job: JobID
        let file: String
        let state: String
        let note: String?
        let queriesDone: Int?
        let queriesTotal: Int?
        let reading: String?
        let code: String?
        let message: String?
        let remedy: String?
        let result: String?
        let remarks: [String]?
        let updated: Timestamp

        init(_ record: JobRecord) {
            job = record.id
            file = record.facts.name
            state = record.state.name.rawValue
            switch record.state {
            case .waiting(.vocabulary, _, _)
            where record.facts.reason?.code == .severalVocabularies:
                note = "waiting for a decision: which vocabulary is asked?"
            case .waiting(.vocabulary(let name), _, _):
                note = "waiting for \(name.map { "the vocabulary \($0)" } ?? "a vocabulary")"
            case .waiting(.until(let time, _), _, _):
                note = "tried again at \(time)"
            case .cancelled(_, let cut?):
                note = "cancelled after \(cut.done) of \(cut.total) queries"
            case .cancelled:
                note = "cancelled before it was read"
            default:
                note = nil
            }
            let progress = record.state.progress ?? record.state.cut
            queriesDone = progress?.done
            queriesTotal = progress?.total
            reading = record.facts.outcome?.reading
            code = record.facts.reason?.code.rawValue
            message = record.facts.reason?.message
            remedy = record.facts.reason?.remedy
            result = record.state.result
            remarks = record.facts.remarks
            updated = record.updated
        }
    }

    /// Writes the file whenever something changed, until cancelled.
    ///
    /// It writes at most twice a second, and for at most a tenth of the time, however many
    /// submissions there are. A write that fails is repeated only with the next change, because the
    /// file merely shows what the ledger holds.
    func run() async {
        while !Task.isCancelled {
            let seen = await changes.count
            let start = ContinuousClock.now
            do { try await write() } catch is CancellationError {
                return
            } catch {
                logger.warning("the status cannot be written", metadata: ["error": "\(error)"])
            }
            let pause = max(.milliseconds(500), (.now - start) * 9)
            _ = try? await Task.sleep(for: pause)
            await changes.wait(since: seen, atMost: .seconds(3600))
        }
    }

    func write() async throws {
        let count = try await ledger.reader.count(of: JobState.Name.open)
        let open = try await ledger.reader.openJobs(limit: Self.shown)
        let last = try await ledger.reader.latestJobs(limit: Self.recent)
        let ended = last.filter(\.state.isFinal)
        let board = Board(
            time: Timestamp(Date()),
            paused: live.isPaused,
            open: count,
            submissions: (open + ended).map(Submission.init),
            leftAlone: news.leftAlone.prefix(Self.recent).map {
                Neighbour(place: $0.place, why: $0.why)
            }
        )
        try outbox.writeStatus(try CanonicalJSON.readableData(of: board))
    }
}
