package import Contract
import Files
import FoundationEssentials
import Jobs
import Ledger
package import Logging
import ServiceLifecycle
import Spool
import UnixSignals

/// The long-running service: it watches the inbox, keeps the ledger, and publishes.
///
/// It neither parses dropped files, except for checksum files, nor holds a model; child processes
/// of the same binary do (``LoadLane``, ``RunLane``).
package struct Daemon: Service {
    /// The longest that checking or rebuilding a ledger of several gigabytes may take at the start.
    private static let checkingTime: Duration = .seconds(1_800)
    /// The time allowed for stopping, in addition to that of the query in progress.
    private static let stopTime: Duration = .seconds(60)

    let context: DaemonContext
    private let board: StatusBoard
    private let manager: ServiceManager
    private let started: Timestamp
    private let version: String
    private let reload: @Sendable () throws -> DaemonSettings
    // Held for the daemon's lifetime; the kernel releases them when the process dies.
    private let locks: [FileLock]

    /// Opens the folders and the ledger, and takes the locks.
    ///
    /// - Parameters:
    ///   - settings: Where the folders are, and how children are started.
    ///   - once: Whether the daemon ends when every file is answered.
    ///   - version: Version of taxod, for receipts.
    ///   - logger: Gets a line for each step of a job.
    ///   - terminal: Where `logger` also writes.
    ///   - reload: Reads and checks the configuration again, on SIGHUP. If it throws, the error is
    ///     logged and the current settings stay in force.
    /// - Throws: ``DaemonRefusal``, `FileError`, `LedgerError`, ``LedgerRebuild/BrokenAuditLog``.
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
        context = DaemonContext(
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
                statusChanges: board.changes,
                logger: logger,
                version: version,
                gauges: gauges,
                now: { Timestamp(Date()) }
            ),
            audit: audit,
            changes: ChangeSignal(),
            statusChanges: board.changes,
            progress: Progress(logger: logger, manager: manager, terminal: terminal, live: live),
            news: board.news,
            gauges: gauges,
            logger: logger
        )
        self.version = version
        self.reload = reload
        started = Timestamp(Date())
    }

    /// Opens the ledger, and rebuilds it first if it is damaged or lost.
    ///
    /// The audit log contains only lines that the ledger had already stored durably. So a ledger
    /// that lacks some of them did not write them: it is an old copy, or has lost its `-wal` file.
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
            logger.error("the ledger lacks events of the audit log; it is rebuilt")
        } catch LedgerError.corrupt(_, let detail) {
            logger.error(
                "the ledger is damaged; it is rebuilt from the outbox and the audit log",
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

    /// Works until the service group shuts down or, with `once`, until nothing is left to do.
    package func run() async throws {
        try await recover()
        let watcher = InboxWatcher(inbox: context.inbox.path, requests: context.requests.path)
        // Trapped before systemd hears that the daemon is ready, because it may send SIGHUP at
        // once. The service group traps SIGTERM.
        let metrics = MetricsFile(
            reader: context.ledger.reader,
            live: context.live,
            gauges: context.gauges,
            logger: context.logger,
            started: started,
            version: version
        )
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        if let reason = watcher.fallbackReason {
            context.logger.notice(
                "the inbox is read every \(context.settings.rescan) only",
                metadata: ["reason": "\(reason)"]
            )
        }
        manager.ready()
        context.progress.showIdle()
        context.logger.info("ready", metadata: ["inbox": "\(context.settings.inbox)"])
        if context.live.isPaused { context.logger.notice("\(ScanLane.pausedMessage)") }
        try await withThrowingTaskGroup(of: Void.self) { helpers in
            helpers.addTask { for await _ in watcher.ticks { await context.changes.notify() } }
            helpers.addTask { for await _ in hangUps { await takeSettings() } }
            helpers.addTask { await board.run() }
            helpers.addTask { await metrics.run() }
            helpers.addTask { await feedWatchdog() }
            helpers.addTask {
                _ = try? await gracefulShutdown()
                manager.stopping()
                manager.extend(by: context.settings.queryTimeLimit + Self.stopTime)
                await context.changes.stop()
            }
            try await runLanes()
            helpers.cancelAll()
        }
        context.progress.finish()
        try await context.ledger.appendAudit("daemon-stopped", at: context.now)
        try await context.audit.sync()
        try await board.write()
        await metrics.write()
    }

    /// Records the start, and reconciles disk and ledger after the previous daemon.
    ///
    /// - Throws: ``DaemonRefusal/lost(inbox:files:)`` when the claimed files are missing.
    private func recover() async throws {
        // Includes jobs whose claim was only intended: the rename may have happened.
        let claimed = try await context.ledger.reader.count(of: JobState.Name.open)
        if context.inbox.isNew, claimed > 0 {
            try context.inbox.forgetNew()
            throw DaemonRefusal.lost(inbox: context.settings.inbox, files: claimed)
        }
        try await context.ledger.appendAudit("daemon-started", at: context.now)
        let cut = await context.audit.repairedBytes
        if cut > 0 {
            try await context.ledger.appendAudit(
                "audit-repaired",
                detail: ["bytes": .integer(cut)],
                at: context.now
            )
            context.logger.warning(
                "the audit log ended in half a line, which was cut off and is written again",
                metadata: ["bytes": "\(cut)"]
            )
        }
        for request in try context.requests.pendingCancels() {
            _ = context.cancellations.add(request.job)
        }
        try await Recovery(context: context).run()
        let last = try await context.ledger.reader.latestJobs(limit: EndedFiles.most)
        for job in last.reversed() { context.publisher.ended.watch(job) }
        let open = try await context.ledger.reader.openJobs()
        try context.outbox.cleanStaging(keeping: Set(open.map(\.id)))
        try await context.audit.sync()
    }

    /// Reads the configuration again, and applies it if it is valid.
    private func takeSettings() async {
        manager.reloading()
        defer { manager.ready() }
        do {
            let settings = try reload()
            let old = context.settings
            for (key, before, after) in [
                ("inbox", old.inbox, settings.inbox), ("outbox", old.outbox, settings.outbox),
                ("state", old.state, settings.state),
            ] where before != after {
                throw DaemonRefusal.fixed(key: key, before: before, after: after)
            }
            context.live.reload(settings)
            context.logger.notice("the configuration was read again and is in force")
        } catch {
            context.logger.error(
                "the new configuration was rejected; the previous one stays in force",
                metadata: ["error": "\(error)"]
            )
        }
        await context.changes.notify()
    }

    /// Returns how a run with `once` ended, and logs what the remaining jobs wait for.
    package func outcome() async throws -> ExitStatus {
        let reader = context.ledger.reader
        if context.live.isPaused { return .temporaryFailure }
        let waiting = try await reader.jobs(in: [.waiting])
        let unserved = waiting.filter {
            if case .waiting(.vocabulary, _, _) = $0.state { true } else { false }
        }
        for job in unserved.prefix(20) {
            context.logger.warning(
                "waiting for a vocabulary: drop one into the inbox, or use `taxod load`",
                metadata: [
                    "job": "\(job.id.short)", "file": "\(job.facts.name)",
                    "message": "\(job.facts.reason?.message ?? "")",
                ]
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

    /// Tells systemd that the daemon is alive as long as it is idle or makes progress.
    ///
    /// A timer alone would hide a hung engine.
    private func feedWatchdog() async {
        guard let seconds = manager.watchdogSeconds else { return }
        var last = -1
        while !Task.isCancelled {
            let movements = context.progress.movements
            let busy = try? await context.ledger.reader.count(of: [.loading, .running])
            if busy == 0 || context.live.isPaused || movements != last { manager.alive() }
            last = movements
            try? await Task.sleep(for: .seconds(seconds / 3))
        }
    }
}
