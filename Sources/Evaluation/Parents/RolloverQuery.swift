package import Contract
package import Foundation

/// A concept that a later release added: one line of a roll-over file.
///
/// Keys: `id`, `name`, `synonyms`, `definition`, `parents` (identifiers), and `alreadyNamed`, the
/// concept that had the name in the earlier release, if any.
package struct RolloverQuery: Hashable, Codable, Sendable {
    package let id: String
    package let name: String
    package let synonyms: [String]
    package let definition: String?
    package let parents: [String]
    package let alreadyNamed: String?

    package init(
        id: String,
        name: String,
        synonyms: [String] = [],
        definition: String? = nil,
        parents: [String] = [],
        alreadyNamed: String? = nil
    ) {
        self.id = id
        self.name = name
        self.synonyms = synonyms
        self.definition = definition
        self.parents = parents
        self.alreadyNamed = alreadyNamed
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        name = try values.decode(String.self, forKey: .name)
        synonyms = try values.decodeIfPresent([String].self, forKey: .synonyms) ?? []
        definition = try values.decodeIfPresent(String.self, forKey: .definition)
        parents = try values.decodeIfPresent([String].self, forKey: .parents) ?? []
        alreadyNamed = try values.decodeIfPresent(String.self, forKey: .alreadyNamed)
    }
}

/// Reads files with one JSON object per line.
package enum LineFile {
    /// - Parameters:
    ///   - data: The content of the file; empty lines are ignored.
    ///   - file: The file's name, for error messages.
    ///   - type: The type of a line.
    /// - Returns: The decoded lines; at least one.
    /// - Throws: `SubmissionError` for the first line that cannot be decoded, or if there are none.
    package static func read<Line: Decodable>(
        _ data: Data,
        file: String,
        as type: Line.Type
    ) throws(SubmissionError) -> [Line] {
        var lines: [Line] = []
        let decoder = JSONDecoder()
        let raw = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in raw.enumerated() {
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            do {
                lines.append(try decoder.decode(Line.self, from: Data(line)))
            } catch {
                throw SubmissionError(
                    .unknownListShape,
                    at: SubmissionError.Location(file: file, line: number + 1),
                    "Found no \(Line.self): \(error)",
                    remedy: "See “Evaluation” in the documentation for the keys."
                )
            }
        }
        guard !lines.isEmpty else {
            let place = SubmissionError.Location(file: file)
            throw SubmissionError(.emptyList, at: place, "The file has no query.")
        }
        return lines
    }
}
