import FoundationEssentials
import Jobs
import Ledger
import Logging
import Spool

/// What the lanes of the daemon share.
struct DaemonContext: Sendable {
    let live: LiveSettings
    /// Whether the daemon ends when nothing is left to do.
    let once: Bool
    let ledger: Ledger
    let inbox: Inbox
    let outbox: Outbox
    let requests: RequestFolder
    let publisher: Publisher
    let audit: AuditKeeper
    /// Wakes the lanes.
    let changes: ChangeSignal
    /// Has the status written anew.
    let statusChanges: ChangeSignal
    let progress: Progress
    let work = LaneWork()
    let gauges: Gauges
    let logger: Logger

    var now: Timestamp { Timestamp(Date()) }

    /// The settings in force now.
    var settings: DaemonSettings { live.settings }

    /// Whether no work may be begun: the daemon is about to end, or is paused.
    var isOnHold: Bool {
        get async {
            if live.isPaused { return true }
            return await changes.isStopping
        }
    }

    /// Notes that a lane has nothing left to do.
    func noteIdle(_ lane: Lane) async {
        if work.end(lane) { await changes.notify() }
    }
}
