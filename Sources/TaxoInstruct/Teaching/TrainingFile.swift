package import FoundationEssentials
package import Inference

/// Training rows as JSON Lines, readable by people and other tools.
package enum TrainingFile {
    /// One JSON object per line, with sorted keys.
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

    /// Decodes the output of ``data(_:)``; empty lines are ignored.
    ///
    /// - Throws: `DecodingError` for a line that is not a training row.
    package static func rows(_ data: Data) throws -> [TrainingExample] {
        let decoder = JSONDecoder()
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(TrainingExample.self, from: Data($0))
        }
    }
}
