#if canImport(Glibc)
import Glibc
#endif

/// Vectors on disk, mapped into memory: `[rows, dimension]` of `Float`, row-major.
///
/// Layout, little endian: `TXEM`, format version (UInt32), rows (UInt64), dimension (UInt64),
/// SHA-256 of the encoder (32 bytes), 8 zero bytes, then the floats.
package final class EmbeddingFile: Sendable {
    static let headerBytes = 64

    package let rows: Int
    package let dimension: Int
    /// What made the vectors, lower-case hexadecimal.
    package let encoderSHA256: String
    // The mapping is read-only and lives as long as this object, so sharing its address is safe.
    private nonisolated(unsafe) let base: UnsafeRawPointer
    private let byteCount: Int

    init(base: UnsafeRawPointer, byteCount: Int, rows: Int, dimension: Int, encoderSHA256: String) {
        self.base = base
        self.byteCount = byteCount
        self.rows = rows
        self.dimension = dimension
        self.encoderSHA256 = encoderSHA256
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }

    /// All vectors, row after row; valid as long as this object.
    package var vectors: UnsafeBufferPointer<Float> {
        let floats = (base + Self.headerBytes).assumingMemoryBound(to: Float.self)
        return UnsafeBufferPointer(start: floats, count: rows * dimension)
    }
}
