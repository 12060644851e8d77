import Glibc

/// A lock that the kernel releases when the process ends, however it ends.
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// Number of tries, and microseconds between two of them: five seconds in total.
    private static let (tries, pause) = (100, UInt32(50_000))

    /// Takes the lock; `nil` if another process keeps holding it.
    ///
    /// If a process is killed while it starts a child, its lock is released a moment later: the
    /// child also holds it until it has executed another program.
    ///
    /// - Parameter path: A file that is created if it does not exist, and stays.
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
        // Tells a person who holds the lock; nothing reads it.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = write(descriptor, text, text.count) }
    }

    /// Whether a process holds the lock; creates nothing.
    package static func isHeld(_ path: SpoolPath) -> Bool {
        guard let probe = try? Folder.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, for: "open")
        else { return false }
        defer { _ = close(probe) }
        // Whoever takes the lock meanwhile waits for longer than this takes.
        return flock(probe, LOCK_SH | LOCK_NB) != 0
    }

    deinit {
        _ = close(descriptor)
    }
}
