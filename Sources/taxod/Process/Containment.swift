import Contract
import CPOSIX
import Foundation
import Glibc
import Settings

/// Restrictions that a process puts on itself before it reads untrusted input.
///
/// A systemd unit cannot confine a child more tightly than its daemon, and a shell user has no
/// unit. So the reader and the worker confine themselves, wherever they run:
///
/// - ``begin(_:)``, while there is only one thread: a memory limit, no new privileges, and, with
///   Landlock (Linux 5.13 or later), no program execution, no TCP except to a remote engine's port,
///   and no file changes outside the state folder.
/// - ``seal(_:)``, once models and vocabulary are loaded and before the first query is read: no
///   file may be changed or grow any more.
enum Containment {
    /// Restricts the process to reading, and to writing below the state folder, which is created if
    /// it is missing.
    ///
    /// - Throws: ``CommandError`` when the folder cannot be made or a limit cannot be set.
    static func begin(_ configuration: Configuration) throws {
        let folder = configuration.state
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
        } catch {
            throw CommandError.disk("\(folder) cannot be made: \(error.localizedDescription)")
        }
        // Fails where /proc is hidden; the kernel then has no preference which process to kill.
        _ = taxod_offer_to_out_of_memory_killer()
        let memoryBytes = UInt64(configuration.worker.memoryLimitBytes)
        try demand(taxod_limit_memory(memoryBytes), "limit its memory")
        try demand(taxod_forbid_new_privileges(), "give up privileges")
        try demand(taxod_confine_changes(folder, port(configuration)), "confine its writing")
        let words =
            "taxod: a model or vocabulary file was shortened, or cannot be read, while it was in "
            + "use [engine-unavailable]\nReplace such files by renaming, never write into them; "
            + "`taxod models verify` finds damaged models.\n"
        try demand(
            taxod_end_when_mapping_shrinks(
                words,
                words.utf8.count,
                ExitStatus.unavailable.rawValue
            ),
            "watch its mapped files"
        )
    }

    /// Forbids this thread, and those it creates, to change any file.
    ///
    /// An output that is redirected into a file must still be able to grow.
    ///
    /// - Throws: ``CommandError`` when that cannot be done.
    static func seal(_ configuration: Configuration) throws {
        try demand(taxod_confine_changes(nil, port(configuration)), "end its writing")
        guard ![STDOUT_FILENO, STDERR_FILENO].contains(where: isRegularFile) else { return }
        try demand(taxod_forbid_file_growth(), "end the growth of files")
    }

    /// A sentence that says how readers and workers are restricted on this machine.
    static func description(_ configuration: Configuration) -> String {
        let version = taxod_landlock_version()
        let memory = configuration.worker.memoryLimitBytes >> 20
        let files =
            version > 0
            ? "no file changed outside the state folder (Landlock \(version))"
            : "files as the user may (this kernel has no Landlock)"
        let port = port(configuration)
        let network =
            version < 4
            ? "network as the unit allows"
            : port == 0 ? "no TCP" : "TCP to port \(port) and 53 only"
        return "at most \(memory) MiB of address space, no new privileges, \(files), \(network)"
    }

    /// The port of the remote engine; 0 without one.
    private static func port(_ configuration: Configuration) -> UInt32 {
        UInt32(configuration.models.remote?.port ?? 0)
    }

    private static func isRegularFile(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    private static func demand(_ status: Int32, _ what: String) throws {
        guard status != 0 else { return }
        let reason = String(cString: strerror(errno))
        throw CommandError.system("the process cannot \(what): \(reason)")
    }
}
