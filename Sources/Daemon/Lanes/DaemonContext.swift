import Files
import FoundationEssentials
import Contract
import Jobs
import Ledger
import Logging
import Spool
import Synchronization

/// What the lanes of the daemon share.
struct House: Sendable {
    let live: LiveSettings
    /// Whether the daemon ends when nothing is left to do.
    let once: Bool
    let ledger: Ledger
    let inbox: Inbox
    let outbox: Outbox
    let requests: RequestFolder
    let publisher: Publisher
    let audit: AuditKeeper
    let bell: Bell
    /// Rung when a submission's state changed.
    let statusBell: Bell
    let progress: Progress
    /// Which lanes have something in hand.
    let work = LaneWork()
    let gauges: Gauges
    let logger: Logger

    var now: Timestamp { Timestamp(Date()) }

    /// The settings in force now.
    var settings: DaemonSettings { live.settings }

    /// Whether no work may be begun: the daemon is to end, or is paused.
    var isOnHold: Bool {
        get async {
            if live.isPaused { return true }
            return await bell.isStopping
        }
    }

    func tellStatus() async { await statusBell.ring() }

    /// Notes that a lane has done all that there was.
    func isIdle(_ lane: Lane) async {
        if work.end(lane) { await bell.ring() }
    }

    /// Failures in a row after which a daemon that is to end anyway gives up.
    private static let patience = 5

    /// Runs a lane, and runs it again when a disk fails: such a fault may pass, even one that would
    /// be of the configuration at the start, as when a file system is mounted anew.
    ///
    /// - Throws: What is no fault of a disk, or does not pass by itself.
    func persist(_ name: Lane, _ lane: @Sendable () async throws -> Void) async throws {
        var failures = 0
        while true {
            let start = ContinuousClock.now
            do {
                return try await lane()
            } catch let error where Self.isPassing(error) {
                // A lane that ran for long had got over the earlier faults.
                failures = ContinuousClock.now - start > .seconds(60) ? 1 : failures + 1
                work.begin(name)
                logger.error("the disk fails", metadata: ["error": "\(error)"])
                if inbox.isReplaced { throw DaemonRefusal.replaced(settings.inbox) }
                if once && failures >= Self.patience { throw error }
                progress.beat()
                await bell.rest(for: .seconds(Retry.pause(after: failures)))
                if await bell.isStopping { return }
            }
        }
    }

    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case is FileError: true
        case let error as LedgerError: error.isPassing
        default: false
        }
    }

    /// Puts a job off, for longer the more `failures` there were in a row: it may pass by itself.
    func postpone(
        _ job: JobRecord,
        _ error: SubmissionError,
        after failures: Int = 4
    ) async throws {
        let until = now.adding(seconds: Retry.pause(after: failures))
        let record = try await ledger.record(
            .deferred(code: error.code, until: until),
            for: job.id,
            at: now
        ) { $0.reason = LoadOutcome.Refusal(error) }
        logger.warning(
            "postponed",
            metadata: [
                "job": "\(job.id.short)", "code": "\(error.code.rawValue)",
                "until": "\(until)", "message": "\(error.message)",
            ]
        )
        gauges.notePostponed()
        if case .quarantined = record.state { try await publisher.setAside(job.id) }
        await tellStatus()
    }

    /// Refuses a job for good.
    func quarantine(_ job: JobRecord, _ error: SubmissionError) async throws {
        try await ledger.record(.rejected(code: error.code), for: job.id, at: now) {
            $0.reason = LoadOutcome.Refusal(error)
        }
        logger.warning(
            "quarantined",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)",
                "code": "\(error.code.rawValue)", "message": "\(error.message)",
            ]
        )
        gauges.noteQuarantine()
        try await publisher.setAside(job.id)
        await tellStatus()
    }
}

/// The three lines of work of a daemon.
enum Lane: Hashable, Sendable {
    case scan, load, run
}

/// The lanes that have something in hand, such as a file to be put away, or that a failing disk keeps
/// from it.
///
/// A lane begins before it changes a job's state and ends when it finds nothing more to do, so that
/// no job at its end hides that its file is still on the way.
final class LaneWork: Sendable {
    private let lanes = Mutex<Set<Lane>>([.load, .run])

    var isEmpty: Bool { lanes.withLock(\.isEmpty) }

    func begin(_ lane: Lane) {
        lanes.withLock { _ = $0.insert(lane) }
    }

    /// Returns whether the lane had something in hand until now.
    func end(_ lane: Lane) -> Bool {
        lanes.withLock { $0.remove(lane) != nil }
    }
}
