import ArgumentParser
import Contract
import Daemon
import Files
import Foundation
import Jobs
import Ledger
import Workshop

/// `taxod ledger`: checks or rebuilds the ledger.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Check the ledger, or rebuild a lost one.",
        subcommands: [Check.self, Rebuild.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the ledger's file; status 74 if it is damaged.",
            discussion: "Read-only: the daemon may run."
        )

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let configuration = try options.read().values
            let path = configuration.stateFolder.ledger.description
            let summary = try await LedgerReader(path: path).summary()
            let jobs = summary.jobs.values.reduce(0, +)
            print("ledger: ok, \(jobs) jobs, \(summary.results) results")
        }
    }

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rebuild the ledger from outbox, inbox and audit log.",
            discussion: """
                For a ledger that is damaged or lost; `taxod run` does the same by itself when it \
                finds one. Published results, duplicates, files in quarantine and the audit chain \
                come back; files that were at work are answered again from the start. The old file \
                is kept beside as ledger.sqlite.damaged-TIME. The daemon must not run.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let configuration = try options.read().values
            try POSIXFileOperations().makeFolders(SpoolPath(configuration.state))
            guard let lock = try FileLock(configuration.stateFolder.lock) else {
                throw CommandError.busy("a taxod works here; stop it first")
            }
            let summary = try withExtendedLifetime(lock) {
                try LedgerRebuild(
                    state: configuration.state,
                    inbox: configuration.inbox,
                    outbox: configuration.outbox
                ).run(at: Timestamp(Date()))
            }
            print(
                """
                ledger: rebuilt with \(summary.results) results (\(summary.answers) answers), \
                \(summary.notes) files without a result, \(summary.auditLines) audit lines
                """
            )
            if summary.acceptances > 0 { print("\(summary.acceptances) accepted terms came back") }
            if let old = summary.oldLedger { print("the old one is kept as \(old)") }
        }
    }
}
