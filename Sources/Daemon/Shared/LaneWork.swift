import Synchronization

/// The daemon's three lanes of work.
enum Lane: Hashable, Sendable {
    case scan, load, run
}

/// The lanes that are busy: they have work in progress, or a failing disk keeps them from it.
///
/// A lane begins before it changes a job's state, and ends when it finds nothing more to do. The
/// jobs' states are not enough to tell: a job may have ended while its file is still to be moved.
final class LaneWork: Sendable {
    private let lanes = Mutex<Set<Lane>>([.load, .run])

    var isEmpty: Bool { lanes.withLock(\.isEmpty) }

    func begin(_ lane: Lane) {
        lanes.withLock { _ = $0.insert(lane) }
    }

    /// Marks the lane as idle, and returns whether it was busy until now.
    func end(_ lane: Lane) -> Bool {
        lanes.withLock { $0.remove(lane) != nil }
    }
}
