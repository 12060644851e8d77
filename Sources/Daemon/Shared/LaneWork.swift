import Synchronization

/// The three lines of work of a daemon.
enum Lane: Hashable, Sendable {
    case scan, load, run
}

/// The lanes that have work in hand, such as a file to be moved to its place, or that a failing disk
/// keeps from it.
///
/// A lane begins before it changes a job's state and ends when it finds nothing more to do. Jobs
/// alone do not show it: one may be at its end while its file is still to be moved.
final class LaneWork: Sendable {
    private let lanes = Mutex<Set<Lane>>([.load, .run])

    var isEmpty: Bool { lanes.withLock(\.isEmpty) }

    func begin(_ lane: Lane) {
        lanes.withLock { _ = $0.insert(lane) }
    }

    /// Returns whether the lane had work in hand until now.
    func end(_ lane: Lane) -> Bool {
        lanes.withLock { $0.remove(lane) != nil }
    }
}
