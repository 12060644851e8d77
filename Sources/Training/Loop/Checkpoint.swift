import Crypto
import Files
import FoundationEssentials
import Glibc

/// Everything that a training run needs to resume as if it had not stopped.
struct Checkpoint: Sendable {
    /// What must be equal for a checkpoint to be resumed.
    struct Identity: Hashable, Codable, Sendable {
        var recipe: Recipe
        var baseSHA256: String
        /// The hash of all examples, training and validation.
        var examplesSHA256: String
        /// The hash of the factors before the first step.
        var startSHA256: String
        /// The kernel level; two levels round differently.
        var kernels: String
    }

    struct Header: Codable, Sendable {
        var identity: Identity
        var step: Int
        var losses: [Double]
        var validations: [ValidationResult]
        /// The step after which ``Checkpoint/best`` was saved.
        var bestStep: Int
        var tokens: Int
        var seconds: Double
        /// CPU time of all threads.
        var processorSeconds: Double
        /// Length of each vector.
        var count: Int
    }

    var header: Header
    var numbers: [Float]
    var firstMoments: [Float]
    var secondMoments: [Float]
    var best: [Float]

    private static let magic = Array("TAXODTRAIN1\n".utf8)

    // MARK: Writing

    /// Replaces the file at `path` atomically: the old checkpoint stays until all of the new one is on
    /// the disk.
    ///
    /// - Throws: ``TrainingError/file(operation:path:reason:)``.
    func write(to path: String) throws {
        let text = try JSONEncoder().encode(header)
        var length: [UInt8] = []
        withUnsafeBytes(of: UInt64(text.count).littleEndian) { length.append(contentsOf: $0) }
        let head = Self.magic + length + Array(text)
        let vectors = [numbers, firstMoments, secondMoments, best]
        var hash = SHA256()
        hash.update(data: head)
        for vector in vectors { vector.withUnsafeBytes { hash.update(bufferPointer: $0) } }
        let digest = Array(hash.finalize())
        do throws(FileError) {
            try POSIXFileOperations().write(to: SpoolPath(path)) { file throws(FileError) in
                try file.write(head)
                for vector in vectors { try file.write(vector) }
                try file.write(digest)
            }
        } catch {
            throw TrainingError.file(
                operation: error.operation,
                path: error.path,
                reason: error.reason
            )
        }
    }

    private static func failure(_ operation: String, _ path: String) -> TrainingError {
        .file(operation: operation, path: path, reason: String(cString: strerror(errno)))
    }

    // MARK: Reading

    /// Reads the checkpoint at `path`.
    ///
    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``TrainingError/checkpointCorrupt(path:reason:)``,
    ///   ``TrainingError/checkpointMismatch(path:what:found:expected:)``,
    ///   ``TrainingError/file(operation:path:reason:)``.
    static func read(_ path: String, for identity: Identity, count: Int) throws -> Checkpoint? {
        guard access(path, F_OK) == 0 else {
            guard errno == ENOENT else { throw failure("open", path) }
            return nil
        }
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw TrainingError.file(operation: "read", path: path, reason: "\(error)")
        }
        let checkpoint = try data.withUnsafeBytes { try parse($0, path) }
        let found = checkpoint.header.identity
        func require(_ what: String, _ found: String, _ expected: String) throws {
            guard found == expected else {
                throw TrainingError.checkpointMismatch(
                    path: path,
                    what: what,
                    found: found,
                    expected: expected
                )
            }
        }
        try require("the base model's SHA-256", found.baseSHA256, identity.baseSHA256)
        try require("the recipe", text(found.recipe), text(identity.recipe))
        try require("the examples' SHA-256", found.examplesSHA256, identity.examplesSHA256)
        try require("the starting factors' SHA-256", found.startSHA256, identity.startSHA256)
        try require("the kernel level", found.kernels, identity.kernels)
        guard checkpoint.header.count == count else {
            throw TrainingError.checkpointCorrupt(
                path: path,
                reason: "it holds \(checkpoint.header.count) numbers, expected \(count)"
            )
        }
        return checkpoint
    }

    private static func text(_ recipe: Recipe) throws -> String {
        String(decoding: try comparableEncoder.encode(recipe), as: UTF8.self)
    }

    /// Encodes equal values as equal bytes; what it writes is hashed and compared.
    static var comparableEncoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, _ path: String) throws -> Checkpoint
    {
        func corrupt(_ reason: String) -> TrainingError {
            .checkpointCorrupt(path: path, reason: reason)
        }
        let start = magic.count + 8
        guard bytes.count >= start + SHA256.byteCount,
            bytes.prefix(magic.count).elementsEqual(magic)
        else { throw corrupt("it does not begin like a checkpoint, or is truncated") }
        let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(SHA256.byteCount))
        var hash = SHA256()
        hash.update(bufferPointer: body)
        guard hash.finalize().elementsEqual(bytes.suffix(SHA256.byteCount)) else {
            throw corrupt("its checksum is wrong")
        }
        let length = UInt64(
            littleEndian: body.loadUnaligned(fromByteOffset: magic.count, as: UInt64.self)
        )
        guard length <= UInt64(body.count - start) else { throw corrupt("its header is truncated") }
        let numbers = start + Int(length)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(body[start..<numbers]))
        } catch {
            throw corrupt("its header was written by another version")
        }
        let stride = MemoryLayout<Float>.stride
        guard header.count >= 0, body.count - numbers == 4 * header.count * stride else {
            throw corrupt("its length does not match its header")
        }
        func vector(_ index: Int) -> [Float] {
            let first = numbers + index * header.count * stride
            return [Float](unsafeUninitializedCapacity: header.count) { buffer, count in
                UnsafeMutableRawBufferPointer(buffer).copyBytes(
                    from: body[first..<first + header.count * stride]
                )
                count = header.count
            }
        }
        return Checkpoint(
            header: header,
            numbers: vector(0),
            firstMoments: vector(1),
            secondMoments: vector(2),
            best: vector(3)
        )
    }
}
