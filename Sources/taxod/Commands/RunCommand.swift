import ArgumentParser
import Contract
import Daemon
import Files
import Foundation
import Ledger
import Logging
import ServiceLifecycle
import Settings
import Workshop

/// `taxod run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch the inbox and answer into the outbox.",
        usage: "taxod run [--once] [--inbox <folder>] [--outbox <folder>] [<options>]",
        discussion: """
            On SIGTERM or SIGINT the daemon finishes the queries in progress and ends; unanswered \
            ones are resumed at the next start. With --once it ends when everything is answered. \
            SIGHUP reloads the configuration; a faulty one is logged and the old one stays in effect.
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
        // A closed pipe or terminal and a file-size limit show up as failed writes, not as signals.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let terminal = TerminalLine()
        let logger = Self.logger(configuration, terminal)
        try POSIXFileOperations().makeFolders(SpoolPath(configuration.state))
        let daemon = try Daemon(
            try Self.settings(configuration),
            once: once,
            version: "taxod \(Version.current)",
            logger: logger,
            terminal: terminal,
            reload: { [options] in try Self.settings(try options.read(overrides).values) }
        )
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
        try await group.run()
        guard once else { return }
        let outcome = try await daemon.outcome()
        if outcome != .ok { throw ExitCode(outcome.rawValue) }
    }

    private static func settings(_ configuration: Configuration) throws -> DaemonSettings {
        // Children read the effective configuration from a file, so that all use the same one.
        let file = configuration.stateFolder.configuration
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try POSIXFileOperations().write(
            Array(try encoder.encode(configuration)),
            to: file
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
                    "load", "--json", "--config", file.description, "--file-name", request.fileName,
                ]
                if let task = request.task { arguments += ["--task", task] }
                if let name = request.vocabulary { arguments += ["--vocabulary", name] }
                if request.asVocabulary { arguments.append("--as-vocabulary") }
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
                    arguments: ["expand", "--config", file.description, "--vocabulary", version]
                )
            },
            vocabularyNames: { try configuration.store.loaded().map(\.name) },
            identifierRange: try configuration.identifierRanges()
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
