import Glibc

/// Read-only access to the file system.
package enum Folder {
    /// The names in a folder except `.` and `..`, sorted by their bytes.
    package static func names(in path: SpoolPath) throws(FileError) -> [[UInt8]] {
        guard let stream = path.withCString({ opendir($0) }) else {
            throw FileError("list", path, errno: errno)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw FileError("list", path, errno: errno) }
                break
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Reads a small regular file completely, without following links.
    ///
    /// - Returns: `nil` if it does not exist, is not a regular file, or is larger than `limit`.
    package static func contents(
        of path: SpoolPath,
        limit: Int = .max
    ) throws(FileError) -> [UInt8]? {
        guard let facts = try FileFacts(of: path), facts.kind == .regular, facts.bytes <= limit
        else { return nil }
        var content: [UInt8] = []
        content.reserveCapacity(facts.bytes)
        try read(path) { part throws(FileError) in
            content += part
            return content.count <= limit
        }
        return content.count > limit ? nil : content
    }

    /// Reads a file in parts, without following links.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - body: Gets one part after the other; no more if it returns `false`.
    /// - Throws: ``FileError``, and what `body` throws.
    package static func read(
        _ path: SpoolPath,
        _ body: (ArraySlice<UInt8>) throws(FileError) -> Bool
    ) throws(FileError) {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let file = try open(path, flags, for: "read")
        defer { _ = close(file) }
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &part, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("read", path, errno: errno)
            }
            guard count > 0, try body(part[..<count]) else { return }
        }
    }

    /// Checks that the names in a folder can be changed.
    ///
    /// - Throws: ``FileError``, such as `EACCES`, or `EROFS` on a read-only file system.
    package static func demandWritable(_ path: SpoolPath) throws(FileError) {
        guard path.withCString({ access($0, W_OK | X_OK) }) == 0 else {
            throw FileError("write into", path, errno: errno)
        }
    }

    /// Whether this process can read the file, tested by opening it.
    package static func isReadable(_ path: SpoolPath) -> Bool {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        guard let file = try? open(path, flags, for: "read") else { return false }
        _ = close(file)
        return true
    }

    static func open(
        _ path: SpoolPath,
        _ flags: Int32,
        for operation: String
    ) throws(FileError) -> Int32 {
        while true {
            let descriptor = path.withCString { Glibc.open($0, flags, 0o644) }
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else { throw FileError(operation, path, errno: errno) }
        }
    }
}
