import Contract

/// Counts the bytes that a file unpacks to, and refuses a file that unpacks to too many.
final class UnpackedTally {
    /// The ratio is checked only above this many unpacked bytes, because a small repetitive list
    /// also compresses well.
    private static let ratioFloorBytes = 64 << 20

    private let name: String
    private let limits: ReadLimits
    private(set) var bytes = 0

    init(name: String, limits: ReadLimits) {
        self.name = name
        self.limits = limits
    }

    /// Adds unpacked bytes.
    ///
    /// - Parameters:
    ///   - count: The bytes just unpacked.
    ///   - packed: All packed bytes read so far; `nil` for a file that is not packed.
    /// - Throws: `fileTooLarge`, `compressionBomb`.
    func add(_ count: Int, packed: Int?) throws(SubmissionError) {
        bytes += count
        guard bytes <= limits.unpackedBytes else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: name),
                "the file unpacks to more than \(limits.unpackedBytes) bytes"
            )
        }
        guard let packed, bytes > Self.ratioFloorBytes else { return }
        if bytes / max(packed, 1) > limits.unpackingRatio {
            throw SubmissionError(
                .compressionBomb,
                at: .init(file: name),
                """
                \(packed) packed bytes became \(bytes), more than \(limits.unpackingRatio) bytes \
                for each
                """
            )
        }
    }
}
