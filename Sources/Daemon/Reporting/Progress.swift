import Logging
import Synchronization

/// The progress of the current job, as a line on a terminal or as occasional log lines.
final class Progress: Sendable {
    private struct State {
        var name = ""
        var step = ""
        var done = 0
        var total = 0
        /// The value of `done` at `since`: queries answered before a resume do not count for the
        /// rate.
        var began = 0
        var since = ContinuousClock.now
        var shown = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let counter = Atomic<Int>(0)
    private let logger: Logger
    private let manager: ServiceManager
    private let terminal: TerminalLine
    private let live: LiveSettings
    /// Minimum time between two lines about the same step.
    private let pause: Duration

    init(
        logger: Logger,
        manager: ServiceManager,
        terminal: TerminalLine,
        live: LiveSettings
    ) {
        self.logger = logger
        self.manager = manager
        self.terminal = terminal
        self.live = live
        pause = terminal.isTerminal ? .milliseconds(200) : .seconds(30)
    }

    /// Increases with every answered query and every step of a load; the watchdog compares it.
    var movements: Int { counter.load(ordering: .relaxed) }

    /// Records that the daemon is alive although it makes no progress, as when it waits for a disk.
    func beat() { counter.add(1, ordering: .relaxed) }

    /// Records progress, and shows it unless it was shown a moment ago.
    func note(_ name: String, step: String, done: Int, total: Int) {
        beat()
        let line: String? = state.withLock { state in
            let now = ContinuousClock.now
            if state.name != name || state.step != step || done < state.done {
                state = State(name: name, step: step, began: done, since: now, shown: now)
            }
            state.done = done
            state.total = total
            guard now - state.shown >= pause else { return nil }
            state.shown = now
            return Self.describe(state, at: now)
        }
        guard let line else { return }
        manager.status(line)
        if terminal.isTerminal {
            terminal.show(line)
        } else {
            logger.info("progress", metadata: ["state": "\(line)"])
        }
    }

    /// Removes the line, because the current job is done or interrupted.
    func finish() {
        state.withLock { $0 = State() }
        terminal.show("")
        showIdle()
    }

    /// Shows that the daemon is idle.
    func showIdle() { manager.status(live.isPaused ? "paused" : "watching the inbox") }

    private static func describe(_ state: State, at now: ContinuousClock.Instant) -> String {
        let text = "\(state.name): \(state.step) \(state.done) of \(state.total)"
        let seconds = (now - state.since) / .seconds(1)
        let done = state.done - state.began
        guard done > 0, seconds > 0.5 else { return text }
        let rate = Double(done) / seconds
        let left = Int(Double(state.total - state.done) / rate)
        let shownRate = rate >= 10 ? "\(Int(rate))" : "\(Double(Int(rate * 10)) / 10)"
        return text + ", \(shownRate) a second, \(left / 60) min \(left % 60) s left"
    }
}
