/// Wakes those who wait when something has changed.
///
/// Whoever looks for work notes ``count`` before the look and waits only if nothing changed since,
/// so that no change is lost between the look and the wait.
package actor ChangeSignal {
    /// How many changes there were.
    package private(set) var count = 0
    /// Whether the daemon is about to end: no new work is begun.
    package private(set) var isStopping = false
    /// A sleep for each who waits; a change cancels it, which ends the wait.
    private var sleeps: [Int: Task<Void, Never>] = [:]
    private var nextWaiter = 0

    package init() {}

    /// Says that something has changed.
    package func notify() {
        count += 1
        for sleep in sleeps.values { sleep.cancel() }
    }

    /// Says that the daemon is about to end.
    package func stop() {
        isStopping = true
        notify()
    }

    /// How many wait.
    package var waiters: Int { sleeps.count }

    /// Waits until there were more changes than `seen`, but no longer than `limit`.
    package func wait(since seen: Int, atMost limit: Duration) async {
        guard count == seen, !isStopping, !Task.isCancelled else { return }
        let waiter = nextWaiter
        nextWaiter += 1
        // A task of its own, although the others hang from one service group: `notify` must be able
        // to cut a sleep short, and only who holds its task can. The sleep is awaited right here and
        // cancelled with its waiter, so it never outlives the wait. A stream a lane would need a
        // second task for the time limit, and more lines.
        let sleep = Task { _ = try? await Task.sleep(for: limit) }
        sleeps[waiter] = sleep
        await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
        sleeps[waiter] = nil
    }

    /// Waits for all of `duration`, whatever changes, unless the daemon is about to end.
    package func pause(for duration: Duration) async {
        let end = ContinuousClock.now + duration
        while !isStopping, !Task.isCancelled, ContinuousClock.now < end {
            await wait(since: count, atMost: end - ContinuousClock.now)
        }
    }

    /// Waits until the daemon is about to end, or the task is cancelled.
    package func waitUntilStopping() async {
        while !isStopping, !Task.isCancelled {
            await wait(since: count, atMost: .seconds(3600))
        }
    }
}
