import Contract
import Crypto
import Files
package import Foundation
import Inference

/// The folder of a study: its adapters, and a JSON file for each measurement.
///
///     DIR/adapters/NAME-HASH/     as `taxod train` writes them
///     DIR/cells/NAME-HASH.json    one variant with one seed, and everything it depends on
///     DIR/NAME.json               the report of a study
///
/// The hash covers everything that a measurement or an adapter depends on, so either is found again
/// only with the same settings.
package struct StudyFolder {
    private struct Cell<Content: Codable>: Codable {
        let note: [String: CardValue]
        let content: Content
    }

    private let path: String

    /// - Throws: ``CommandError`` if the folder cannot be made.
    package init(_ path: String) throws {
        self.path = path
        for folder in ["adapters", "cells"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: "\(path)/\(folder)",
                    withIntermediateDirectories: true
                )
            } catch {
                throw CommandError.disk("\(path) cannot be made: \(error.localizedDescription)")
            }
        }
    }

    /// The folder of the adapter that depends on `note`.
    package func adapter(_ name: String, _ note: some Encodable) throws -> String {
        "\(path)/adapters/\(try Self.key(name, note))"
    }

    /// The measurement with this note, if there is one.
    ///
    /// - Throws: `SubmissionError` for a file that cannot be read.
    package func cell<Content: Codable>(_ name: String, _ note: some Encodable) throws -> Content? {
        let file = "\(path)/cells/\(try Self.key(name, note)).json"
        guard let data = FileManager.default.contents(atPath: file) else { return nil }
        do {
            return try JSONDecoder().decode(Cell<Content>.self, from: data).content
        } catch {
            throw SubmissionError(
                .malformedJSON,
                at: SubmissionError.Location(file: file),
                "found no measured cell (\(error))",
                remedy: "Remove the file; the cell is then measured again."
            )
        }
    }

    /// Stores a measurement.
    ///
    /// - Throws: `FileError` if it cannot be written.
    package func keep(_ content: some Codable, _ name: String, _ note: some Encodable) throws {
        let values = try JSONDecoder().decode(
            [String: CardValue].self,
            from: CanonicalJSON.data(of: note)
        )
        let data = try CanonicalJSON.data(of: Cell(note: values, content: content))
        try write(data, to: "cells/\(try Self.key(name, note)).json")
    }

    /// Stores a report.
    ///
    /// - Throws: `FileError` if it cannot be written.
    package func keepReport(_ data: Data, _ name: String) throws {
        try write(data, to: "\(name).json")
    }

    private func write(_ data: Data, to name: String) throws {
        try POSIXFileOperations().write(Array(data), to: SpoolPath("\(path)/\(name)"))
    }

    private static func key(_ name: String, _ note: some Encodable) throws -> String {
        let plain = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        let hash = SHA256.hash(data: try CanonicalJSON.data(of: note))
        return "\(String(plain))-\(Digest.hexadecimal(hash).prefix(12))"
    }
}
