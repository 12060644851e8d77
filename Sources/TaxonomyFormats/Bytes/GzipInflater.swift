import Contract
import CZlib

/// Unpacks gzip data of one or more members, one chunk at a time.
///
/// Source: RFC 1952. Zero bytes after the last member are accepted as padding, as `gzip` does.
final class GzipInflater {
    private let name: String
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether the input is between two members or before the first one.
    private var isBetween = true
    private var hasMember = false
    private var isInTrailer = false

    init(name: String) throws(SubmissionError) {
        self.name = name
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Adding 16 to the window bits makes zlib expect a gzip header.
        let status = inflateInit2_(
            stream,
            MAX_WBITS + 16,
            ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            throw SubmissionError(
                .storageUnavailable,
                at: .init(file: name),
                "no memory to unpack the file"
            )
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Unpacks from `input` into `output`.
    ///
    /// - Parameters:
    ///   - input: The next packed bytes.
    ///   - isLast: Whether `input` reaches the end of the file.
    ///   - output: Where the unpacked bytes go.
    /// - Returns: The number of bytes consumed, the number of bytes produced, and whether the last
    ///   member has ended and no input is left.
    /// - Throws: `corruptCompression`.
    func step(
        _ input: UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(SubmissionError) -> (read: Int, written: Int, isDone: Bool) {
        if isBetween {
            if hasMember, let byte = input.first {
                if isInTrailer || byte == 0 {
                    isInTrailer = true
                    guard input.allSatisfy({ $0 == 0 }) else { throw fault("other bytes follow") }
                    return (input.count, 0, isLast)
                }
                inflateReset(stream)
            }
            if input.isEmpty { return (0, 0, isLast) }
            isBetween = false
            hasMember = true
        }
        if input.isEmpty, isLast { throw fault("the file ends in the middle of the packed data") }
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(output.count)
        let status = inflate(stream, Z_NO_FLUSH)
        let read = input.count - Int(stream.pointee.avail_in)
        let written = output.count - Int(stream.pointee.avail_out)
        switch status {
        case Z_OK, Z_BUF_ERROR:
            return (read, written, false)
        case Z_STREAM_END:
            isBetween = true
            return (read, written, false)
        default:
            throw fault(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
        }
    }

    private func fault(_ reason: String) -> SubmissionError {
        SubmissionError(
            .corruptCompression,
            at: .init(file: name),
            "the gzip data cannot be unpacked: \(reason)"
        )
    }
}
