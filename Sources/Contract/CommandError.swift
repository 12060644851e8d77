/// Why a command failed, if the fault is not in a dropped file or a query.
package enum CommandError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The command names something that does not exist or is in the wrong state.
    case refused(String)
    /// Another process that works on the same folder must end first.
    case busy(String)
    /// The configuration, or something that it names, cannot be used.
    case misconfigured(String)
    /// A model is missing or damaged.
    case unavailable(String)
    /// A file or folder cannot be read or written.
    case disk(String)
    /// The kernel refused something that every run needs.
    case system(String)

    package var description: String {
        switch self {
        case .refused(let text), .busy(let text), .misconfigured(let text), .unavailable(let text),
            .disk(let text), .system(let text):
            text
        }
    }
}
