import Ledger
import Spool

/// Brings the audit log on disk up to date with the ledger's event table.
actor AuditKeeper {
    private let ledger: Ledger
    private var file: AuditLogFile

    init(ledger: Ledger, file: AuditLogFile) {
        self.ledger = ledger
        self.file = file
    }

    /// Bytes of an incomplete last line that was cut off when the log was opened.
    var repairedBytes: Int { file.repairedBytes }

    /// Writes every line that the ledger holds at the time of the call.
    ///
    /// Two callers may run concurrently; the file skips lines that it already has.
    func sync() async throws {
        while true {
            let lines = try await ledger.reader.auditLines(after: file.lastSeq)
            if lines.isEmpty { return }
            try file.append(lines)
        }
    }
}
