import Contract
import Files
import FoundationEssentials
package import Jobs
import Ledger
import Spool

/// Rebuilds a ledger from the other places that hold its facts: receipts and answers in the outbox,
/// notes in the inbox, and the audit log.
///
/// Unfinished jobs are not restored: their files are still in the claimed folder, and the daemon
/// reads them again from the start. The damaged ledger is moved aside, never deleted.
package struct LedgerRebuild {
    /// What was restored.
    package struct Summary: Hashable, Sendable {
        package var results = 0
        package var answers = 0
        package var notes = 0
        /// Accepted terms; their identifiers came back with them, and those of withdrawn ones.
        package var acceptances = 0
        package var auditLines = 0
        /// Where the old ledger is now; `nil` if there was none.
        package var oldLedger: String?
    }

    /// The audit log is incomplete or altered, so no ledger can be built on it.
    package struct BrokenAuditLog: Error, CustomStringConvertible {
        package let description: String
    }

    private let state: StateFolder
    private let inbox: Inbox
    private let outbox: Outbox
    private let files = POSIXFileOperations()
    private var path: SpoolPath { state.ledger }
    private var newPath: SpoolPath { state.ledgerBeingRebuilt }

    /// Number of answers stored at once.
    private static let page = 1000

    /// - Parameters: The folders, as paths.
    /// - Throws: `FileError`.
    package init(state: String, inbox: String, outbox: String) throws {
        self.state = StateFolder(state)
        self.inbox = try Inbox(path: SpoolPath(inbox))
        self.outbox = try Outbox(path: SpoolPath(outbox))
    }

    /// Builds the new ledger beside the old one, then replaces the old one.
    ///
    /// A crash leaves the old ledger or none. With none, the next start finds a ledger that lacks
    /// lines of the audit log, and rebuilds it. The caller must hold the lock of the state folder.
    ///
    /// - Throws: ``BrokenAuditLog``, `FileError`, `LedgerError`.
    package func run(at time: Timestamp) throws -> Summary {
        for ending in StateFolder.databaseEndings {
            try files.remove(SpoolPath(newPath.description + ending))
        }
        let ledger = try Ledger(path: newPath.description)
        var summary = Summary()
        try restoreAudit(in: ledger, &summary)
        try restoreResults(in: ledger, &summary)
        try restoreNotes(in: ledger, &summary)
        summary.acceptances = try ledger.restoreAcceptances()
        try ledger.noteRebuilt(results: summary.results, at: time)
        try ledger.closeCompact()
        for ending in StateFolder.databaseEndings.dropFirst() {
            try files.remove(SpoolPath(newPath.description + ending))
        }
        if try FileFacts(of: path) != nil {
            let aside = "\(path).damaged-\(time.description.replacing(":", with: ""))"
            for ending in StateFolder.databaseEndings {
                let part = SpoolPath(path.description + ending)
                guard try FileFacts(of: part) != nil else { continue }
                try files.move(part, to: SpoolPath(aside + ending))
            }
            summary.oldLedger = aside
        }
        try files.move(newPath, to: path)
        try files.sync(folder: state.path)
        return summary
    }

    // MARK: Parts

    private func restoreAudit(in ledger: Ledger, _ summary: inout Summary) throws {
        // Cuts off an incomplete last line.
        _ = try AuditLogFile(folder: state.audit)
        var page: [AuditLine] = []
        var count = 0
        do {
            _ = try AuditLogFile.verify(folder: state.audit) { line in
                page.append(line)
                count += 1
                if page.count == Self.page {
                    try ledger.restore(page)
                    page = []
                }
            }
        } catch let fault as AuditChain.Fault {
            throw BrokenAuditLog(
                description: """
                    no ledger can be built on the audit log in \(state.audit): \(fault). Restore the \
                    log from a backup, or move it and the ledger aside to begin both anew
                    """
            )
        }
        try ledger.restore(page)
        summary.auditLines = count
    }

    private func restoreResults(in ledger: Ledger, _ summary: inout Summary) throws {
        let claimed = Set(try inbox.claimedJobs().jobs)
        let all = try outbox.results().sorted { $0.receipt.job < $1.receipt.job }
        // Their files belong to the jobs that repeated them.
        let repeated = Set(all.compactMap(\.receipt.retryOf))
        for published in all {
            let receipt = published.receipt
            let isUnsettled = claimed.contains(receipt.job)
            var facts = Self.facts(of: receipt)
            if !isUnsettled, !repeated.contains(receipt.job) {
                facts.place = try inbox.donePlace(
                    of: receipt.job,
                    named: facts.claimedName,
                    bytes: facts.bytes
                )
            }
            try ledger.restore(
                JobRecord(
                    id: receipt.job,
                    state: Self.state(of: published, isUnsettled: isUnsettled),
                    facts: facts,
                    created: receipt.times.received,
                    updated: receipt.times.staged
                )
            )
            summary.answers += try restoreAnswers(of: published, in: ledger)
            if let vocabulary = receipt.vocabulary, vocabulary.version == receipt.file.sha256 {
                try ledger.restore(
                    VocabularyRecord(
                        vocabulary,
                        loaded: receipt.times.staged,
                        standing: .current
                    )
                )
            }
            summary.results += 1
        }
    }

    /// The state of a job whose result is in the outbox.
    private static func state(of published: Outbox.Published, isUnsettled: Bool) -> JobState {
        let counts = published.receipt.counts
        let cut =
            published.receipt.cancelled == true
            ? JobState.Progress(done: counts.queries, total: counts.queries + counts.notAsked) : nil
        if isUnsettled { return .published(result: published.result, cut: cut) }
        return cut.map { .cancelled(result: published.result, cut: $0) }
            ?? .archived(result: published.result)
    }

    /// The facts about a job that its receipt contains.
    private static func facts(of receipt: Receipt) -> JobFacts {
        var facts = JobFacts(
            name: receipt.file.name,
            claimedName: SubmissionName.claimed(Array(receipt.file.name.utf8)),
            taskHint: receipt.file.folder,
            vocabularyHint: receipt.file.vocabulary,
            asVocabulary: receipt.file.asVocabulary ?? false,
            droppedAt: receipt.file.name,
            bytes: receipt.file.bytes,
            retryOf: receipt.retryOf
        )
        facts.sha256 = receipt.file.sha256
        facts.outcome = LoadOutcome(
            kind: receipt.kind ?? .list,
            sha256: receipt.file.sha256 ?? "",
            bytes: receipt.file.bytes ?? 0,
            reading: receipt.reading ?? "",
            vocabulary: receipt.vocabulary,
            basis: receipt.basis ?? "",
            queryCount: receipt.counts.queries + receipt.counts.notAsked,
            notes: receipt.notes
        )
        return facts
    }

    /// Restores the answers of a result and its rows, and returns the number of answers.
    private func restoreAnswers(
        of published: Outbox.Published,
        in ledger: Ledger
    ) throws -> Int {
        let receipt = published.receipt
        let lines = try outbox.answers(of: published.result)
        for start in stride(from: 0, to: lines.count, by: Self.page) {
            let part = Array(lines[start..<min(start + Self.page, lines.count)])
            try ledger.restore(part, of: receipt.job, startingAt: start + 1)
        }
        try ledger.restoreResult(
            of: receipt.job,
            result: published.result,
            at: receipt.times.staged
        )
        return lines.count
    }

    private func restoreNotes(in ledger: Ledger, _ summary: inout Summary) throws {
        for noted in try inbox.notes() {
            let note = noted.note
            let state: JobState
            var reason: LoadOutcome.Refusal?
            if let equal = note.equalJob, let result = note.result {
                state = .duplicate(of: equal, result: result)
            } else if let code = SubmissionError.Code(rawValue: note.code) {
                state = .quarantined(.rejected(code: code))
                reason = LoadOutcome.Refusal(
                    SubmissionError(code, at: note.location, note.message, remedy: note.remedy)
                )
            } else {
                continue
            }
            let name = noted.place.map { String($0.split(separator: "/").last ?? "") } ?? note.file
            var facts = JobFacts(name: note.file, claimedName: name, droppedAt: note.file)
            facts.sha256 = note.sha256
            facts.reason = reason
            facts.place = noted.place
            try ledger.restore(
                JobRecord(
                    id: note.job,
                    state: state,
                    facts: facts,
                    created: note.time,
                    updated: note.time
                )
            )
            summary.notes += 1
        }
    }
}
