import Ledger
import Spool

/// Brings the audit log on disk up to the ledger's table of events.
actor AuditKeeper {
    private let ledger: Ledger
    private var file: AuditLogFile

    init(ledger: Ledger, file: AuditLogFile) {
        self.ledger = ledger
        self.file = file
    }

    /// Bytes of half a line that opening the log cut off.
    var repairedBytes: Int { file.repairedBytes }

    /// Writes every line that the ledger holds when this is called.
    ///
    /// Two callers may be here at a time; the file leaves out the lines that it has.
    func sync() async throws {
        while true {
            let lines = try await ledger.reader.auditLines(after: file.lastSeq)
            if lines.isEmpty { return }
            try file.append(lines)
        }
    }
}
