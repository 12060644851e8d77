import ArgumentParser
import Contract
import Files
import Foundation
import Jobs
import Ledger
import Spool

/// `taxod retry`: asks the daemon to run a job again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run a finished, duplicate or quarantined job again.",
        usage: "taxod retry <job> [--accept-shrunken] [<options>]",
        discussion: """
            The request is written to the state folder; the daemon acts on it at its next scan of \
            the inbox, or at its next start.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The job, by its name or the eight digits that end it.")
    var job: String

    @Flag(help: "Accept a vocabulary version that loses more than a tenth of the concepts.")
    var acceptShrunken = false

    func run() async throws {
        let configuration = try options.read().values
        let path = try StateOptions.ledger(configuration)
        let found = try await LedgerReader(path: path).jobs(named: job)
        guard let record = found.first, found.count == 1 else {
            throw CommandError.refused(
                "\(found.count) jobs are named “\(job)”; see `taxod status`."
            )
        }
        guard record.state.isFinal else {
            let state = record.state.name.rawValue
            throw CommandError.refused("job \(record.id.short) is not at its end, but \(state).")
        }
        guard let place = record.facts.place else {
            throw CommandError.refused("the file of job \(record.id.short) left the inbox.")
        }
        try RequestFolder(state: configuration.state).add(
            RetryRequest(job: record.id, acceptsShrunken: acceptShrunken)
        )
        print("\(configuration.inbox)/\(place) is answered again; see `taxod status`.")
    }
}

/// `taxod cancel`: asks the daemon to end a job.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a job, and publish what is answered of it.",
        usage: "taxod cancel <job> [<options>]",
        discussion: """
            Queries in progress are finished. What is answered is published; the receipt says that \
            the job was cancelled, and how many queries were not asked. A file that was not read \
            yet has no result. The file goes to _done; `taxod retry` answers it again.

            The request is written to the state folder, where it waits until a daemon acts on it.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The job, by its name or the eight digits that end it.")
    var job: String

    func run() async throws {
        let configuration = try options.read().values
        let path = try StateOptions.ledger(configuration)
        let found = try await LedgerReader(path: path).jobs(named: job)
        guard let record = found.first, found.count == 1 else {
            throw CommandError.refused(
                "\(found.count) jobs are named “\(job)”; see `taxod status`."
            )
        }
        let state = record.state.name
        guard !record.state.isFinal, state != .staged, state != .published else {
            throw CommandError.refused(
                "job \(record.id.short) cannot be cancelled any more: it is \(state.rawValue)."
            )
        }
        try RequestFolder(state: configuration.state).add(CancelRequest(job: record.id))
        let isRunning = FileLock.isHeld(StateFolder(configuration.state).lock)
        let name = record.facts.name
        print(
            isRunning
                ? "\(name) is cancelled after the queries in progress; see `taxod status`."
                : "no taxod runs on \(configuration.state): the request waits until one does."
        )
    }
}
