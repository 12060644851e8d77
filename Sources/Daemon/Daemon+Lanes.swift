import Files
import Ledger
import Logging

/// Runs the three lanes, restarting them while a disk fails temporarily.
extension Daemon {
    /// Consecutive failures after which a daemon with `once` gives up.
    private static let failureLimit = 5
    /// A lane that ran this long had recovered from its earlier failures.
    private static let healthyRun: Duration = .seconds(60)

    /// Runs the lanes until all of them have ended; one that fails for good ends the others.
    func runLanes() async throws {
        let lanes: [(name: Lane, run: @Sendable () async throws -> Void)] = [
            (.scan, { try await ScanLane(context: context).run() }),
            (.load, { try await LoadLane(context: context).run() }),
            (.run, { try await RunLane(context: context).run() }),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in lanes {
                group.addTask {
                    do { try await runOverFaults(lane.name, lane.run) } catch {
                        await context.changes.stop()
                        throw error
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Runs a lane, and restarts it after a disk failure.
    ///
    /// Such a failure may pass, even one that would be a configuration error at the start: a file
    /// system may be mounted again.
    ///
    /// - Throws: Any error that is not a disk failure or will not pass by itself.
    private func runOverFaults(
        _ name: Lane,
        _ lane: @Sendable () async throws -> Void
    ) async throws {
        var failures = 0
        while true {
            let start = ContinuousClock.now
            do {
                return try await lane()
            } catch let error where Self.isPassing(error) {
                failures = ContinuousClock.now - start > Self.healthyRun ? 1 : failures + 1
                context.work.begin(name)
                context.logger.error("the disk fails", metadata: ["error": "\(error)"])
                if context.inbox.isReplaced {
                    throw DaemonRefusal.replaced(context.settings.inbox)
                }
                if context.once && failures >= Self.failureLimit { throw error }
                context.progress.beat()
                await context.changes.pause(for: .seconds(Retry.pause(after: failures)))
                if await context.changes.isStopping { return }
            }
        }
    }

    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case is FileError: true
        case let error as LedgerError: error.isPassing
        default: false
        }
    }
}
