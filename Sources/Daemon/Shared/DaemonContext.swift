import FoundationEssentials
import Jobs
import Ledger
import Logging
import Spool

/// The state that the daemon's lanes share.
struct DaemonContext: Sendable {
    let live: LiveSettings
    /// Whether the daemon ends when there is nothing left to do.
    let once: Bool
    let ledger: Ledger
    let inbox: Inbox
    let outbox: Outbox
    let requests: RequestFolder
    let publisher: Publisher
    let audit: AuditKeeper
    /// Wakes the lanes.
    let changes: ChangeSignal
    /// Triggers another write of the status file.
    let statusChanges: ChangeSignal
    let progress: Progress
    let work = LaneWork()
    let cancellations = Cancellations()
    let news: InboxNews
    let gauges: Gauges
    let logger: Logger

    var now: Timestamp { Timestamp(Date()) }

    /// The current settings.
    var settings: DaemonSettings { live.settings }

    /// Whether no new work may begin, because the daemon is stopping or paused.
    var isOnHold: Bool {
        get async {
            if live.isPaused { return true }
            return await changes.isStopping
        }
    }

    /// Records that a lane has nothing left to do.
    func noteIdle(_ lane: Lane) async {
        if work.end(lane) { await changes.notify() }
    }
}
