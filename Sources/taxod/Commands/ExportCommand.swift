import ArgumentParser
import ChangeSets
import Contract
import Files
import Foundation
import Jobs
import Ledger
import Spool

/// `taxod export`: writes what jobs propose as one change set, or their answers.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what jobs propose as one change set for other tools.",
        usage: "taxod export [<job> ...] --format <format> [--accepted] [<options>]",
        discussion: """
            Reads the ledger, so that it works while the daemon runs or is down, and after results \
            were moved away. Several jobs make one set, in the order in which their files came. A \
            file that exists is never replaced. What the format cannot carry is written to \
            FILE.left-out.tsv, or to standard error.

            With --accepted, only terms that `taxod accept` took are written, under the identifiers \
            reserved for them and below the parents chosen for them; without a job, those of all \
            jobs.

            Formats: robot, robot-bulk, obo, kgcl, sssom; jsonl and tsv are the answers themselves.
            """
    )

    /// What is written.
    enum Format: Hashable, ExpressibleByArgument, CaseIterable {
        case changes(ChangeFormat)
        /// The lines of `results.jsonl`.
        case lines
        /// The rows of `results.tsv`.
        case table

        static let allCases = ChangeFormat.allCases.map(Format.changes) + [.lines, .table]

        init?(argument: String) {
            let name = argument.lowercased()
            guard let format = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = format
        }

        var name: String {
            switch self {
            case .changes(let format): format.rawValue
            case .lines: "jsonl"
            case .table: "tsv"
            }
        }

        static var allValueStrings: [String] { allCases.map(\.name) }
    }

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The jobs, by their names or the eight digits that end them.")
    var jobs: [String] = []

    @Option(help: ArgumentHelp("What is written.", valueName: "format"))
    var format: Format

    @Flag(help: "Only what was accepted, with its final identifiers.")
    var accepted = false

    @Option(help: ArgumentHelp("Where to; “-” is standard output.", valueName: "file"))
    var out = "-"

    func validate() throws {
        guard accepted || !jobs.isEmpty else {
            throw ValidationError("Name at least one job; only --accepted can do without.")
        }
    }

    func run() async throws {
        let configuration = try options.read().values
        let reader = try LedgerReader(path: try StateOptions.ledger(configuration))
        var sources: [ExportSource] = []
        for name in jobs {
            let source = try await Self.source(named: name, in: reader)
            if !sources.contains(where: { $0.job == source.job }) { sources.append(source) }
        }
        if accepted { sources = try await Self.accepted(of: sources, all: jobs.isEmpty, reader) }
        sources.sort { $0.job < $1.job }
        var output = try ExportOutput(out)
        var leftOut = try ExportOutput(out == "-" ? nil : "\(out).left-out.tsv")
        do {
            let export = Export(reader: reader, sources: sources)
            try await export.write(format, to: &output, leftOut: &leftOut)
            try output.close()
            try leftOut.close()
        } catch {
            output.discard()
            leftOut.discard()
            throw error
        }
    }

    /// The jobs with what was accepted of them; those of which nothing was are told.
    private static func accepted(
        of sources: [ExportSource],
        all: Bool,
        _ reader: LedgerReader
    ) async throws -> [ExportSource] {
        let acceptances = try await reader.acceptances(of: all ? nil : sources.map(\.job))
        let byJob = Dictionary(grouping: acceptances, by: \.job)
        var found = sources
        if all {
            if acceptances.isEmpty { ExportOutput.tell("nothing was accepted yet") }
            for job in byJob.keys {
                if let record = try await reader.job(job) { found.append(ExportSource(record)) }
            }
        }
        return found.compactMap { source in
            guard let taken = byJob[source.job] else {
                ExportOutput.tell("nothing of job \(source.job.short) was accepted")
                return nil
            }
            var source = source
            source.accepted = Dictionary(
                taken.map { ($0.key, AcceptedTerm(identifier: $0.identifier, parents: $0.parents)) }
            ) { first, _ in first }
            return source
        }
    }

    /// The job of which the answers count: that of the earlier result for a duplicate.
    private static func source(
        named name: String,
        in reader: LedgerReader
    ) async throws -> ExportSource {
        let found = try await reader.jobs(named: name)
        guard let record = found.first, found.count == 1 else {
            throw CommandError.refused(
                "\(found.count) jobs are named “\(name)”; see `taxod status`."
            )
        }
        if case .duplicate(let earlier, _) = record.state {
            guard let equal = try await reader.job(earlier) else {
                throw CommandError.refused(
                    "job \(record.id.short) repeats job \(earlier.short), which the ledger lacks; "
                        + "`taxod retry \(record.id.short)` answers it again."
                )
            }
            ExportOutput.tell("job \(record.id.short) was answered before, as \(earlier.short)")
            return ExportSource(equal)
        }
        guard record.state.result != nil, record.state.name != .staged else {
            let state = record.state.name.rawValue
            throw CommandError.refused(
                "job \(record.id.short) has no result: it is \(state); see `taxod status`."
            )
        }
        return ExportSource(record)
    }
}

/// A job whose answers are exported.
struct ExportSource {
    let job: JobID
    let received: Timestamp
    /// Whether its file was loaded as a vocabulary, so that its terms exist already.
    let isVocabulary: Bool
    /// What was accepted, by the keys of the queries; `nil` if all proposals count.
    var accepted: [String: AcceptedTerm]?

    init(_ record: JobRecord) {
        job = record.id
        received = record.created
        isVocabulary = record.facts.outcome?.kind == .vocabulary
    }
}

/// Writes the answers of several jobs.
struct Export {
    let reader: LedgerReader
    let sources: [ExportSource]

    /// Answers that are read at a time.
    private static let page = 500

    func write(
        _ format: ExportCommand.Format,
        to output: inout ExportOutput,
        leftOut: inout ExportOutput
    ) async throws {
        switch format {
        case .changes(let format): try await changes(format, &output, &leftOut)
        case .lines:
            for source in sources {
                try await each(of: source) { try output.write($0.text + "\n") }
            }
        case .table:
            try output.write(TabSeparated.header(ResultTable.columns))
            for source in sources {
                try await each(of: source) { try output.write(ResultTable.rows(of: $0.answer)) }
            }
        }
    }

    private func changes(
        _ format: ChangeFormat,
        _ output: inout ExportOutput,
        _ leftOut: inout ExportOutput
    ) async throws {
        var indices: [NewTermIndex] = []
        for source in sources {
            var index = NewTermIndex(
                job: source.job.description,
                areKnown: source.isVocabulary,
                accepted: source.accepted
            )
            try await each(of: source) { index.note($0.answer) }
            indices.append(index)
        }
        let head = ChangeSetHead(
            version: Version.current,
            jobs: sources.map { ($0.job.description, $0.received.description) },
            indices: indices
        )
        var writer = ChangeWriter(format, head)
        try output.write(writer.head)
        var written: [ChangeIdentifier: String] = [:]
        for (source, index) in zip(sources, indices) {
            try await each(of: source) { line in
                guard var change = Change(line.answer, index: index, stamp: stamp(line, source))
                else { return }
                if let term = change.term, !term.isKnown {
                    if let earlier = written[term.identifier] {
                        change.term = nil
                        ExportOutput.tell(
                            "\(term.identifier.text) (“\(term.name)”, job \(source.job.short), "
                                + "\(term.key)) stands in the set already, from \(earlier)"
                        )
                    } else {
                        written[term.identifier] = "job \(source.job.short), \(term.key)"
                    }
                }
                try output.write(writer.text(of: change))
                for entry in writer.leftOut() {
                    if leftOut.isEmpty {
                        try leftOut.write(TabSeparated.header(LeftOut.columns))
                    }
                    try leftOut.write(entry.row)
                }
            }
        }
        try output.write(writer.tail())
    }

    private func stamp(_ line: AnswerLine, _ source: ExportSource) -> Stamp {
        Stamp(
            version: Version.current,
            job: source.job.description,
            key: line.answer.key,
            date: source.received.description,
            provenance: line.answer.provenance
        )
    }

    /// The job's answers one after the other, in the order of its file.
    private func each(
        of source: ExportSource,
        _ body: (AnswerLine) throws -> Void
    ) async throws {
        var last = 0
        while true {
            let part = try await reader.answers(of: source.job, after: last, limit: Self.page)
            for (seq, line) in part {
                let counts = source.accepted.map { $0[line.answer.key] != nil } ?? true
                if counts { try body(line) }
                last = seq
            }
            if part.count < Self.page { return }
        }
    }
}
