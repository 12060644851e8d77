import Files
import FoundationEssentials
import Glibc
import Models
import Synchronization

/// SHA-256 of weight files, cached in a small file so that a start need not read them completely.
///
/// A cached hash is valid as long as the file's device, inode, size and times are the same; models are
/// replaced by rename, never written in place. If the cache file is lost, the weights are hashed again.
package final class WeightHashes: Sendable {
    private struct Note: Codable {
        var hashes: [String: String] = [:]
    }

    private let path: String?
    private let note: Mutex<Note>

    /// - Parameter path: The cache file, or `nil` to keep hashes in this object only. A file that cannot
    ///   be read is treated as empty.
    package init(path: String? = nil) {
        self.path = path
        let data = path.flatMap { try? Data(contentsOf: URL(filePath: $0)) }
        note = Mutex(data.flatMap { try? JSONDecoder().decode(Note.self, from: $0) } ?? Note())
    }

    /// The hash of a file.
    ///
    /// - Parameters:
    ///   - file: A weight file.
    ///   - known: The hash, if the caller has verified it; it is cached without being checked.
    /// - Returns: SHA-256, lower-case hexadecimal.
    /// - Throws: ``ModelFileError`` when the file cannot be read.
    package func sha256(of file: String, known: String? = nil) throws -> String {
        let key = Self.key(of: file)
        if let known {
            remember(known, key)
            return known
        }
        if let key, let noted = note.withLock({ $0.hashes[key] }) { return noted }
        let hash = try MappedFile(path: file).sha256()
        remember(hash, key)
        return hash
    }

    private func remember(_ hash: String, _ key: String?) {
        guard let key else { return }
        let changed = note.withLock { note -> Note? in
            guard note.hashes[key] != hash else { return nil }
            note.hashes[key] = hash
            return note
        }
        guard let changed, let path else { return }
        // If the cache cannot be written, only time is lost.
        if let data = try? JSONEncoder().encode(changed) {
            try? POSIXFileOperations().write(Array(data), to: SpoolPath(path), durably: false)
        }
    }

    private static func key(of file: String) -> String? {
        var status = stat()
        guard stat(file, &status) == 0 else { return nil }
        let (modified, changed) = (status.st_mtim, status.st_ctim)
        return "\(status.st_dev):\(status.st_ino):\(status.st_size):"
            + "\(modified.tv_sec).\(modified.tv_nsec):\(changed.tv_sec).\(changed.tv_nsec)"
    }
}
