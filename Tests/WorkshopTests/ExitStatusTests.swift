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
        let others: [SubmissionError.Code: ExitStatus] = [
            .engineUnavailable: .unavailable, .storageUnavailable: .inputOutput,
            .noVocabulary: .temporaryFailure, .changedWhileRead: .temporaryFailure,
            .workerDied: .temporaryFailure, .timeLimit: .temporaryFailure,
        ]
        for code in SubmissionError.Code.allCases {
            let error = SubmissionError(code, "found something")
            #expect(ExitStatus(of: error) == others[code] ?? .dataError, "\(code.rawValue)")
        }
    }

    @Test("only a permanent fault of a submission is 65: the others may pass by themselves")
    func permanence() {
        for code in SubmissionError.Code.allCases {
            let error = SubmissionError(code, "found something")
            #expect((ExitStatus(of: error) == .dataError) == error.isPermanent, "\(code.rawValue)")
        }
    }

    @Test(
        "a command's own error has the status of its kind",
        arguments: [
            (CommandError.refused(""), ExitStatus.dataError), (.busy(""), .temporaryFailure),
            (.misconfigured(""), .configuration), (.unavailable(""), .unavailable),
            (.disk(""), .inputOutput), (.system(""), .software),
        ]
    )
    func commands(error: CommandError, status: ExitStatus) {
        #expect(ExitStatus(of: error) == status)
    }

    @Test("a file that cannot be used is a wrong configuration where starting again cannot help")
    func files() {
        let path = SpoolPath("/a")
        for errno in [EACCES, EROFS, ENOTDIR, EXDEV, ELOOP] {
            #expect(ExitStatus(of: FileError("open", path, errno: errno)) == .configuration)
        }
        for errno in [ENOSPC, EIO, EDQUOT, EMFILE] {
            #expect(ExitStatus(of: FileError("open", path, errno: errno)) == .inputOutput)
        }
        #expect(ExitStatus(of: CocoaError(.fileWriteOutOfSpace)) == .inputOutput)
    }

    @Test("a ledger that is missing is the command's fault, one that fails is the disk's")
    func ledgers() {
        #expect(ExitStatus(of: LedgerError.missing(path: "/a")) == .dataError)
        for error in [
            LedgerError.corrupt(path: "/a", detail: ""), .newerSchema(found: 9, known: 3),
            .foreignDatabase(path: "/a"), .storage(detail: "", isPassing: true),
        ] {
            #expect(ExitStatus(of: error) == .inputOutput)
        }
    }

    @Test("a daemon that may begin later says 75; a lost inbox is the disk's fault")
    func daemons() {
        #expect(ExitStatus(of: DaemonRefusal.locked("/a")) == .temporaryFailure)
        #expect(ExitStatus(of: DaemonRefusal.lost(inbox: "/a", files: 1)) == .inputOutput)
        #expect(ExitStatus(of: DaemonRefusal.replaced("/a")) == .inputOutput)
        let fixed = DaemonRefusal.fixed(key: "inbox", before: "/a", after: "/b")
        #expect(ExitStatus(of: fixed) == .configuration)
    }

    @Test("models, trainings, taxonomies and the audit log have theirs")
    func others() {
        #expect(ExitStatus(of: InferenceError.contextExceeded(tokens: 2, limit: 1)) == .unavailable)
        #expect(ExitStatus(of: WorkStopped.early) == .temporaryFailure)
        #expect(ExitStatus(of: WorkStopped.study) == .temporaryFailure)
    }

    @Test("an error that nobody listed is a bug of ours")
    func unknown() {
        struct Unheard: Error {}
        #expect(ExitStatus(of: Unheard()) == .software)
    }
}
