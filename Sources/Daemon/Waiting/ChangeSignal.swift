/// Wakes waiting tasks when something has changed.
///
/// Read ``count`` before looking for work, and wait only if it has not changed since: then no
/// change between the look and the wait is lost.
package actor ChangeSignal {
    /// Number of changes so far.
    package private(set) var count = 0
    /// Whether the daemon is stopping, so that no new work may begin.
    package private(set) var isStopping = false
    /// A sleep for each waiting task; a change cancels it, which ends the wait.
    private var sleeps: [Int: Task<Void, Never>] = [:]
    private var nextWaiter = 0

    package init() {}

    /// Announces that something has changed.
    package func notify() {
        count += 1
        for sleep in sleeps.values { sleep.cancel() }
    }

    /// Announces that the daemon is stopping.
    package func stop() {
        isStopping = true
        notify()
    }

    /// Number of waiting tasks.
    package var waiters: Int { sleeps.count }

    /// Waits until the number of changes exceeds `seen`, but no longer than `limit`.
    package func wait(since seen: Int, atMost limit: Duration) async {
        guard count == seen, !isStopping, !Task.isCancelled else { return }
        let waiter = nextWaiter
        nextWaiter += 1
        // An unstructured task, although all others belong to one service group: only the holder of
        // a task can cancel it, and `notify` must be able to cut the sleep short. The sleep is
        // awaited right here and cancelled with its waiter, so it never outlives the wait. A stream
        // per lane would need a second task for the time limit, and more code.
        let sleep = Task { _ = try? await Task.sleep(for: limit) }
        sleeps[waiter] = sleep
        await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
        sleeps[waiter] = nil
    }

    /// Waits for all of `duration`, whatever changes, unless the daemon is stopping.
    package func pause(for duration: Duration) async {
        let end = ContinuousClock.now + duration
        while !isStopping, !Task.isCancelled, ContinuousClock.now < end {
            await wait(since: count, atMost: end - ContinuousClock.now)
        }
    }

    /// Waits until the daemon is stopping, or the task is cancelled.
    package func waitUntilStopping() async {
        while !isStopping, !Task.isCancelled {
            await wait(since: count, atMost: .seconds(3600))
        }
    }
}
