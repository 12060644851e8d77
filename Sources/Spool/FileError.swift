import Glibc
package import Jobs

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

    package var description: String {
        "cannot \(operation) \(path): \(String(cString: strerror(errno)))"
    }

    /// The fault as a person with a file in the inbox reads it: storage does not work for now.
    package var submissionError: SubmissionError {
        SubmissionError(.storageUnavailable, "\(self)")
    }

    /// Whether starting again cannot help, so that the configuration must change.
    package var isConfigurationFault: Bool { [EXDEV, EROFS, ENOTDIR, ELOOP].contains(errno) }
}
