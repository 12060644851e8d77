import Files
import FoundationEssentials
package import Contract
import Jobs
import Ledger
package import Logging
import ServiceLifecycle
import Spool
import UnixSignals

/// The long-running service: it watches the inbox, keeps the ledger, and publishes.
///
/// It parses no foreign bytes and holds no model; children of the same binary do (``LoadLane``,
/// ``RunLane``).
package struct Daemon: Service {
    /// The longest that a ledger of gigabytes is checked, or built anew, at the start.
    private static let checkingTime: Duration = .seconds(1_800)
    /// What the end takes beside the query at hand.
    private static let partingTime: Duration = .seconds(60)

    private let house: House
    private let board: StatusBoard
    private let manager: ServiceManager
    private let started: Timestamp
    private let version: String
    private let reload: @Sendable () throws -> DaemonSettings
    // Held as long as the daemon lives; the kernel lets go of them when it dies.
    private let locks: [FileLock]

    /// Opens folders and ledger and takes the locks.
    ///
    /// - Parameters:
    ///   - settings: Where the folders lie, and how children are started.
    ///   - once: Whether the daemon ends when everything is answered.
    ///   - version: Which taxod this is, for receipts.
    ///   - logger: Takes a line for each step of a job.
    ///   - terminal: Where `logger` writes, too.
    ///   - reload: Reads and checks the configuration anew, for SIGHUP; what it throws is told, and
    ///     the settings in force stay.
    /// - Throws: ``DaemonRefusal``, `FileError`, `LedgerError`, ``LedgerRebuild/Refusal``.
    package init(
        _ settings: DaemonSettings,
        once: Bool,
        version: String,
        logger: Logger,
        terminal: TerminalLine,
        reload: @escaping @Sendable () throws -> DaemonSettings
    ) throws {
        let inbox = try Inbox(path: SpoolPath(settings.inbox))
        let outbox = try Outbox(path: SpoolPath(settings.outbox))
        let requests = try RequestFolder(state: settings.state)
        guard let inboxLock = try inbox.lock() else { throw DaemonRefusal.locked(settings.inbox) }
        let state = settings.stateFolder
        try Folder.demandWritable(state.path)
        guard let stateLock = try FileLock(state.lock) else {
            throw DaemonRefusal.locked(settings.state)
        }
        locks = [inboxLock, stateLock]
        let log = try AuditLogFile(folder: state.audit)
        manager = ServiceManager()
        manager.extend(by: Self.checkingTime)
        let ledger = try Self.ledger(settings, lastLine: log.lastSeq, logger, manager)
        let audit = AuditKeeper(ledger: ledger, file: log)
        let live = LiveSettings(settings, isPaused: try requests.isPaused())
        let gauges = Gauges()
        board = StatusBoard(ledger: ledger, outbox: outbox, live: live, logger: logger)
        house = House(
            live: live,
            once: once,
            ledger: ledger,
            inbox: inbox,
            outbox: outbox,
            requests: requests,
            publisher: Publisher(
                ledger: ledger,
                inbox: inbox,
                outbox: outbox,
                audit: audit,
                logger: logger,
                version: version,
                gauges: gauges,
                now: { Timestamp(Date()) }
            ),
            audit: audit,
            bell: Bell(),
            statusBell: board.bell,
            progress: Progress(logger: logger, manager: manager, terminal: terminal, live: live),
            gauges: gauges,
            logger: logger
        )
        self.version = version
        self.reload = reload
        started = Timestamp(Date())
    }

    /// Opens the ledger; one that is damaged or lost is built anew first.
    ///
    /// Lines of the audit log are written from what the ledger holds durably. So a ledger that lacks
    /// some is not the one that wrote them, but an old copy, or one that lost its `-wal` file.
    private static func ledger(
        _ settings: DaemonSettings,
        lastLine: Int,
        _ logger: Logger,
        _ manager: ServiceManager
    ) throws -> Ledger {
        let path = settings.stateFolder.ledger.description
        do {
            let ledger = try Ledger(path: path)
            if try ledger.lastAuditSeq() >= lastLine { return ledger }
            try ledger.close()
            logger.error("the ledger lacks events of the audit log; it is built anew")
        } catch LedgerError.corrupt(_, let detail) {
            logger.error(
                "the ledger is damaged; it is built anew from outbox and audit log",
                metadata: ["detail": "\(detail)"]
            )
        }
        manager.extend(by: checkingTime)
        let rebuild = try LedgerRebuild(
            state: settings.state,
            inbox: settings.inbox,
            outbox: settings.outbox
        )
        let summary = try rebuild.run(at: Timestamp(Date()))
        logger.warning(
            "the ledger was rebuilt",
            metadata: [
                "results": "\(summary.results)", "auditLines": "\(summary.auditLines)",
                "old": "\(summary.oldLedger ?? "none")",
            ]
        )
        return try Ledger(path: path)
    }

    /// Works until the service group shuts down, or, with `once`, until nothing is left to do.
    package func run() async throws {
        // Also one whose claim was only intended: its rename may have happened.
        let claimed = try await house.ledger.reader.count(of: JobState.Name.open)
        if house.inbox.isNew, claimed > 0 {
            try house.inbox.forgetNew()
            throw DaemonRefusal.lost(inbox: house.settings.inbox, files: claimed)
        }
        try await house.ledger.appendAudit("daemon-started", at: house.now)
        let cut = await house.audit.repairedBytes
        if cut > 0 {
            try await house.ledger.appendAudit(
                "audit-repaired",
                detail: ["bytes": .integer(cut)],
                at: house.now
            )
            house.logger.warning(
                "half a line at the end of the audit log was cut off and is written again",
                metadata: ["bytes": "\(cut)"]
            )
        }
        try await Recovery(house: house).run()
        let open = try await house.ledger.reader.openJobs()
        try house.outbox.cleanStaging(keeping: Set(open.map(\.id)))
        try await house.audit.sync()
        let watcher = InboxWatcher(inbox: house.inbox.path, requests: house.requests.path)
        // Caught before readiness is told: systemd may send it at once. SIGTERM is, by the service group.
        let metrics = MetricsFile(house: house, started: started, version: version)
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        if let reason = watcher.fallbackReason {
            house.logger.notice(
                "the inbox is read every \(house.settings.rescan) only",
                metadata: ["reason": "\(reason)"]
            )
        }
        manager.ready()
        house.progress.rest()
        house.logger.info("ready", metadata: ["inbox": "\(house.settings.inbox)"])
        if house.live.isPaused { house.logger.notice("\(ScanLane.pausedMessage)") }
        try await withThrowingTaskGroup(of: Void.self) { helpers in
            helpers.addTask { for await _ in watcher.ticks { await house.bell.ring() } }
            helpers.addTask { for await _ in hangUps { await takeSettings() } }
            helpers.addTask { await board.run() }
            helpers.addTask { await metrics.run() }
            helpers.addTask { await feedWatchdog() }
            helpers.addTask {
                _ = try? await gracefulShutdown()
                manager.stopping()
                manager.extend(by: house.settings.queryTimeLimit + Self.partingTime)
                await house.bell.stop()
            }
            try await runLanes()
            helpers.cancelAll()
        }
        house.progress.finish()
        try await house.ledger.appendAudit("daemon-stopped", at: house.now)
        try await house.audit.sync()
        try await board.write()
        await metrics.write()
    }

    /// Puts the configuration as it is now in force, if it is right.
    private func takeSettings() async {
        manager.reloading()
        defer { manager.ready() }
        do {
            let settings = try reload()
            let old = house.settings
            for (key, before, after) in [
                ("inbox", old.inbox, settings.inbox), ("outbox", old.outbox, settings.outbox),
                ("state", old.state, settings.state),
            ] where before != after {
                throw DaemonRefusal.fixed(key: key, before: before, after: after)
            }
            house.live.reload(settings)
            house.logger.notice("the configuration was read again and is in force")
        } catch {
            house.logger.error(
                "the configuration was not taken; the one before stays in force",
                metadata: ["error": "\(error)"]
            )
        }
        await house.bell.ring()
    }

    /// Runs the lanes until all have ended; one that fails for good ends the others.
    private func runLanes() async throws {
        let lanes: [(name: Lane, run: @Sendable () async throws -> Void)] = [
            (.scan, { try await ScanLane(house: house).run() }),
            (.load, { try await LoadLane(house: house).run() }),
            (.run, { try await RunLane(house: house).run() }),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in lanes {
                group.addTask {
                    do { try await house.persist(lane.name, lane.run) } catch {
                        await house.bell.stop()
                        throw error
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// How a run with `once` ended; what is waited for is logged.
    package func outcome() async throws -> ExitStatus {
        let reader = house.ledger.reader
        if house.live.isPaused { return .temporaryFailure }
        let waiting = try await reader.jobs(in: [.waiting])
        let unserved = waiting.filter {
            if case .waiting(.vocabulary, _, _) = $0.state { true } else { false }
        }
        for job in unserved.prefix(20) {
            house.logger.warning(
                "waiting for a vocabulary: drop one into the inbox, or use `taxod load`",
                metadata: ["job": "\(job.id.short)", "file": "\(job.facts.name)"]
            )
        }
        let codes = waiting.compactMap { job -> SubmissionError.Code? in
            guard case .waiting(.until(_, let code), _, _) = job.state else { return nil }
            return code
        }
        if codes.contains(.engineUnavailable) { return .unavailable }
        if codes.contains(.storageUnavailable) { return .inputOutput }
        let open = JobState.Name.open.subtracting([.waiting])
        let isStopped = try await reader.count(of: open) > 0
        if !waiting.isEmpty || isStopped { return .temporaryFailure }
        let quarantined = try await reader.jobs(in: [.quarantined])
        return quarantined.contains { $0.updated >= started } ? .dataError : .ok
    }

    /// Tells systemd that the daemon lives, as long as it is idle or something moves.
    ///
    /// A clock alone would hide a hung engine.
    private func feedWatchdog() async {
        guard let seconds = manager.watchdogSeconds else { return }
        var last = -1
        while !Task.isCancelled {
            let movements = house.progress.movements
            let busy = try? await house.ledger.reader.count(of: [.loading, .running])
            if busy == 0 || house.live.isPaused || movements != last { manager.alive() }
            last = movements
            try? await Task.sleep(for: .seconds(seconds / 3))
        }
    }
}
