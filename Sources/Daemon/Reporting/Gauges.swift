import Synchronization

/// Counters since the daemon's start that the ledger does not keep.
final class Gauges: Sendable {
    /// The counters at one moment.
    struct Counts: Sendable {
        /// Files in the inbox that changed within the quiet period, and files that can be claimed.
        var resting = 0
        var ready = 0
        /// Queries that a worker answered, and how long they took, from being asked to being
        /// stored.
        var queries = 0
        var querySeconds = 0.0
        /// Tokens that language models read and wrote for these queries.
        var tokens = 0
        /// For each bound of ``bounds``, the number of queries that took no longer.
        var buckets = [Int](repeating: 0, count: Gauges.bounds.count)
        var workerDeaths = 0
        var quarantined = 0
        var postponed = 0
        var published = 0
        var cancelled = 0
    }

    /// Upper bounds of durations, in seconds.
    static let bounds = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 900]

    private let state = Mutex(Counts())

    var counts: Counts { state.withLock { $0 } }

    func noteScan(resting: Int, ready: Int) {
        state.withLock { counts in
            counts.resting = resting
            counts.ready = ready
        }
    }

    func noteQuery(_ duration: Duration, tokens: Int) {
        let seconds = duration / .seconds(1)
        state.withLock { counts in
            counts.queries += 1
            counts.querySeconds += seconds
            counts.tokens += tokens
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound {
                counts.buckets[index] += 1
            }
        }
    }

    func noteWorkerDeath() { state.withLock { $0.workerDeaths += 1 } }
    func noteQuarantine() { state.withLock { $0.quarantined += 1 } }
    func notePostponed() { state.withLock { $0.postponed += 1 } }
    func noteCancelled() { state.withLock { $0.cancelled += 1 } }
    func notePublished() { state.withLock { $0.published += 1 } }
}
