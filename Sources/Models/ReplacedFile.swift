import Glibc

/// Files that appear whole or not at all, and survive a loss of power.
package enum ReplacedFile {
    /// Writes a file beside its place, syncs it and renames it; what was there stays until then.
    ///
    /// - Parameters:
    ///   - path: In a folder that exists.
    ///   - pieces: Written one after another.
    /// - Throws: ``ModelFileError/Code/unwritable``; then the old file is as it was, and nothing is
    ///   left beside it.
    package static func write(
        _ path: String,
        _ pieces: [UnsafeRawBufferPointer]
    ) throws(ModelFileError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        let beside = "\(folder.isEmpty ? "/" : folder)/.\(name).new"
        do throws(ModelFileError) {
            try fill(beside, pieces)
            guard rename(beside, path) == 0 else { throw fault("rename", beside) }
            try sync(folder: folder.isEmpty ? "/" : folder)
        } catch {
            unlink(beside)
            throw error
        }
    }

    /// Writes a file of bytes; as above.
    package static func write(
        _ path: String,
        _ bytes: some Sequence<UInt8>
    ) throws(ModelFileError) {
        var result: Result<Void, ModelFileError> = .success(())
        Array(bytes).withUnsafeBytes { raw in
            do throws(ModelFileError) {
                try write(path, [raw])
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    private static func fill(
        _ path: String,
        _ pieces: [UnsafeRawBufferPointer]
    ) throws(ModelFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw fault("create", path) }
        defer { close(descriptor) }
        for piece in pieces {
            var rest = piece[...]
            while !rest.isEmpty {
                let bytes = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw fault("write", path) }
                rest = rest.dropFirst(count)
            }
        }
        guard fsync(descriptor) == 0 else { throw fault("sync", path) }
    }

    private static func sync(folder: String) throws(ModelFileError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault("sync", folder) }
    }

    private static func fault(_ step: String, _ path: String) -> ModelFileError {
        ModelFileError(
            .unwritable,
            file: path,
            at: step,
            found: String(cString: strerror(errno)),
            expected: "a writable place with enough space"
        )
    }
}
