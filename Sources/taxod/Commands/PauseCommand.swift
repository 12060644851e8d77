import ArgumentParser
import Contract
import Files
import Foundation
import Jobs
import Spool

/// `taxod pause`: has the daemon begin nothing.
struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Have the daemon begin nothing until `taxod resume`.",
        usage: "taxod pause [<options>]",
        discussion: """
            Files stay in the inbox, what is being read or asked is finished, what is answered is \
            published. The daemon stays paused over a restart.
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

/// What commands leave for the daemon.
enum Request {
    /// Opens the folder of requests in a state folder and lends it to `body`.
    ///
    /// - Throws: ``CommandError`` where no taxod has run with this state, or `FileError`.
    static func leave(in state: String, _ body: (RequestFolder) throws -> Void) throws {
        guard FileManager.default.fileExists(atPath: state) else {
            throw CommandError.refused("\(state) does not exist: no taxod has run with this state.")
        }
        try body(try RequestFolder(state: state))
    }
}
