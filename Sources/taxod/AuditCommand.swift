import Files
import ArgumentParser
import Foundation
import Jobs
import Ledger
import Spool

/// `taxod audit`: looks at the audit log.
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
                The files in the state folder are compared with themselves and with the head that \
                the ledger holds, so that lines cut off at the end are found, too.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let configuration = try options.read().values
            let folder = configuration.state + "/audit"
            var anchors: [AuditHead] = []
            let ledger = configuration.state + "/ledger.sqlite"
            if FileManager.default.fileExists(atPath: ledger) {
                // The file may lag behind a daemon at work by the lines it has yet to write.
                let reader = try LedgerReader(path: ledger)
                if let head = try await reader.auditHead() { anchors.append(head) }
            }
            do {
                let head = try AuditLogFile.verify(folder: SpoolPath(folder), anchors: anchors)
                print("audit log: ok, \(head?.seq ?? 0) lines, head \(head?.hash ?? "none")")
            } catch let fault as AuditChain.Fault {
                throw Exit(.dataError, "audit log: \(fault)")
            } catch let error as FileError {
                throw Exit(.inputOutput, "\(error)")
            }
        }
    }
}
