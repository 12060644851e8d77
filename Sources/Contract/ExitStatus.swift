/// A command's exit status, with the values of sysexits.h, which systemd and scripts know.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    /// The command line is wrong.
    case usage = 64
    /// A dropped file or a query is at fault, or the audit chain is broken.
    case dataError = 65
    /// A model or the engine is missing.
    case unavailable = 69
    /// A bug in taxod.
    case software = 70
    /// A disk or pipe failed.
    case inputOutput = 74
    /// Try again later; for example, another instance holds the lock.
    case temporaryFailure = 75
    /// The configuration is wrong; restarting does not help.
    case configuration = 78
}
