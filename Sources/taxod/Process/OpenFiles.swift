import Contract
import CPOSIX
import Glibc

/// The daemon's limit on open file descriptors.
enum OpenFiles {
    /// The daemon needs about 20, each of two children about 10; starting a child needs a few more.
    private static let least = 128
    /// The soft limit requested, if the hard limit allows it.
    private static let wanted: UInt64 = 1024

    /// Raises the limit, and makes sure that it is high enough to work under.
    ///
    /// Below that, the daemon would at some point get neither a timer nor a pipe, and the libraries
    /// it uses would abort the process.
    ///
    /// - Throws: ``CommandError``.
    static func demand() throws {
        let limit = taxod_raise_open_files(wanted)
        guard limit >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandError.system("the limit on open files cannot be read or raised: \(reason)")
        }
        guard limit >= least else {
            throw CommandError.misconfigured(
                "found a limit of \(limit) open files, expected \(least) or more: raise LimitNOFILE= "
                    + "of the unit, or `ulimit -Hn` of the shell"
            )
        }
    }
}
