/// How a command ended, by the names of sysexits.h, which systemd and shell scripts know.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    /// The command line is wrong.
    case usage = 64
    /// Something that was dropped or asked is at fault, or the audit chain is broken.
    case dataError = 65
    /// A model or the engine is not there.
    case unavailable = 69
    /// A bug of ours.
    case software = 70
    /// A disk or pipe failed.
    case inputOutput = 74
    /// Try again later; another instance holds the lock.
    case temporaryFailure = 75
    /// Not allowed to read or write where the work needs it.
    case noPermission = 77
    /// The configuration is wrong; starting again does not help.
    case configuration = 78
}
