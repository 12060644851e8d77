import CPOSIX
import Glibc

/// The effects themselves, by system calls.
package struct POSIXFileOperations: FileOperations {
    package init() {}

    package func makeFolder(_ path: SpoolPath) throws(FileError) {
        if path.withCString({ mkdir($0, 0o755) }) == 0 { return }
        let code = errno
        guard code == EEXIST, try FileFacts(of: path)?.kind == .folder else {
            throw FileError("make folder", path, errno: code)
        }
    }

    package func create(_ path: SpoolPath) throws(FileError) -> any WritableFile {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        return POSIXWritableFile(try Folder.open(path, flags, for: "create"), path)
    }

    package func append(_ bytes: [UInt8], to path: SpoolPath) throws(FileError) {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC
        let file = POSIXWritableFile(try Folder.open(path, flags, for: "append to"), path)
        try file.write(bytes)
        try file.close(durably: true)
    }

    package func truncate(_ path: SpoolPath, toBytes count: Int) throws(FileError) {
        let file = try Folder.open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC, for: "truncate")
        defer { _ = Glibc.close(file) }
        guard ftruncate(file, count) == 0, fsync(file) == 0 else {
            throw FileError("truncate", path, errno: errno)
        }
    }

    package func move(_ from: SpoolPath, to: SpoolPath) throws(FileError) {
        let status = from.withCString { old in
            to.withCString { taxod_rename_noreplace(old, $0) }
        }
        guard status == 0 else { throw FileError("move to \(to)", from, errno: errno) }
    }

    package func replace(_ to: SpoolPath, by from: SpoolPath) throws(FileError) {
        let status = from.withCString { old in to.withCString { rename(old, $0) } }
        guard status == 0 else { throw FileError("replace \(to) by", from, errno: errno) }
    }

    package func link(_ path: SpoolPath, to target: String) throws(FileError) {
        let status = path.withCString { symlink(target, $0) }
        guard status == 0 else { throw FileError("link", path, errno: errno) }
    }

    package func remove(_ path: SpoolPath) throws(FileError) {
        let status = path.withCString { Glibc.remove($0) }
        guard status == 0 || errno == ENOENT else {
            throw FileError("remove", path, errno: errno)
        }
    }

    package func sync(folder: SpoolPath) throws(FileError) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let descriptor = try Folder.open(folder, flags, for: "open folder")
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("sync folder", folder, errno: errno) }
    }
}

/// A file being written through its descriptor.
private final class POSIXWritableFile: WritableFile {
    private let path: SpoolPath
    private var descriptor: Int32?

    init(_ descriptor: Int32, _ path: SpoolPath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        if let descriptor { _ = Glibc.close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws(FileError) {
        guard let descriptor else { throw FileError("write to", path, errno: EBADF) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(
                    descriptor,
                    buffer.baseAddress?.advanced(by: written),
                    buffer.count - written
                )
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("write to", path, errno: errno)
            }
            written += count
        }
    }

    func close(durably: Bool) throws(FileError) {
        guard let descriptor else { return }
        self.descriptor = nil
        // A failed fsync is never repeated: the kernel may have dropped the pages meanwhile.
        let failure = durably && fsync(descriptor) != 0 ? errno : 0
        let closing = Glibc.close(descriptor) == 0 ? 0 : errno
        guard failure == 0, closing == 0 else {
            throw FileError("write to", path, errno: failure != 0 ? failure : closing)
        }
    }
}

extension FileError {
    /// Whether a name was taken.
    var isTaken: Bool { errno == EEXIST || errno == ENOTEMPTY }
    /// Whether there was nothing of that name.
    var isMissing: Bool { errno == ENOENT }
}
