import FoundationEssentials
import Jobs
import Ledger
import Logging
import Spool

/// What the lanes of the daemon share.
struct House: Sendable {
    let settings: DaemonSettings
    let ledger: Ledger
    let inbox: Inbox
    let outbox: Outbox
    let requests: RequestFolder
    let publisher: Publisher
    let audit: AuditKeeper
    let bell: Bell
    /// Rung when a submission's state changed.
    let statusBell: Bell
    let progress: Progress
    let logger: Logger

    var now: Timestamp { Timestamp(Date()) }

    func tellStatus() async { await statusBell.ring() }

    /// Runs a lane, and runs it again when a disk fails: such a fault may pass.
    ///
    /// - Throws: What is no fault of a file, or one that only another configuration mends.
    func persist(_ lane: @Sendable () async throws -> Void) async throws {
        var failures = 0
        while true {
            do {
                return try await lane()
            } catch let error as FileError where !error.isConfigurationFault {
                failures += 1
                logger.error("the disk fails", metadata: ["error": "\(error)"])
                let rings = await bell.rings
                let pause = Self.pause(after: failures)
                await bell.wait(since: rings, atMost: .seconds(pause))
                if await bell.isStopping { return }
            }
        }
    }

    /// Seconds until the next try: doubling from 2 to 600, with full jitter.
    private static func pause(after failures: Int) -> Double {
        let longest = min(600, 2 * Double(1 << min(failures, 10)))
        return Double.random(in: (longest / 2)...longest)
    }

    /// Puts a job off: the fault may pass by itself.
    func postpone(_ job: JobRecord, _ error: SubmissionError) async throws {
        let until = now.adding(seconds: Self.pause(after: 4))
        let record = try await ledger.record(
            .deferred(code: error.code, until: until),
            for: job.id,
            at: now
        ) { $0.reason = LoadOutcome.Refusal(error) }
        logger.warning(
            "postponed",
            metadata: [
                "job": "\(job.id.short)", "code": "\(error.code.rawValue)",
                "until": "\(until)", "message": "\(error.message)",
            ]
        )
        if case .quarantined = record.state { try await publisher.setAside(job.id) }
        await tellStatus()
    }

    /// Refuses a job for good.
    func quarantine(_ job: JobRecord, _ error: SubmissionError) async throws {
        try await ledger.record(.rejected(code: error.code), for: job.id, at: now) {
            $0.reason = LoadOutcome.Refusal(error)
        }
        try await publisher.setAside(job.id)
        logger.warning(
            "quarantined",
            metadata: [
                "job": "\(job.id.short)", "file": "\(job.facts.name)",
                "code": "\(error.code.rawValue)", "message": "\(error.message)",
            ]
        )
        await tellStatus()
    }
}
