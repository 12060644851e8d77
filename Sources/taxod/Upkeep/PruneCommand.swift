import ArgumentParser
import Files
import Foundation
import Jobs
import Ledger
import Spool

/// `taxod prune`: asks the daemon to remove old results.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old results and their inputs by the configured retention.",
        usage: "taxod prune [--dry-run] [--days <days>] [--keep <count>] [<options>]",
        discussion: """
            Removes published results whose inputs lie in _done, and duplicates; never files in \
            quarantine, jobs in progress, or anything unknown to the ledger. The ledger keeps all \
            answers. The daemon removes them, and records it in the audit log, at its next scan of \
            the inbox or its next start.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Only list what would be removed.")
    var dryRun = false

    @Option(help: "Remove jobs that ended longer ago. Default: retention.days.")
    var days: Int?

    @Option(
        help: ArgumentHelp("Newest jobs that stay. Default: retention.keep.", valueName: "count")
    )
    var keep: Int?

    func run() async throws {
        let configuration = try options.read().values
        let days = days ?? configuration.retention.days
        let keep = keep ?? configuration.retention.keep
        guard days >= 0, keep >= 1 else {
            throw ValidationError("--days must be 0 or more, --keep 1 or more")
        }
        guard days > 0 else {
            print("nothing is removed: “retention.days” is 0, which keeps all.")
            return
        }
        let path = try StateOptions.ledger(configuration)
        let limit = Timestamp(Date()).adding(seconds: -86_400 * Double(days))
        let outbox = SpoolPath(configuration.outbox)
        let jobs = try await LedgerReader(path: path)
            .prunableJobs(endedBefore: limit, keep: keep)
        var count = 0
        for job in jobs {
            let result = job.state.name == .archived ? job.state.result : nil
            let isThere = result.map { Outbox.hasResult($0, in: outbox) } ?? false
            guard isThere || job.facts.place != nil else { continue }
            count += 1
            guard dryRun else { continue }
            print("\(job.id.short)  \(job.updated)  \(job.facts.name)")
            if let result, isThere { print("          \(configuration.outbox)/\(result)/") }
            if let place = job.facts.place { print("          \(configuration.inbox)/\(place)") }
        }
        if dryRun {
            print("\(count) jobs that ended before \(limit) would be removed.")
        } else if count == 0 {
            print("nothing is old enough.")
        } else {
            try Request.leave(in: configuration.state) {
                try $0.add(PruneRequest(endedBefore: limit, keep: keep))
            }
            print("\(count) jobs that ended before \(limit) are removed by the daemon.")
        }
    }
}
