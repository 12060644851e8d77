import ArgumentParser
import Contract
import Files
import Foundation
import Jobs
import Ledger
import Spool
import Workshop

/// `taxod audit`: verifies the audit log.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Verify the audit log.",
        subcommands: [Verify.self]
    )

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the hash chain; status 65 at the first line changed, lost or added.",
            discussion: """
                The files in the state folder are compared with themselves, with the head that the \
                ledger holds and with those in the receipts of the outbox, so that lines cut off \
                at the end are found, too. Receipts of jobs that neither ledger nor log knows, as \
                of another taxod, are counted and not compared.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let configuration = try options.read().values
            let folder = configuration.stateFolder.audit
            var anchors: [AuditHead] = []
            let ledger = configuration.stateFolder.ledger.description
            let isThere = [folder.description, ledger]
                .contains(where: FileManager.default.fileExists(atPath:))
            guard isThere else {
                throw CommandError.refused(
                    "\(folder) does not exist: no taxod has run with this state."
                )
            }
            if FileManager.default.fileExists(atPath: ledger) {
                // While a daemon works, the file may lack the lines that it has yet to write.
                let reader = try LedgerReader(path: ledger)
                if let head = try await reader.auditHead() { anchors.append(head) }
            }
            var known = try await ledgerJobs(ledger)
            _ = try? AuditLogFile.verify(folder: folder) { line in
                if let job = try? CanonicalJSON.value(AuditEvent.self, from: line.text).job {
                    known.insert(job)
                }
            }
            let receipts = try receipts(configuration.outbox)
            let ours = receipts.filter { known.contains($0.job) }
            anchors += ours.compactMap(\.audit)
            let head = try AuditLogFile.verify(folder: folder, anchors: anchors)
            print("audit log: ok, \(head?.seq ?? 0) lines, head \(head?.hash ?? "none")")
            print("compared with \(ours.count) receipts")
            if receipts.count > ours.count {
                print("\(receipts.count - ours.count) receipts are of jobs unknown here")
            }
        }

        private func ledgerJobs(_ path: String) async throws -> Set<JobID> {
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            return Set(try await LedgerReader(path: path).jobNames())
        }

        /// The receipts in the outbox; none if there is no outbox yet.
        private func receipts(_ outbox: String) throws -> [Receipt] {
            guard FileManager.default.fileExists(atPath: outbox) else { return [] }
            return try Outbox.results(in: SpoolPath(outbox)).map(\.receipt)
        }
    }
}
