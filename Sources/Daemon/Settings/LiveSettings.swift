import Synchronization

/// The current settings, and whether the daemon is paused; both can change while it runs.
final class LiveSettings: Sendable {
    private struct State {
        var settings: DaemonSettings
        var generation = 0
        var isPaused: Bool
    }

    private let state: Mutex<State>

    init(_ settings: DaemonSettings, isPaused: Bool) {
        state = Mutex(State(settings: settings, isPaused: isPaused))
    }

    var settings: DaemonSettings { state.withLock { $0.settings } }

    /// Increases with every reload: a worker of an earlier generation uses outdated settings.
    var generation: Int { state.withLock { $0.generation } }

    /// Whether an operator has paused the daemon.
    var isPaused: Bool { state.withLock { $0.isPaused } }

    func reload(_ settings: DaemonSettings) {
        state.withLock { state in
            state.settings = settings
            state.generation += 1
        }
    }

    /// Records whether the daemon is paused.
    ///
    /// - Returns: Whether this changed.
    func setPaused(_ isPaused: Bool) -> Bool {
        state.withLock { state in
            defer { state.isPaused = isPaused }
            return state.isPaused != isPaused
        }
    }
}
