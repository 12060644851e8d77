import Contract
import Daemon
import Files
import Foundation
import Inference
import Jobs
import Ledger
import Models
import Settings
import Taxonomy
import Testing
import Training
import Workshop

/// The one table from errors to exit statuses.
@Suite("Exit status")
struct ExitStatusTests {
    @Test("every fault of a submission has the status that its kind promises")
    func submissions() {
        let others: [SubmissionError.Code: Contract.ExitStatus] = [
            .engineUnavailable: .unavailable, .storageUnavailable: .inputOutput,
            .noVocabulary: .temporaryFailure, .severalVocabularies: .temporaryFailure,
            .changedWhileRead: .temporaryFailure,
            .workerDied: .temporaryFailure, .timeLimit: .temporaryFailure,
        ]
        for code in SubmissionError.Code.allCases {
            let error = SubmissionError(code, "found something")
            #expect(
                Contract.ExitStatus(of: error) == others[code] ?? .dataError,
                "\(code.rawValue)"
            )
        }
    }

    @Test("only a permanent fault of a submission is 65: the others may pass by themselves")
    func permanence() {
        for code in SubmissionError.Code.allCases {
            let error = SubmissionError(code, "found something")
            #expect(
                (Contract.ExitStatus(of: error) == .dataError) == error.isPermanent,
                "\(code.rawValue)"
            )
        }
    }

    @Test(
        "a command's own error has the status of its kind",
        arguments: [
            (CommandError.refused(""), Contract.ExitStatus.dataError),
            (.busy(""), .temporaryFailure),
            (.misconfigured(""), .configuration), (.unavailable(""), .unavailable),
            (.disk(""), .inputOutput), (.system(""), .software),
        ]
    )
    func commands(error: CommandError, status: Contract.ExitStatus) {
        #expect(Contract.ExitStatus(of: error) == status)
    }

    @Test("a file that cannot be used is a wrong configuration where starting again cannot help")
    func files() {
        let path = SpoolPath("/a")
        for errno in [EACCES, EROFS, ENOTDIR, EXDEV, ELOOP] {
            #expect(
                Contract.ExitStatus(of: FileError("open", path, errno: errno)) == .configuration
            )
        }
        for errno in [ENOSPC, EIO, EDQUOT, EMFILE] {
            #expect(Contract.ExitStatus(of: FileError("open", path, errno: errno)) == .inputOutput)
        }
        #expect(Contract.ExitStatus(of: CocoaError(.fileWriteOutOfSpace)) == .inputOutput)
    }

    @Test("a ledger that is missing is the command's fault, one that fails is the disk's")
    func ledgers() {
        #expect(Contract.ExitStatus(of: LedgerError.missing(path: "/a")) == .dataError)
        for error in [
            LedgerError.corrupt(path: "/a", detail: ""), .newerSchema(found: 9, known: 3),
            .foreignDatabase(path: "/a"), .storage(detail: "", isPassing: true),
        ] {
            #expect(Contract.ExitStatus(of: error) == .inputOutput)
        }
    }

    @Test("a daemon that may begin later says 75; a lost inbox is the disk's fault")
    func daemons() {
        #expect(Contract.ExitStatus(of: DaemonRefusal.locked("/a")) == .temporaryFailure)
        #expect(Contract.ExitStatus(of: DaemonRefusal.lost(inbox: "/a", files: 1)) == .inputOutput)
        #expect(Contract.ExitStatus(of: DaemonRefusal.replaced("/a")) == .inputOutput)
        let fixed = DaemonRefusal.fixed(key: "inbox", before: "/a", after: "/b")
        #expect(Contract.ExitStatus(of: fixed) == .configuration)
    }

    @Test("models, trainings, taxonomies and the audit log have theirs")
    func others() {
        #expect(
            Contract.ExitStatus(of: InferenceError.contextExceeded(tokens: 2, limit: 1))
                == .unavailable
        )
        #expect(Contract.ExitStatus(of: WorkStopped.early) == .temporaryFailure)
        #expect(Contract.ExitStatus(of: WorkStopped.study) == .temporaryFailure)
    }

    @Test("an error that nobody listed is a bug of ours")
    func unknown() {
        struct Unheard: Error {}
        #expect(Contract.ExitStatus(of: Unheard()) == .software)
    }
}
