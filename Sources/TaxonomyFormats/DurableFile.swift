import Glibc
import Jobs

/// Files that survive a loss of power, and reading them back whole.
enum DurableFile {
    /// Writes and syncs a new file; one of the same name is replaced.
    static func write(_ pieces: [UnsafeRawBufferPointer], to path: String) throws(SubmissionError) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw fault("cannot create", path) }
        defer { close(descriptor) }
        for piece in pieces {
            var rest = piece[...]
            while !rest.isEmpty {
                let bytes = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw fault("cannot write", path) }
                rest = rest.dropFirst(count)
            }
        }
        guard fsync(descriptor) == 0 else { throw fault("cannot sync", path) }
    }

    /// Writes and syncs a new file; one of the same name is replaced.
    static func write(_ bytes: [UInt8], to path: String) throws(SubmissionError) {
        var result: Result<Void, SubmissionError> = .success(())
        bytes.withUnsafeBytes { raw in
            do throws(SubmissionError) {
                try write([raw], to: path)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    /// All bytes of a file.
    static func read(_ path: String) throws(SubmissionError) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("cannot open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw fault("cannot look at", path) }
        let size = Int(status.st_size)
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let next = UnsafeMutableRawBufferPointer(buffer).baseAddress?.advanced(by: count)
                let step = Glibc.read(descriptor, next, size - count)
                if step < 0, errno == EINTR { continue }
                guard step > 0 else {
                    failed = true
                    return
                }
                count += step
            }
        }
        guard !failed else { throw fault("cannot read", path) }
        return bytes
    }

    /// Makes renames in a folder durable.
    static func syncFolder(_ path: String) throws(SubmissionError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("cannot open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault("cannot sync", path) }
    }

    /// Replaces a file atomically: another name, synced, renamed.
    static func replace(
        _ path: String,
        with pieces: [UnsafeRawBufferPointer],
        in folder: String
    ) throws(SubmissionError) {
        let other = "\(path).new"
        try write(pieces, to: other)
        guard rename(other, path) == 0 else { throw fault("cannot rename", other) }
        try syncFolder(folder)
    }

    /// The names in a folder, sorted; empty if there is no folder.
    static func names(in folder: String) throws(SubmissionError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw fault("cannot list", folder)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws(SubmissionError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw fault("cannot make the folder", path)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw fault("cannot make the folder", path)
        }
    }

    static func fault(_ what: String, _ path: String) -> SubmissionError {
        let reason = String(cString: strerror(errno))
        return SubmissionError(.storageUnavailable, "\(what) \(path): \(reason)")
    }
}
