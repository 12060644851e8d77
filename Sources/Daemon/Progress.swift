import Glibc
import Logging
import Synchronization

/// How far the job at hand is, told on a terminal as a line and otherwise as log lines.
final class Progress: Sendable {
    private struct State {
        var name = ""
        var step = ""
        var done = 0
        var total = 0
        /// Queries answered since `since`; a resumed job's earlier ones do not count for the rate.
        var began = 0
        var since = ContinuousClock.now
        var logged = ContinuousClock.now
        var isShown = false
    }

    private let state = Mutex(State())
    private let counter = Atomic<Int>(0)
    private let logger: Logger
    private let manager: ServiceManager
    private let isTerminal: Bool

    init(logger: Logger, manager: ServiceManager) {
        self.logger = logger
        self.manager = manager
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Rises with every query answered and every step of a load; a watchdog compares it.
    var movements: Int { counter.load(ordering: .relaxed) }

    /// Notes that something was done and tells of it at most once a second, or every half minute
    /// in a log.
    func note(_ name: String, step: String, done: Int, total: Int) {
        counter.add(1, ordering: .relaxed)
        let line: String? = state.withLock { state in
            let now = ContinuousClock.now
            if state.name != name || state.step != step || done < state.done {
                state = State(name: name, step: step, began: done, since: now, logged: now)
            }
            state.done = done
            state.total = total
            let pause: Duration = isTerminal ? .milliseconds(200) : .seconds(30)
            guard now - state.logged >= pause || (isTerminal && done == total) else { return nil }
            state.logged = now
            state.isShown = true
            return Self.describe(state, at: now)
        }
        guard let line else { return }
        manager.status(line)
        if isTerminal {
            write("\r\u{1B}[K" + line)
        } else {
            logger.info("progress", metadata: ["state": "\(line)"])
        }
    }

    /// Ends the progress line, so that what follows starts on a line of its own.
    func finish() {
        let wasShown = state.withLock { state in
            defer { state = State() }
            return state.isShown
        }
        if wasShown && isTerminal { write("\r\u{1B}[K") }
    }

    private static func describe(_ state: State, at now: ContinuousClock.Instant) -> String {
        var text = "\(state.name): \(state.step) \(state.done) of \(state.total)"
        let seconds = (now - state.since) / .seconds(1)
        let done = state.done - state.began
        guard done > 0, seconds > 0.5 else { return text }
        let rate = Double(done) / seconds
        let left = Int(Double(state.total - state.done) / rate)
        let shown = rate >= 10 ? "\(Int(rate))" : "\(Double(Int(rate * 10)) / 10)"
        text += ", \(shown) a second, \(left / 60) min \(left % 60) s left"
        return text
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
