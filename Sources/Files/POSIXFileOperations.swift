import CPOSIX
import Glibc

/// File operations by system calls.
package struct POSIXFileOperations: FileOperations {
    package init() {}

    package func makeFolder(_ path: SpoolPath) throws(FileError) {
        if call(path, { mkdir($0, 0o755) }) == 0 { return }
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
        guard uninterrupted({ ftruncate(file, count) }) == 0,
            uninterrupted({ fsync(file) }) == 0
        else { throw FileError("truncate", path, errno: errno) }
    }

    package func move(_ from: SpoolPath, to: SpoolPath) throws(FileError) {
        let status = to.withCString { new in call(from) { taxod_rename_noreplace($0, new) } }
        guard status == 0 else { throw FileError("move to \(to)", from, errno: errno) }
    }

    package func replace(_ to: SpoolPath, by from: SpoolPath) throws(FileError) {
        let status = to.withCString { new in call(from) { rename($0, new) } }
        guard status == 0 else { throw FileError("replace \(to) by", from, errno: errno) }
    }

    package func link(_ path: SpoolPath, to target: String) throws(FileError) {
        let status = call(path) { symlink(target, $0) }
        guard status == 0 else { throw FileError("link", path, errno: errno) }
    }

    package func remove(_ path: SpoolPath) throws(FileError) {
        if call(path, { unlink($0) }) == 0 || errno == ENOENT { return }
        guard errno == EISDIR else { throw FileError("remove", path, errno: errno) }
        guard call(path, { rmdir($0) }) == 0 || errno == ENOENT else {
            throw FileError("remove", path, errno: errno)
        }
    }

    package func sync(folder: SpoolPath) throws(FileError) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let descriptor = try Folder.open(folder, flags, for: "open folder")
        defer { _ = Glibc.close(descriptor) }
        guard uninterrupted({ fsync(descriptor) }) == 0 else {
            throw FileError("sync folder", folder, errno: errno)
        }
    }

    private func call(_ path: SpoolPath, _ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
        path.withCString { text in uninterrupted { body(text) } }
    }
}

/// Repeats a call that was interrupted by a signal.
private func uninterrupted(_ call: () -> Int32) -> Int32 {
    while true {
        let status = call()
        if status != -1 || errno != EINTR { return status }
    }
}

/// A file that is written through its descriptor.
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

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        guard let descriptor else { throw FileError("write to", path, errno: EBADF) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("write to", path, errno: errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    func close(durably: Bool) throws(FileError) {
        guard let descriptor else { return }
        self.descriptor = nil
        // A failed fsync is never repeated: the kernel may have dropped the pages by then.
        let failure = durably && uninterrupted({ fsync(descriptor) }) != 0 ? errno : 0
        // On Linux, the file is closed even if close(2) was interrupted by a signal.
        let closing = Glibc.close(descriptor) == 0 || errno == EINTR ? 0 : errno
        guard failure == 0, closing == 0 else {
            throw FileError("write to", path, errno: failure != 0 ? failure : closing)
        }
    }
}
