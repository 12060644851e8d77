/// Wakes the lanes of the daemon when one of them has changed something.
///
/// A lane notes ``rings`` before it looks for work and waits only if nobody rang since, so that no
/// ring is lost.
package actor Bell {
    /// How often the bell was rung.
    package private(set) var rings = 0
    /// Whether the daemon is to end: no new work is begun.
    package private(set) var isStopping = false
    /// A sleep for each waiter; ringing cancels it, which ends the wait.
    private var sleeps: [Int: Task<Void, Never>] = [:]
    private var nextWaiter = 0

    package init() {}

    package func ring() {
        rings += 1
        for sleep in sleeps.values { sleep.cancel() }
    }

    package func stop() {
        isStopping = true
        ring()
    }

    /// How many wait.
    package var waiters: Int { sleeps.count }

    /// Waits until the bell is rung after `rings`, but no longer than `limit`.
    package func wait(since rings: Int, atMost limit: Duration) async {
        guard self.rings == rings, !isStopping, !Task.isCancelled else { return }
        let waiter = nextWaiter
        nextWaiter += 1
        let sleep = Task { _ = try? await Task.sleep(for: limit) }
        sleeps[waiter] = sleep
        await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
        sleeps[waiter] = nil
    }

    /// Waits for all of `duration`, however often the bell is rung, unless the daemon is to end.
    package func rest(for duration: Duration) async {
        let end = ContinuousClock.now + duration
        while !isStopping, !Task.isCancelled, ContinuousClock.now < end {
            await wait(since: rings, atMost: end - ContinuousClock.now)
        }
    }

    /// Waits until the daemon is to end, or the task is cancelled.
    package func stopping() async {
        while !isStopping, !Task.isCancelled {
            await wait(since: rings, atMost: .seconds(3600))
        }
    }
}
