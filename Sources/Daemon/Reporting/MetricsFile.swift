import Files
import FoundationEssentials
import Jobs
import Ledger
import Logging
import Spool

/// Keeps a metrics file for the textfile collector of Prometheus' node exporter.
///
/// States and ages come from the ledger, so they survive a restart; durations and deaths are
/// counted since the start. The file is replaced as a whole; if it gets old, the daemon is dead.
///
/// ## Source
/// Prometheus text exposition format, version 0.0.4.
struct MetricsFile: Sendable {
    let reader: LedgerReader
    let live: LiveSettings
    let gauges: Gauges
    let logger: Logger
    let started: Timestamp
    let version: String

    /// How often the file is written when nothing happens.
    private static let period: Duration = .seconds(30)

    /// Writes the file periodically until cancelled, if the settings name one.
    func run() async {
        while !Task.isCancelled {
            await write()
            _ = try? await Task.sleep(for: Self.period)
        }
    }

    /// Writes the file once, if the settings name one; a failure is only logged.
    func write() async {
        guard let path = live.settings.metrics else { return }
        do { try await write(to: path) } catch is CancellationError { return } catch {
            logger.warning("the metrics cannot be written", metadata: ["error": "\(error)"])
        }
    }

    private func write(to path: String) async throws {
        let text = Self.text(
            try await reader.gauges(),
            gauges.counts,
            isPaused: live.isPaused,
            now: Timestamp(Date()),
            started: started,
            version: version
        )
        try POSIXFileOperations().write(Array(text.utf8), to: SpoolPath(path), durably: false)
    }

    /// The metrics as text.
    static func text(
        _ ledger: LedgerGauges,
        _ counts: Gauges.Counts,
        isPaused: Bool,
        now: Timestamp,
        started: Timestamp,
        version: String
    ) -> String {
        var page = Page()
        page.add("taxod_info", "gauge", "The taxod that wrote this.", 1, ["version": version])
        page.add("taxod_start_time_seconds", "gauge", "When the daemon began.", seconds(started))
        page.add("taxod_written_time_seconds", "gauge", "When this was written.", seconds(now))
        page.add("taxod_paused", "gauge", "1 while an operator has it paused.", isPaused ? 1 : 0)
        page.add("taxod_inbox_resting", "gauge", "Files that rest in the inbox.", counts.resting)
        page.add("taxod_inbox_ready", "gauge", "Files about to be claimed.", counts.ready)
        page.head("taxod_jobs", "gauge", "Jobs by state.")
        for name in JobState.Name.allCases {
            page.line("taxod_jobs", ["state": name.rawValue], Double(ledger.jobs[name] ?? 0))
        }
        page.add(
            "taxod_queue_queries",
            "gauge",
            "Queries of open jobs without an answer.",
            ledger.openQueries
        )
        page.add(
            "taxod_oldest_open_job_seconds",
            "gauge",
            "Age of the oldest job that is not at its end; 0 without one.",
            ledger.oldestOpen.map { seconds(now) - seconds($0) } ?? 0
        )
        page.add(
            "taxod_last_success_time_seconds",
            "gauge",
            "When a result was published last; 0 before the first.",
            ledger.lastPublished.map(seconds) ?? 0
        )
        page.head("taxod_answers_total", "counter", "Answers in the ledger by status.")
        for (status, count) in ledger.answers.sorted(by: { $0.key < $1.key }) {
            page.line("taxod_answers_total", ["status": status], Double(count))
        }
        page.head("taxod_query_seconds", "histogram", "From asking a query to storing its answer.")
        for (bound, count) in zip(Gauges.bounds, counts.buckets) {
            page.line("taxod_query_seconds_bucket", ["le": number(bound)], Double(count))
        }
        page.line("taxod_query_seconds_bucket", ["le": "+Inf"], Double(counts.queries))
        page.line("taxod_query_seconds_sum", [:], counts.querySeconds)
        page.line("taxod_query_seconds_count", [:], Double(counts.queries))
        for (name, what, count) in [
            ("tokens", "Tokens that language models read and wrote for answers", counts.tokens),
            ("published", "Results published", counts.published),
            ("quarantined", "Files refused", counts.quarantined),
            ("cancelled", "Jobs cancelled by operators", counts.cancelled),
            ("postponed", "Jobs put off", counts.postponed),
            ("worker_deaths", "Workers that died", counts.workerDeaths),
        ] {
            page.add("taxod_\(name)_total", "counter", "\(what) since the start.", count)
        }
        return page.text
    }

    private static func seconds(_ time: Timestamp) -> Double { Double(time.milliseconds) / 1000 }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// Lines in the text exposition format.
    private struct Page {
        private(set) var text = ""

        mutating func head(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }

        mutating func line(_ name: String, _ labels: [String: String], _ value: Double) {
            let list = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
            let inner = list.isEmpty ? "" : "{\(list.joined(separator: ","))}"
            text += "\(name)\(inner) \(MetricsFile.number(value))\n"
        }

        mutating func add(
            _ name: String,
            _ type: String,
            _ help: String,
            _ value: Double,
            _ labels: [String: String] = [:]
        ) {
            head(name, type, help)
            line(name, labels, value)
        }

        mutating func add(_ name: String, _ type: String, _ help: String, _ value: Int) {
            add(name, type, help, Double(value))
        }
    }
}
