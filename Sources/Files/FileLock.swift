import Glibc

/// A lock that the kernel takes back when the process ends, however it ends.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or returns `nil` if another process holds it.
    ///
    /// - Parameter path: A file that is made if need be, and stays.
    /// - Throws: ``FileError``.
    package init?(_ path: SpoolPath) throws(FileError) {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
        descriptor = try Folder.open(path, flags, for: "open")
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { return nil }
            throw FileError("lock", path, errno: errno)
        }
        // For a person who wonders who holds it; nothing reads it.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = write(descriptor, text, text.count) }
    }

    deinit {
        _ = close(descriptor)
    }
}
