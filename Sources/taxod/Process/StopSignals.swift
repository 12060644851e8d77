import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into a request to stop at the next point where nothing is lost.
enum StopSignals {
    private static let isAsked = Atomic<Bool>(false)

    /// Whether SIGINT or SIGTERM was received.
    static var stopIsAsked: Bool { isAsked.load(ordering: .relaxed) }

    /// Handles the first SIGINT or SIGTERM; a second one ends the process at once.
    static func catchFirst() {
        // Initialise the flag here: a signal handler must not run a lazy initialiser.
        isAsked.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                StopSignals.isAsked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
