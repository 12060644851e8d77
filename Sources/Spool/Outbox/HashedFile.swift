import Contract
import Crypto
import Files

/// A file that is hashed and counted as it is written.
struct HashedFile {
    private let file: any WritableFile
    private var hash = SHA256()
    private var pending: [UInt8] = []
    private(set) var bytes = 0

    init(_ file: any WritableFile) {
        self.file = file
    }

    mutating func write(_ text: String) throws(FileError) {
        pending += text.utf8
        if pending.count >= 1 << 18 { try flush() }
    }

    /// Makes the file durable.
    ///
    /// - Returns: The SHA-256 of everything written, in lower-case hexadecimal.
    mutating func close() throws(FileError) -> String {
        try flush()
        try file.close(durably: true)
        return Digest.hexadecimal(hash.finalize())
    }

    private mutating func flush() throws(FileError) {
        guard !pending.isEmpty else { return }
        try file.write(pending)
        hash.update(data: pending)
        bytes += pending.count
        pending.removeAll(keepingCapacity: true)
    }
}
