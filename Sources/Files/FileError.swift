import Glibc

/// A system call on a file failed.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, such as `move`.
    package let operation: String
    package let path: String
    package let errno: Int32

    package init(_ operation: String, _ path: SpoolPath, errno: Int32) {
        self.operation = operation
        self.path = path.description
        self.errno = errno
    }

    package var description: String { "cannot \(operation) \(path): \(reason)" }

    /// The system's message, such as “No space left on device”.
    package var reason: String { String(cString: strerror(errno)) }

    /// Whether a restart cannot help, so that the configuration must change.
    package var isConfigurationFault: Bool {
        [EACCES, EXDEV, EROFS, ENOTDIR, ELOOP].contains(errno)
    }

    /// Whether the name was taken.
    package var isTaken: Bool { errno == EEXIST || errno == ENOTEMPTY }

    /// Whether nothing had that name.
    package var isMissing: Bool { errno == ENOENT }
}
