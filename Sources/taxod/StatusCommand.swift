import ArgumentParser
import Foundation
import Jobs
import Ledger

/// `taxod status`: what the ledger knows; the daemon need not run.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is queued, running and done."
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(help: "Show the first proposals of each result, too.")
    var results = false

    @Option(help: "Jobs shown that are at their end.")
    var last = 20

    private struct Report: Encodable {
        let schema = "taxod.status/1"
        let jobs: [String: Int]
        let results: Int
        let proposals: Int
        let auditHead: AuditHead?
        let vocabularies: [VocabularyRecord]
        let open: [JobRecord]
        let ended: [JobRecord]
    }

    func run() async throws {
        let configuration = try options.read().values
        let path = configuration.state + "/ledger.sqlite"
        guard FileManager.default.fileExists(atPath: path) else {
            throw Exit(.dataError, "\(path) does not exist: no taxod has run with this state.")
        }
        let reader: LedgerReader
        do {
            reader = try LedgerReader(path: path)
        } catch {
            throw Exit(.inputOutput, "\(path) cannot be read: \(error)")
        }
        let summary = try await reader.summary()
        let report = Report(
            jobs: Dictionary(
                uniqueKeysWithValues: summary.jobs.map { ($0.key.rawValue, $0.value) }
            ),
            results: summary.results,
            proposals: summary.proposals,
            auditHead: summary.head,
            vocabularies: try await reader.vocabularies(),
            open: try await reader.openJobs(),
            ended: try await reader.latestJobs(limit: last).filter(\.state.isFinal)
        )
        if json {
            let data = try CanonicalJSON.readableData(of: report)
            FileHandle.standardOutput.write(data)
            return
        }
        describe(report)
        guard results else { return }
        for job in report.ended.reversed() {
            guard case .archived(let result) = job.state else { continue }
            let answers = try await reader.answers(of: job.id, limit: 8)
            print("\n\(job.facts.name)  ▶  \(configuration.outbox)/\(result)/")
            print(ResultPreview.table(of: answers.map(\.answer)))
        }
    }

    private func describe(_ report: Report) {
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
            if let result = job.state.result { line += "  ▶ \(result)" }
            print(line)
            if let reason = job.facts.reason { print("          \(reason.error)".indented) }
            if job.state.name == .quarantined, let place = job.facts.place {
                print("          the file lies in \(place)")
            }
        }
        print("\(report.results) results, \(report.proposals) proposals")
    }
}

extension String {
    /// Spaces added at the end, at least one.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }

    /// Lines after the first moved under it.
    fileprivate var indented: String {
        replacingOccurrences(of: "\n", with: "\n          ")
    }
}
