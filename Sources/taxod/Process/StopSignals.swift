import Glibc
import Synchronization

/// Asks a long computation to end at the next place where nothing is lost.
enum StopSignals {
    private static let isAsked = Atomic<Bool>(false)

    /// Whether SIGINT or SIGTERM came.
    static var stopIsAsked: Bool { isAsked.load(ordering: .relaxed) }

    /// Catches the first SIGINT or SIGTERM; a second one ends the process at once.
    static func catchFirst() {
        // The flag is made here and not by the handler, which may run at any instruction.
        isAsked.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                StopSignals.isAsked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
