import Glibc

/// A lock that the kernel takes back when the process ends, however it ends.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Tries in all, and microseconds between two of them: five seconds.
    private static let (tries, pause) = (100, UInt32(50_000))

    /// Takes the lock, or returns `nil` if another process holds it and does not let go.
    ///
    /// A process that is killed while it starts a child lets go a moment late: the child has the lock,
    /// too, until it has become another program.
    ///
    /// - Parameter path: A file that is made if need be, and stays.
    /// - Throws: ``FileError``.
    package init?(_ path: SpoolPath) throws(FileError) {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
        descriptor = try Folder.open(path, flags, for: "open")
        var left = Self.tries
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw FileError("lock", path, errno: errno) }
            left -= 1
            if left == 0 { return nil }
            usleep(Self.pause)
        }
        // For a person who wonders who holds it; nothing reads it.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = write(descriptor, text, text.count) }
    }

    deinit {
        _ = close(descriptor)
    }
}
