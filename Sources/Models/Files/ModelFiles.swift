import Files
import FoundationEssentials

/// Writing files of models and adapters.
package enum ModelFiles {
    /// JSON for a person to read: indented, keys sorted, with a line feed at its end.
    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [0x0A]
    }

    /// Replaces a file; it appears whole or not at all, and survives a loss of power.
    ///
    /// - Parameters:
    ///   - path: In a folder that exists.
    ///   - bytes: The new content.
    /// - Throws: ``ModelFileError/Code/unwritable``; then the old file is as it was, and nothing is
    ///   left beside it.
    package static func replace(
        _ path: String,
        by bytes: some Sequence<UInt8>
    ) throws(ModelFileError) {
        do throws(FileError) {
            try POSIXFileOperations().write(Array(bytes), to: SpoolPath(path))
        } catch {
            throw ModelFileError(
                .unwritable,
                file: path,
                at: error.operation,
                found: error.reason,
                expected: "a writable place with enough space"
            )
        }
    }
}
