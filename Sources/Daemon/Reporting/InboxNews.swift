import Spool
import Synchronization

/// What lies in the inbox and is left alone, for the status file.
final class InboxNews: Sendable {
    private let state = Mutex<[LeftAlone]>([])

    var leftAlone: [LeftAlone] { state.withLock { $0 } }

    /// Replaces what is left alone, and returns whether it changed.
    func set(_ entries: [LeftAlone]) -> Bool {
        state.withLock { state in
            defer { state = entries }
            return state != entries
        }
    }
}
