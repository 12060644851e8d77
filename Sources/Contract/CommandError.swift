/// Why a command cannot do what it was asked, where no dropped file or query is at fault.
package enum CommandError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The command names something that is not there, or that is in another state.
    case refused(String)
    /// A process that works on the same folder has to end first.
    case busy(String)
    /// The configuration, or what it names, cannot be used.
    case misconfigured(String)
    /// A model is missing or damaged.
    case unavailable(String)
    /// A file or folder cannot be read or written.
    case disk(String)
    /// The kernel refused what every run needs.
    case system(String)

    package var description: String {
        switch self {
        case .refused(let text), .busy(let text), .misconfigured(let text), .unavailable(let text),
            .disk(let text), .system(let text):
            text
        }
    }
}
