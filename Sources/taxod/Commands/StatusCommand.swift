import ArgumentParser
import Contract
import Files
import Foundation
import Jobs
import Ledger
import Settings
import Spool
import TaxonomyFormats
import Workshop

/// `taxod status`: shows what the ledger holds; the daemon need not be running.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is queued, running and done.",
        usage: "taxod status [--results] [--json] [<options>]",
        discussion: """
            Read from the ledger, so that it works while the daemon is down. Jobs at their end are \
            listed from the oldest to the newest; a quarantined one with its reason and remedy.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(help: "Show the first proposals of each result, too.")
    var results = false

    @Option(help: ArgumentHelp("Ended jobs that are shown.", valueName: "count"))
    var last = 20

    private struct Report: Encodable {
        let schema = "taxod.status/1"
        let paused: Bool
        let jobs: [String: Int]
        let results: Int
        let proposals: Int
        let auditHead: AuditHead?
        let vocabularies: [VocabularyRecord]
        let open: [JobRecord]
        let ended: [JobRecord]
        let leftAlone: [LeftAlone]
        /// Number of accepted terms, by job.
        let accepted: [String: Int]
    }

    /// Entries of the inbox that are shown as left alone.
    private static let shown = 20

    func run() async throws {
        let configuration = try options.read().values
        let path = try StateOptions.ledger(configuration)
        let reader = try LedgerReader(path: path)
        let summary = try await reader.summary()
        let report = Report(
            paused: RequestFolder.isPaused(state: configuration.state),
            jobs: Dictionary(
                uniqueKeysWithValues: summary.jobs.map { ($0.key.rawValue, $0.value) }
            ),
            results: summary.results,
            proposals: summary.proposals,
            auditHead: summary.head,
            vocabularies: try await reader.vocabularies(),
            open: try await reader.openJobs(),
            ended: try await reader.latestJobs(limit: last).filter(\.state.isFinal),
            leftAlone: Self.leftAlone(configuration),
            accepted: Dictionary(
                uniqueKeysWithValues: try await reader.acceptedCounts().map {
                    ($0.key.description, $0.value)
                }
            )
        )
        if json {
            let data = try CanonicalJSON.readableData(of: report)
            FileHandle.standardOutput.write(data)
            return
        }
        describe(report)
        guard results else { return }
        for job in report.ended.reversed() {
            let source: JobID
            let result: String
            var before = ""
            switch job.state {
            case .archived(let folder):
                (source, result) = (job.id, folder)
            case .duplicate(let earlier, let folder):
                (source, result, before) = (earlier, folder, "answered before: ")
            default:
                continue
            }
            let answers = try await reader.answers(of: source, limit: 8)
            print("\n\(job.facts.name)  ▶  \(before)\(configuration.outbox)/\(result)/")
            if let reading = job.facts.outcome?.reading { print(ResultPreview.wrapped(reading)) }
            if !answers.isEmpty { print(ResultPreview.table(of: answers.map(\.line.answer))) }
        }
    }

    /// What the inbox holds that is never taken; nothing if it cannot be listed now.
    private static func leftAlone(_ configuration: Configuration) -> [LeftAlone] {
        var scanner = InboxScanner(
            inbox: SpoolPath(configuration.inbox),
            quietPeriod: .zero,
            subfolders: configuration.spool.subfolders
        )
        scanner.vocabularies = (try? configuration.store.loaded().map(\.name)) ?? []
        return (try? scanner.scan(at: .zero))?.leftAlone ?? []
    }

    private func describe(_ report: Report) {
        if report.paused { print("paused: nothing is begun until `taxod resume`") }
        for vocabulary in report.vocabularies where vocabulary.standing != .former {
            print(
                """
                vocabulary  \(vocabulary.name) \(vocabulary.version.prefix(12)): \
                \(vocabulary.concepts) concepts, \(vocabulary.edges) edges (\(vocabulary.standing.rawValue))
                """
            )
        }
        for job in report.open + report.ended.reversed() {
            var line = "\(job.id.short)  \(job.state.name.rawValue.padded(to: 12))\(job.facts.name)"
            if case .running(let progress, _) = job.state {
                line += "  query \(progress.done) of \(progress.total)"
            }
            if let cut = job.state.cut { line += "  query \(cut.done) of \(cut.total)" }
            if let result = job.state.result { line += "  ▶ \(result)" }
            if let count = report.accepted[job.id.description] { line += "  \(count) accepted" }
            print(line)
            if let reason = job.facts.reason { print("          \(reason.error)".indented) }
            for remark in job.facts.remarks ?? [] { print("          \(remark)") }
            if job.state.name == .quarantined, let place = job.facts.place {
                print("          the file lies in \(place)")
            }
        }
        for entry in report.leftAlone.prefix(Self.shown) {
            print("left alone  \(entry.place): \(entry.why)")
        }
        let further = report.leftAlone.count - Self.shown
        if further > 0 { print("… and \(further) more that are left alone") }
        print("\(report.results) results, \(report.proposals) proposals")
    }
}

extension String {
    /// The text padded with spaces to `width`, with at least one space.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }

    /// The text with all lines after the first indented.
    fileprivate var indented: String {
        replacingOccurrences(of: "\n", with: "\n          ")
    }
}
