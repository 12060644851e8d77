import ArgumentParser
import Contract
import Files
import Foundation
import Jobs
import Ledger
import Spool

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
