package import Contract
import Crypto
import Glibc

/// Reads a dropped file once, from start to end, and unpacks it if it is gzip.
///
/// The file is treated as hostile: symbolic links are not followed, opening a pipe does not block,
/// and bytes are counted both before and after unpacking. The hash is of the bytes on disk.
package final class ByteSource {
    private static let bufferBytes = 1 << 18
    /// The ratio is checked only above this many unpacked bytes, because a small repetitive list
    /// also compresses well.
    private static let ratioFloorBytes = 64 << 20

    private let name: String
    private let limits: ReadLimits
    private let descriptor: CInt
    private let fileBytes: Int
    private let before: stat
    private let buffer: UnsafeMutableRawBufferPointer
    private var unread: Range<Int> = 0..<0
    private var isAtEnd = false
    private var hash = SHA256()
    private var inflater: GzipInflater?
    private var isProbed = false
    private var bytesIn = 0
    private var bytesOut = 0

    /// Opens a regular file.
    ///
    /// - Throws: `notARegularFile`, `emptyFile`, `fileTooLarge`, or `storageUnavailable` when the
    ///   file cannot be opened.
    package init(path: String, name: String, limits: ReadLimits) throws(SubmissionError) {
        let location = SubmissionError.Location(file: name)
        let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let fault = errno
            if fault == ELOOP {
                throw SubmissionError(
                    .notARegularFile,
                    at: location,
                    "found a symbolic link, expected a regular file"
                )
            }
            if fault == ENXIO {
                throw SubmissionError(
                    .notARegularFile,
                    at: location,
                    "found a socket or device, expected a regular file"
                )
            }
            throw SubmissionError(
                .storageUnavailable,
                at: location,
                "cannot open the file: \(String(cString: strerror(fault)))"
            )
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let fault = errno
            close(descriptor)
            throw SubmissionError(
                .storageUnavailable,
                at: location,
                "cannot look at the file: \(String(cString: strerror(fault)))"
            )
        }
        do throws(SubmissionError) {
            try Self.check(status, location: location, limits: limits)
        } catch {
            close(descriptor)
            throw error
        }
        self.name = name
        self.limits = limits
        self.descriptor = descriptor
        before = status
        fileBytes = Int(status.st_size)
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 64)
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// The fraction of the file that has been read, 0 to 1.
    package var share: Double { fileBytes == 0 ? 1 : Double(bytesIn) / Double(fileBytes) }

    /// Fills `output` with the next unpacked bytes.
    ///
    /// - Returns: The number of bytes written to `output`; 0 only at the end of the file.
    /// - Throws: `corruptCompression`, `compressionBomb`, `fileTooLarge`, `storageUnavailable`.
    package func read(into output: UnsafeMutableRawBufferPointer) throws(SubmissionError) -> Int {
        if !isProbed {
            isProbed = true
            try fill()
            // A gzip member begins with 1f 8b (RFC 1952, section 2.3.1).
            if unread.count >= 2, buffer[0] == 0x1F, buffer[1] == 0x8B {
                inflater = try GzipInflater(name: name)
            }
        }
        var written = 0
        while written == 0 {
            if unread.isEmpty, !isAtEnd { try fill() }
            let input = UnsafeRawBufferPointer(rebasing: buffer[unread])
            if let inflater {
                let step = try inflater.step(input, isLast: isAtEnd, into: output)
                unread = unread.lowerBound + step.read..<unread.upperBound
                written = step.written
                if step.isDone { break }
            } else {
                guard !input.isEmpty else { break }
                written = min(input.count, output.count)
                output.copyMemory(from: .init(rebasing: input[..<written]))
                unread = unread.lowerBound + written..<unread.upperBound
            }
        }
        bytesOut += written
        try checkAmount()
        return written
    }

    /// Reads to the end of the file and gives the SHA-256 of its bytes, lower-case hexadecimal.
    ///
    /// - Throws: `changedWhileRead` if the file's size or modification time is no longer what it
    ///   was when the file was opened; `storageUnavailable` if it cannot be read.
    package func finish() throws(SubmissionError) -> String {
        while !isAtEnd { try fill() }
        var after = stat()
        guard fstat(descriptor, &after) == 0, after.st_size == before.st_size,
            after.st_mtim.tv_sec == before.st_mtim.tv_sec,
            after.st_mtim.tv_nsec == before.st_mtim.tv_nsec, bytesIn == fileBytes
        else {
            throw SubmissionError(
                .changedWhileRead,
                at: .init(file: name),
                "the file changed while it was read: \(fileBytes) bytes at first, then \(bytesIn)"
            )
        }
        return hash.finalize().hexadecimal
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

    private func fill() throws(SubmissionError) {
        var count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        while count < 0, errno == EINTR {
            count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        guard count >= 0 else {
            throw SubmissionError(
                .storageUnavailable,
                at: .init(file: name),
                "cannot read the file: \(String(cString: strerror(errno)))"
            )
        }
        unread = 0..<count
        isAtEnd = count == 0
        bytesIn += count
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }

    private func checkAmount() throws(SubmissionError) {
        guard bytesOut <= limits.unpackedBytes else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: name),
                "the file unpacks to more than \(limits.unpackedBytes) bytes"
            )
        }
        if inflater != nil, bytesOut > Self.ratioFloorBytes,
            bytesOut / max(bytesIn, 1) > limits.unpackingRatio
        {
            throw SubmissionError(
                .compressionBomb,
                at: .init(file: name),
                """
                \(bytesIn) packed bytes became \(bytesOut), more than \(limits.unpackingRatio) \
                bytes for each
                """
            )
        }
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
