/// Why the daemon cannot start or continue.
package enum DaemonRefusal: Error, CustomStringConvertible {
    /// Another daemon uses this inbox or this ledger.
    case locked(String)
    /// The ledger lists claimed files, but the inbox does not even have a folder for them.
    case lost(inbox: String, files: Int)
    /// The inbox folder was replaced after it was opened.
    case replaced(String)
    /// A folder's path was changed, which needs a restart of the daemon.
    case fixed(key: String, before: String, after: String)

    package var description: String {
        switch self {
        case .locked(let path):
            "another taxod works on \(path). Stop it first, or give this one other folders."
        case .lost(let inbox, let files):
            "\(files) files are claimed, but \(inbox) holds no folder “_claimed”: its file system "
                + "is not mounted, or another folder stands in its place. Mount it, or move "
                + "“_claimed” there; an empty folder of that name gives the files up."
        case .replaced(let path):
            "another inbox was put in the place of \(path): taxod must start anew to work on it"
        case .fixed(let key, let before, let after):
            "“\(key)” was \(before) and is now \(after): restart taxod to change it"
        }
    }
}
