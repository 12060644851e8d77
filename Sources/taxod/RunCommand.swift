import ArgumentParser
import Daemon
import Files
import Foundation
import Contract
import Ledger
import Logging
import ServiceLifecycle
import Settings
import Spool

/// `taxod run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch the inbox and answer into the outbox.",
        usage: "taxod run [--once] [--inbox <folder>] [--outbox <folder>] [<options>]",
        discussion: """
            SIGTERM and SIGINT finish the queries at hand and end the daemon; what is not answered \
            then goes on at the next start. With --once it ends when everything is answered. SIGHUP \
            reads the configuration again: a wrong one is told and leaves the old one in force.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "End when everything in the inbox is answered.")
    var once = false

    @Option(help: ArgumentHelp("Where files are dropped.", valueName: "folder"))
    var inbox: String?

    @Option(help: ArgumentHelp("Where results appear.", valueName: "folder"))
    var outbox: String?

    func run() async throws {
        try OpenFiles.demand()
        let overrides = ["inbox": inbox, "outbox": outbox]
        let configuration = try options.read(overrides).values
        // A closed pipe or terminal, and a limit on files, are met where they are written to.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let terminal = TerminalLine()
        let logger = Self.logger(configuration, terminal)
        let daemon: Daemon
        do {
            try POSIXFileOperations().makeFolders(SpoolPath(configuration.state))
            daemon = try Daemon(
                try Self.settings(configuration),
                once: once,
                version: "taxod \(Version.current)",
                logger: logger,
                terminal: terminal,
                reload: { [options] in
                    try Self.settings(try options.reread(overrides).values)
                }
            )
        } catch let error as DaemonRefusal {
            throw Exit(.temporaryFailure, "\(error)")
        } catch let error as LedgerRebuild.BrokenAuditLog {
            throw Exit(.inputOutput, "\(error)")
        } catch let error as FileError {
            throw Exit(error.isConfigurationFault ? .configuration : .inputOutput, "\(error)")
        } catch let error as LedgerError {
            throw Exit(.inputOutput, "\(error)")
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: daemon,
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        do {
            try await group.run()
        } catch let error as DaemonRefusal {
            throw Exit(.inputOutput, "\(error)")
        } catch let error as FileError {
            throw Exit(error.isConfigurationFault ? .configuration : .inputOutput, "\(error)")
        } catch let error as LedgerError {
            throw Exit(.inputOutput, "\(error)")
        }
        guard once else { return }
        let outcome = try await daemon.outcome()
        if outcome != .ok { throw ExitCode(outcome.rawValue) }
    }

    private static func settings(_ configuration: Configuration) throws -> DaemonSettings {
        // Children read the configuration in force from a file, so that all agree on it.
        let file = configuration.state + "/configuration.json"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try POSIXFileOperations().write(
            Array(try encoder.encode(configuration)),
            to: SpoolPath(file)
        )
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return DaemonSettings(
            inbox: configuration.inbox,
            outbox: configuration.outbox,
            state: configuration.state,
            quietPeriod: .seconds(configuration.spool.quietPeriodSeconds),
            rescan: .seconds(configuration.spool.rescanSeconds),
            maximumFileBytes: configuration.spool.maximumFileBytes,
            subfolders: configuration.spool.subfolders,
            metrics: configuration.metrics,
            queryTimeLimit: .seconds(configuration.worker.queryTimeLimitSeconds),
            workerIdle: .seconds(configuration.worker.idleSeconds),
            inFlight: configuration.engineThreads + 1,
            loadCommand: { request in
                var arguments = [
                    "load", "--json", "--config", file, "--file-name", request.fileName,
                ]
                if let task = request.task { arguments += ["--task", task] }
                if let hash = request.expectedSHA256 { arguments += ["--expected-sha256", hash] }
                if request.acceptsShrunken { arguments.append("--accept-shrunken") }
                return ChildCommand(
                    executable: executable,
                    arguments: arguments + ["--", request.path]
                )
            },
            workerCommand: { version in
                ChildCommand(
                    executable: executable,
                    arguments: ["expand", "--config", file, "--vocabulary", version]
                )
            }
        )
    }

    private static func logger(
        _ configuration: Configuration,
        _ terminal: TerminalLine
    ) -> Logger {
        let level = Logger.Level(rawValue: configuration.log.level.rawValue) ?? .info
        return Logger(label: "taxod") { label in
            guard !JournalLog.isAtStandardError else {
                return JournalLog(level: level, fallback: terminal)
            }
            var handler = StreamLogHandler(label: label, stream: terminal)
            handler.logLevel = level
            return handler
        }
    }
}
