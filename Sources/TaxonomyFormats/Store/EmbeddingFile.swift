import Contract
import Files
import Glibc

/// A memory-mapped file of vectors: `[rows, dimension]` of `Float`, row-major.
///
/// Layout, little endian: `TXEM`, format version (UInt32), rows (UInt64), dimension (UInt64),
/// SHA-256 of the encoder (32 bytes), 8 zero bytes, then the floats.
package final class EmbeddingFile: Sendable {
    private static let headerBytes = 64
    private static let formatVersion: UInt32 = 1
    private static let magic = Array("TXEM".utf8)

    package let rows: Int
    package let dimension: Int
    /// SHA-256 of the encoder that made the vectors, lower-case hexadecimal.
    package let encoderSHA256: String
    // The mapping is read-only and lives as long as this object, so sharing its address is safe.
    private nonisolated(unsafe) let base: UnsafeRawPointer
    private let byteCount: Int

    private init(base: UnsafeRawPointer, byteCount: Int, header: Header) {
        self.base = base
        self.byteCount = byteCount
        rows = header.rows
        dimension = header.dimension
        encoderSHA256 = header.encoderSHA256
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }

    /// All vectors, row by row; valid only as long as this object.
    package var vectors: UnsafeBufferPointer<Float> {
        let floats = (base + Self.headerBytes).assumingMemoryBound(to: Float.self)
        return UnsafeBufferPointer(start: floats, count: rows * dimension)
    }

    private struct Header {
        let rows: Int
        let dimension: Int
        let encoderSHA256: String
    }

    /// Maps a file; `nil` if it is missing or incomplete.
    static func open(_ path: String) -> EmbeddingFile? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) >= headerBytes else {
            return nil
        }
        let size = Int(status.st_size)
        guard let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
            address != MAP_FAILED
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: address, count: size)
        guard let header = header(of: bytes) else {
            munmap(address, size)
            return nil
        }
        return EmbeddingFile(base: UnsafeRawPointer(address), byteCount: size, header: header)
    }

    /// Writes a file, replacing any other at this path.
    static func write(
        _ vectors: [Float],
        dimension: Int,
        encoderSHA256: String,
        to path: String
    ) throws(SubmissionError) {
        precondition(
            dimension > 0 && vectors.count.isMultiple(of: dimension),
            "EmbeddingFile: \(vectors.count) floats are no rows of \(dimension)"
        )
        let hash = digest(encoderSHA256)
        precondition(hash.count == 32, "EmbeddingFile: “\(encoderSHA256)” is no SHA-256")
        var header = magic
        withUnsafeBytes(of: formatVersion.littleEndian) { header.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt64(vectors.count / dimension).littleEndian) {
            header.append(contentsOf: $0)
        }
        withUnsafeBytes(of: UInt64(dimension).littleEndian) { header.append(contentsOf: $0) }
        header += hash
        header += [UInt8](repeating: 0, count: headerBytes - header.count)
        try storing { () throws(FileError) in
            try POSIXFileOperations().write(to: SpoolPath(path)) { file throws(FileError) in
                try file.write(header)
                try file.write(vectors)
            }
        }
    }

    private static func header(of bytes: UnsafeRawBufferPointer) -> Header? {
        guard bytes.starts(with: magic),
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                == formatVersion
        else { return nil }
        let rows = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let columns = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        let (floats, floatOverflow) = rows.multipliedReportingOverflow(by: columns)
        let (size, sizeOverflow) = floats.multipliedReportingOverflow(by: 4)
        guard !floatOverflow, !sizeOverflow, size == UInt64(bytes.count - headerBytes) else {
            return nil
        }
        return Header(
            rows: Int(rows),
            dimension: Int(columns),
            encoderSHA256: bytes[24..<56].hexadecimal
        )
    }

    private static func digest(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
