import CPOSIX
import Glibc
import Contract

/// How many files, pipes and sockets a daemon may have open at a time.
enum OpenFiles {
    /// Some twenty of its own, some ten for each of two children, and what their start takes besides.
    private static let least = 128
    /// What it asks for, as far as it may have it.
    private static let wanted: UInt64 = 1024

    /// Raises the limit, and makes sure that it is high enough to work under.
    ///
    /// With less the daemon would come to a point where neither a timer nor a pipe can be had, of which
    /// the libraries under it make an end.
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
