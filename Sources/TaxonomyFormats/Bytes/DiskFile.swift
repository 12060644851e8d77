import Contract
import Crypto
import Glibc

/// A dropped file on disk, opened once and read from start to end, or at any place.
///
/// The file is treated as hostile: symbolic links are not followed, opening a pipe does not block.
/// The hash is of the bytes on disk. What came through a pipe is read alike from memory.
final class DiskFile {
    private static let bufferBytes = 1 << 18

    let name: String
    let bytes: Int
    /// The first bytes: 4,096, or as many as there are.
    let head: [UInt8]
    /// `nil` if the bytes are in ``memory``.
    private let descriptor: CInt?
    private let memory: [UInt8]
    private let before: stat
    private let buffer: UnsafeMutableRawBufferPointer
    private var hash = SHA256()
    /// How many bytes ``next()`` has given.
    private(set) var bytesRead = 0
    private(set) var isAtEnd = false

    /// Opens a regular file.
    ///
    /// - Throws: `notARegularFile`, `emptyFile`, `fileTooLarge`, or `storageUnavailable` when the
    ///   file cannot be opened.
    init(path: String, name: String, limits: ReadLimits) throws(SubmissionError) {
        let descriptor = try Self.open(path, name: name)
        var status = stat()
        do throws(SubmissionError) {
            guard fstat(descriptor, &status) == 0 else {
                throw Self.unavailable("cannot look at the file", errno, name: name)
            }
            try Self.check(status, location: .init(file: name), limits: limits)
            head = try Self.read(descriptor, at: 0, count: 4_096, name: name)
        } catch {
            close(descriptor)
            throw error
        }
        self.name = name
        self.descriptor = descriptor
        memory = []
        before = status
        bytes = Int(status.st_size)
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 64)
    }

    /// Takes bytes that are in memory already.
    ///
    /// - Throws: `emptyFile` if there are none.
    init(bytes: [UInt8], name: String) throws(SubmissionError) {
        guard !bytes.isEmpty else {
            throw SubmissionError(.emptyFile, at: .init(file: name), "nothing was given")
        }
        self.name = name
        descriptor = nil
        memory = bytes
        before = stat()
        self.bytes = bytes.count
        head = Array(bytes.prefix(4_096))
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 64)
    }

    deinit {
        buffer.deallocate()
        if let descriptor { close(descriptor) }
    }

    /// The next bytes in order, valid until the next call; none at the end of the file.
    func next() throws(SubmissionError) -> UnsafeRawBufferPointer {
        let count = try nextCount()
        isAtEnd = count == 0
        bytesRead += count
        let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        hash.update(bufferPointer: chunk)
        return chunk
    }

    /// Fills ``buffer`` with the next bytes, and says how many there are.
    private func nextCount() throws(SubmissionError) -> Int {
        guard let descriptor else { return copy(from: bytesRead, into: buffer) }
        var count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        while count < 0, errno == EINTR {
            count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        guard count >= 0 else { throw Self.unavailable("cannot read the file", errno, name: name) }
        return count
    }

    private func copy(from offset: Int, into output: UnsafeMutableRawBufferPointer) -> Int {
        let part = memory.dropFirst(offset).prefix(output.count)
        part.withUnsafeBytes { output.copyMemory(from: $0) }
        return part.count
    }

    /// Fills `output` from any place of the file; it moves nothing that ``next()`` reads.
    ///
    /// - Returns: The number of bytes read; 0 only at or behind the end of the file.
    func read(
        at offset: Int,
        into output: UnsafeMutableRawBufferPointer
    ) throws(SubmissionError) -> Int {
        guard let descriptor else { return copy(from: offset, into: output) }
        return try Self.read(descriptor, at: offset, into: output, name: name)
    }

    /// Reads to the end of the file and gives the SHA-256 of its bytes, lower-case hexadecimal.
    ///
    /// - Throws: `changedWhileRead` if the file's size or modification time is no longer what it
    ///   was when the file was opened; `storageUnavailable` if it cannot be read.
    func finish() throws(SubmissionError) -> String {
        while !isAtEnd { _ = try next() }
        guard let descriptor else { return hash.finalize().hexadecimal }
        var after = stat()
        guard fstat(descriptor, &after) == 0, after.st_size == before.st_size,
            after.st_mtim.tv_sec == before.st_mtim.tv_sec,
            after.st_mtim.tv_nsec == before.st_mtim.tv_nsec, bytesRead == bytes
        else {
            throw SubmissionError(
                .changedWhileRead,
                at: .init(file: name),
                "the file changed while it was read: \(bytes) bytes at first, then \(bytesRead)"
            )
        }
        return hash.finalize().hexadecimal
    }

    // MARK: System calls

    private static func open(_ path: String, name: String) throws(SubmissionError) -> CInt {
        let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 { return descriptor }
        let found: String
        switch errno {
        case ELOOP: found = "a symbolic link"
        case ENXIO: found = "a socket or device"
        default: throw unavailable("cannot open the file", errno, name: name)
        }
        throw SubmissionError(
            .notARegularFile,
            at: .init(file: name),
            "found \(found), expected a regular file"
        )
    }

    private static func check(
        _ status: stat,
        location: SubmissionError.Location,
        limits: ReadLimits
    ) throws(SubmissionError) {
        guard status.st_mode & S_IFMT == S_IFREG else {
            let found =
                switch status.st_mode & S_IFMT {
                case S_IFDIR: "a folder"
                case S_IFIFO: "a pipe"
                case S_IFSOCK: "a socket"
                default: "a device"
                }
            throw SubmissionError(
                .notARegularFile,
                at: location,
                "found \(found), expected a regular file"
            )
        }
        guard status.st_size > 0 else {
            throw SubmissionError(.emptyFile, at: location, "the file holds no bytes")
        }
        guard status.st_size <= limits.fileBytes else {
            throw SubmissionError(
                .fileTooLarge,
                at: location,
                "the file holds \(status.st_size) bytes, the limit is \(limits.fileBytes)"
            )
        }
    }

    private static func read(
        _ descriptor: CInt,
        at offset: Int,
        count: Int,
        name: String
    ) throws(SubmissionError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        let read = try read(descriptor, at: offset, into: buffer, name: name)
        return Array(buffer[..<read])
    }

    private static func read(
        _ descriptor: CInt,
        at offset: Int,
        into output: UnsafeMutableRawBufferPointer,
        name: String
    ) throws(SubmissionError) -> Int {
        var count = pread(descriptor, output.baseAddress, output.count, offset)
        while count < 0, errno == EINTR {
            count = pread(descriptor, output.baseAddress, output.count, offset)
        }
        guard count >= 0 else { throw unavailable("cannot read the file", errno, name: name) }
        return count
    }

    private static func unavailable(_ what: String, _ fault: CInt, name: String) -> SubmissionError
    {
        SubmissionError(
            .storageUnavailable,
            at: .init(file: name),
            "\(what): \(String(cString: strerror(fault)))"
        )
    }
}

extension Sequence<UInt8> {
    /// The bytes in lower-case hexadecimal, two digits per byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
