import Glibc

/// A regular file, mapped read-only into memory for the lifetime of this object.
///
/// Nothing is copied: pages are read from the page cache when they are touched and can be dropped
/// again. The file must not shrink in the meantime (the kernel would kill the process with SIGBUS),
/// so models are replaced by rename, never written in place.
///
/// `@unchecked Sendable`: the mapping is private, read-only and constant after `init`; it is
/// unmapped only in `deinit`, when no reference is left.
package final class MappedFile: @unchecked Sendable {
    package let path: String
    package let bytes: UnsafeRawBufferPointer

    /// - Throws: ``ModelFileError`` when the file cannot be opened, is not a regular file or is empty.
    package init(path: String) throws(ModelFileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Self.unreadable(path, String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Self.unreadable(path, "something other than a regular file")
        }
        guard status.st_size > 0 else {
            throw Self.unreadable(path, "an empty file")
        }
        let count = Int(status.st_size)
        let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw Self.unreadable(
                path,
                "a file that cannot be mapped: " + String(cString: strerror(errno))
            )
        }
        self.path = path
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    /// Gives the pages read so far back to the system; they are read again when touched.
    ///
    /// Called once the weights are packed: it removes the file from resident memory.
    package func releasePages() {
        madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
    }

    private static func unreadable(_ path: String, _ found: String) -> ModelFileError {
        ModelFileError(.unreadable, file: path, found: found, expected: "a readable model file")
    }
}
