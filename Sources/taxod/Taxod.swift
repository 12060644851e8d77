import ArgumentParser
import Contract
import Foundation
import Glibc
import Workshop

/// The command line.
@main
struct Taxod: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taxod",
        abstract:
            "Expands biomedical vocabularies: files dropped into a folder come back answered.",
        usage: "taxod <subcommand> [<options>]",
        discussion: """
            Drop a vocabulary (MeSH or MEDIC, OBO, OWL, SKOS, a table) and lists of names (.json, .jsonl, \
            .txt, .csv, .tsv) into the inbox; results appear in the outbox.

              taxod run           watch Inbox/, answer into Outbox/
              taxod run --once    answer what is there, then end (cron, timers)
              taxod status        what is queued, running and done

            The same from the shell, without folders:

              taxod load CTD_diseases.xml.gz
              echo '{"term": "renal artery spasm"}' | taxod expand

            Exit status:

              0   done
              64  wrong command line
              65  something was quarantined, or cannot be read
              69  a model is missing or damaged, or a remote engine is away
              74  the disk fails
              75  try later: another taxod holds the inbox, or no vocabulary yet
              78  wrong configuration, or a folder that cannot be used
            """,
        version: "taxod \(Version.current)",
        subcommands: [
            RunCommand.self, ReadCommand.self, ExpandCommand.self, LoadCommand.self,
            StatusCommand.self, AcceptCommand.self, RetryCommand.self, CancelCommand.self,
            PauseCommand.self, ResumeCommand.self, PruneCommand.self, ExportCommand.self,
            VocabulariesCommand.self, TrainCommand.self, EvaluateCommand.self, BenchCommand.self,
            ModelsCommand.self, ConfigCommand.self, AuditCommand.self, LedgerCommand.self,
        ]
    )

    /// Runs the command named.
    ///
    /// On the main thread, so that a synchronous command starts before any other thread exists:
    /// threads inherit the restrictions that ``Containment`` puts on the thread that creates them.
    @MainActor
    static func main() async {
        openStandardStreams()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// Ends the process with the status of an error, and its message on standard error.
    private static func end(with error: any Error) -> Never {
        // The argument parser's own errors carry a message and a status; for any other error it
        // only reports a general failure.
        guard exitCode(for: error) == .failure else { exit(withError: error) }
        FileHandle.standardError.write(Data("taxod: \(error)\n".utf8))
        exit(withError: ExitCode(ExitStatus(of: error).rawValue))
    }

    /// Opens the null device for each standard stream that is closed.
    ///
    /// Otherwise the next file opened would get that descriptor, and messages would be written into
    /// it.
    private static func openStandardStreams() {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0
        {
            // open(2) returns the lowest free descriptor, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
