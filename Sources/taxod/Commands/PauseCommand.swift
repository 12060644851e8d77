import ArgumentParser
import Contract
import Foundation
import Jobs
import Spool

/// `taxod pause`: stops the daemon from starting new work.
struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop the daemon from starting new work until `taxod resume`.",
        usage: "taxod pause [<options>]",
        discussion: """
            Files stay in the inbox; what is being read or answered is finished and published. The \
            daemon stays paused after a restart.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let state = try options.read().values.state
        try Request.leave(in: state) { try $0.pause(at: Timestamp(Date())) }
        print("paused; `taxod resume` goes on.")
    }
}

/// `taxod resume`: ends a pause.
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End a pause.",
        usage: "taxod resume [<options>]"
    )

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let state = try options.read().values.state
        try Request.leave(in: state) { folder in
            print(try folder.isPaused() ? "resumed." : "nothing was paused.")
            try folder.resume()
        }
    }
}

/// Requests that commands leave for the daemon.
enum Request {
    /// Opens the request folder in a state folder and passes it to `body`.
    ///
    /// - Throws: ``CommandError`` if no taxod has run with this state folder, or `FileError`.
    static func leave(in state: String, _ body: (RequestFolder) throws -> Void) throws {
        guard FileManager.default.fileExists(atPath: state) else {
            throw CommandError.refused("\(state) does not exist: no taxod has run with this state.")
        }
        try body(try RequestFolder(state: state))
    }
}
