package import FoundationEssentials
package import Inference

/// Training rows as JSON Lines, for a person or another tool to read.
package enum TrainingFile {
    /// One object a line, keys sorted.
    package static func data(_ rows: [TrainingExample]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = Data()
        for row in rows {
            data.append(try encoder.encode(row))
            data.append(UInt8(ascii: "\n"))
        }
        return data
    }

    /// Reads what ``data(_:)`` wrote; empty lines count for nothing.
    ///
    /// - Throws: `DecodingError` for a line that is no row.
    package static func rows(_ data: Data) throws -> [TrainingExample] {
        let decoder = JSONDecoder()
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(TrainingExample.self, from: Data($0))
        }
    }
}
