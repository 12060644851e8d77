import ArgumentParser
import Contract
import Files
import Foundation
import Jobs
import Ledger
import Settings
import Spool
import Taxonomy
import TaxonomyFormats
import Workshop

/// `taxod accept`: accepts placed terms of a job and gives them identifiers.
struct AcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Accept proposed parents, and give the terms identifiers.",
        usage: """
            taxod accept <job> [<query> …] [--by <name>] [--json] [<options>]
                   taxod accept <job> <query> --parents <id> … [<options>]
                   taxod accept <job> [<query> …] --withdraw [<options>]
            """,
        discussion: """
            Without queries every term with a proposed parent is accepted, and what was accepted \
            before stays as it is. A query is named by its key (q000001) or by its term.

            An accepted term keeps the identifier that its file gives it; otherwise it gets the \
            next free one of vocabularies.NAME.identifiers or, without such a range, keeps the \
            provisional one. No identifier is ever given to two terms, and a term has the same one \
            in every job.

            The daemon carries the request out, all of it or nothing; without a daemon the request \
            waits in the state folder.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The job, by its name or the eight digits that end it.")
    var job: String

    @Argument(help: ArgumentHelp("Terms or keys of queries. Default: all.", valueName: "query"))
    var queries: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Parents of the one query, instead of the proposed ones.",
            valueName: "id"
        )
    )
    var parents: [String] = []

    @Flag(help: "Take acceptances back; their identifiers stay reserved.")
    var withdraw = false

    @Option(help: ArgumentHelp("Who decides. Default: the user's name.", valueName: "name"))
    var by: String?

    @Flag(help: "Write JSON.")
    var json = false

    /// How long the command waits for a running daemon.
    private static let patience: Duration = .seconds(60)

    func validate() throws {
        if !parents.isEmpty, withdraw || queries.count != 1 {
            throw ValidationError("--parents needs exactly one query, and no --withdraw")
        }
        let isNameRight = by.map {
            !$0.isEmpty && $0.utf8.count <= 200
                && $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        }
        if isNameRight == false {
            throw ValidationError("--by takes 1 to 200 bytes without control characters")
        }
    }

    func run() async throws {
        let configuration = try options.read().values
        let reader = try LedgerReader(path: try StateOptions.ledger(configuration))
        let record = try await found(in: reader)
        let desk = try await AcceptDesk(record, reader: reader, configuration: configuration)
        let request = try await desk.request(
            withdraw ? .withdraw : .accept,
            queries: queries,
            parents: parents,
            actor: by ?? NSUserName()
        )
        let plan: AcceptPlan
        do {
            plan = try await reader.plan(request, range: desk.range, at: Timestamp(Date()))
        } catch let refusal as AcceptRefusal {
            throw CommandError.refused(desk.words(refusal))
        }
        let isDone = plan.changes.isEmpty ? true : try await leave(request, desk, reader)
        try await AcceptReport(plan, isDone: isDone, desk: desk, reader: reader).print(json: json)
    }

    /// The job; for a duplicate the one whose answers it points to.
    private func found(in reader: LedgerReader) async throws -> JobRecord {
        let found = try await reader.jobs(named: job)
        guard let record = found.first, found.count == 1 else {
            throw CommandError.refused(
                "\(found.count) jobs are named “\(job)”; see `taxod status`."
            )
        }
        guard case .duplicate(let equal, _) = record.state,
            let answered = try await reader.job(equal)
        else { return record }
        FileHandle.standardError.write(
            Data("job \(record.id.short) is a duplicate: its answers are of \(equal.short).\n".utf8)
        )
        return answered
    }

    /// Leaves the request, and waits while a daemon is there to carry it out.
    ///
    /// - Returns: Whether it was carried out.
    private func leave(
        _ request: AcceptRequest,
        _ desk: AcceptDesk,
        _ reader: LedgerReader
    ) async throws -> Bool {
        let requests = try RequestFolder(state: desk.configuration.state)
        try requests.add(request)
        let lock = desk.configuration.stateFolder.lock
        let start = ContinuousClock.now
        while try requests.isPending(request) {
            guard FileLock.isHeld(lock), ContinuousClock.now - start < Self.patience else {
                return false
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        switch try await reader.outcome(of: request) {
        case .done: return true
        case .refused(let refusal): throw CommandError.refused(desk.words(refusal))
        case nil:
            throw CommandError.refused("the request left the state folder and was not carried out.")
        }
    }
}
