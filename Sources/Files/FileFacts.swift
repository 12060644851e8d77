import Glibc

/// The file system's facts about an entry; a symbolic link is not followed.
package struct FileFacts: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case regular
        case folder
        case link = "symbolic link"
        case pipe = "named pipe"
        case socket
        case device
    }

    package let kind: Kind
    package let device: UInt64
    package let inode: UInt64
    package let links: Int
    package let bytes: Int
    /// In nanoseconds; compared only for equality, never with a clock.
    package let modified: Int64
    /// In nanoseconds; a rename changes it as well.
    package let changed: Int64

    /// Reads the facts of `path` itself.
    ///
    /// - Returns: `nil` if it does not exist.
    /// - Throws: ``FileError``.
    package init?(of path: SpoolPath) throws(FileError) {
        var facts = stat()
        guard path.withCString({ lstat($0, &facts) }) == 0 else {
            if errno == ENOENT { return nil }
            throw FileError("look at", path, errno: errno)
        }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        case S_IFIFO: kind = .pipe
        case S_IFSOCK: kind = .socket
        default: kind = .device
        }
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
        links = Int(facts.st_nlink)
        bytes = Int(facts.st_size)
        modified = Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
        changed = Int64(facts.st_ctim.tv_sec) * 1_000_000_000 + Int64(facts.st_ctim.tv_nsec)
    }

    /// Whether this is the same file with the same content, even if it was moved.
    package func isSameContent(as other: FileFacts) -> Bool {
        device == other.device && inode == other.inode && bytes == other.bytes
            && modified == other.modified && kind == other.kind
    }
}
