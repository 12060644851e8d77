import Crypto
import FoundationEssentials
import Glibc

/// All that a training needs to go on as if it had not stopped.
struct Checkpoint: Sendable {
    /// What binds a checkpoint to its training.
    struct Identity: Hashable, Codable, Sendable {
        var recipe: Recipe
        var baseSHA256: String
        /// Of the examples, training and validation.
        var examplesSHA256: String
        /// Of the factors before the first step.
        var startSHA256: String
        /// The kernels; two levels round differently.
        var kernels: String
    }

    struct Header: Codable, Sendable {
        var identity: Identity
        var step: Int
        var losses: [Double]
        var validations: [ValidationResult]
        /// The step after which the best factors were taken.
        var bestStep: Int
        var tokens: Int
        var seconds: Double
        /// Processor time of all threads.
        var processorSeconds: Double
        /// Numbers in each vector.
        var count: Int
    }

    var header: Header
    var numbers: [Float]
    var firstMoments: [Float]
    var secondMoments: [Float]
    var best: [Float]

    private static let magic = Array("TAXODTRAIN1\n".utf8)

    // MARK: Writing

    /// Replaces the file at `path`; it is whole at any time, and what was there before stays there
    /// until all of the new one is on the disk.
    ///
    /// - Throws: ``TrainingError/file(operation:path:reason:)``.
    func write(to path: String) throws {
        let temporary = path + ".new"
        do {
            try writeAll(to: temporary)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let failure = Self.failure("rename", temporary)
            unlink(temporary)
            throw failure
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.failure("sync", folder) }
    }

    private func writeAll(to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure("create", path) }
        defer { close(descriptor) }
        var hash = SHA256()
        func put(_ bytes: UnsafeRawBufferPointer) throws {
            hash.update(bufferPointer: bytes)
            try Self.write(bytes, to: descriptor, path)
        }
        let text = try JSONEncoder().encode(header)
        try Self.magic.withUnsafeBytes(put)
        try withUnsafeBytes(of: UInt64(text.count).littleEndian, put)
        try Array(text).withUnsafeBytes(put)
        for vector in [numbers, firstMoments, secondMoments, best] {
            try vector.withUnsafeBytes(put)
        }
        try Array(hash.finalize()).withUnsafeBytes {
            try Self.write($0, to: descriptor, path)
        }
        guard fsync(descriptor) == 0 else { throw Self.failure("sync", path) }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer,
        to descriptor: Int32,
        _ path: String
    ) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ operation: String, _ path: String) -> TrainingError {
        .file(operation: operation, path: path, reason: String(cString: strerror(errno)))
    }

    // MARK: Reading

    /// Reads the checkpoint at `path`, `nil` where there is none.
    ///
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
                reason: "\(checkpoint.header.count) numbers, of \(count)"
            )
        }
        return checkpoint
    }

    private static func text(_ recipe: Recipe) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(recipe), as: UTF8.self)
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, _ path: String) throws -> Checkpoint
    {
        func corrupt(_ reason: String) -> TrainingError {
            .checkpointCorrupt(path: path, reason: reason)
        }
        let start = magic.count + 8
        guard bytes.count >= start + SHA256.byteCount,
            bytes.prefix(magic.count).elementsEqual(magic)
        else { throw corrupt("it does not begin like a checkpoint, or is cut off") }
        let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(SHA256.byteCount))
        var hash = SHA256()
        hash.update(bufferPointer: body)
        guard hash.finalize().elementsEqual(bytes.suffix(SHA256.byteCount)) else {
            throw corrupt("its checksum is wrong")
        }
        let length = UInt64(
            littleEndian: body.loadUnaligned(fromByteOffset: magic.count, as: UInt64.self)
        )
        guard length <= UInt64(body.count - start) else { throw corrupt("its header is cut off") }
        let numbers = start + Int(length)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(body[start..<numbers]))
        } catch {
            throw corrupt("its header is of another version")
        }
        let stride = MemoryLayout<Float>.stride
        guard header.count >= 0, body.count - numbers == 4 * header.count * stride else {
            throw corrupt("its length does not fit its header")
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
