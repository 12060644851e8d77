import Files
import FoundationEssentials

/// Writes files of models and adapters.
package enum ModelFiles {
    /// JSON for a person to read: indented, keys sorted, with a line feed at its end.
    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [0x0A]
    }

    /// Replaces a file; the new content appears whole or not at all, and survives a power loss.
    ///
    /// - Parameters:
    ///   - path: The file, in an existing folder.
    ///   - bytes: The new content.
    /// - Throws: ``ModelFileError/Code/unwritable``; the old file is then unchanged, and no temporary
    ///   file is left behind.
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
