/// Wakes the lanes of the daemon when one of them has changed something.
///
/// A lane notes ``rings`` before it looks for work and waits only if nobody rang since, so that no
/// ring is lost.
actor Bell {
    /// How often the bell was rung.
    private(set) var rings = 0
    /// Whether the daemon is to end: no new work is begun.
    private(set) var isStopping = false
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter = 0

    func ring() {
        rings += 1
        let all = waiting
        waiting = [:]
        for continuation in all.values { continuation.resume() }
    }

    func stop() {
        isStopping = true
        ring()
    }

    /// Waits until the bell is rung after `rings`, but no longer than `limit`.
    func wait(since rings: Int, atMost limit: Duration) async {
        guard self.rings == rings, !isStopping else { return }
        let waiter = nextWaiter
        nextWaiter += 1
        let alarm = Task {
            // A cancelled sleep wakes the waiter, too.
            _ = try? await Task.sleep(for: limit)
            release(waiter)
        }
        await withCheckedContinuation { waiting[waiter] = $0 }
        alarm.cancel()
    }

    private func release(_ waiter: Int) {
        waiting.removeValue(forKey: waiter)?.resume()
    }
}
