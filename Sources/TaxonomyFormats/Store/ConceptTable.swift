import Contract
import Taxonomy

/// The concepts of a vocabulary as a table that a person can read with `less` or a spreadsheet.
///
/// A header, then one line per concept with identifier, name, synonyms, definition, tree numbers,
/// parents' identifiers, alternative identifiers, synonyms that do not mean exactly the concept, each
/// behind its scope and a colon, and cross references. Fields are separated by tabs, list items by
/// “|”. Inside a field `\t`, `\n`, `\r`, `\p` and `\\` stand for tab, line feed, carriage return,
/// “|” and backslash.
///
/// Tables of format version 1 end with the parents, those of version 2 with the alternative
/// identifiers. Obsolete concepts have a table of their own, from version 3 on.
enum ConceptTable {
    private static let columns = [
        "identifier", "name", "synonyms", "definition", "treeNumbers", "parents",
        "alternativeIdentifiers", "looseSynonyms", "crossReferences",
    ]
    /// How many columns the tables of the versions have, the newest first.
    private static let widths = [9, 7, 6]
    private static let obsoleteColumns = ["identifier", "name", "replacedBy", "consider"]

    static func bytes(of taxonomy: Taxonomy) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(taxonomy.concepts.count * 300)
        bytes.append(contentsOf: header(columns.count))
        for (concept, parents) in zip(taxonomy.concepts, taxonomy.parents) {
            append(concept.identifier, to: &bytes)
            bytes.append(0x09)
            append(concept.name, to: &bytes)
            bytes.append(0x09)
            append(list: concept.synonyms, to: &bytes)
            bytes.append(0x09)
            append(concept.definition ?? "", to: &bytes)
            bytes.append(0x09)
            append(list: concept.treeNumbers, to: &bytes)
            bytes.append(0x09)
            append(list: parents.map { taxonomy.concepts[$0].identifier }, to: &bytes)
            bytes.append(0x09)
            append(list: concept.alternativeIdentifiers, to: &bytes)
            bytes.append(0x09)
            let loose = concept.looseSynonyms.map { "\($0.scope.rawValue):\($0.text)" }
            append(list: loose, to: &bytes)
            bytes.append(0x09)
            append(list: concept.crossReferences, to: &bytes)
            bytes.append(0x0A)
        }
        return bytes
    }

    /// The obsolete concepts of a vocabulary as a table of the same form.
    static func bytes(of obsolete: [ObsoleteConcept]) -> [UInt8] {
        var bytes = Array((obsoleteColumns.joined(separator: "\t") + "\n").utf8)
        for concept in obsolete {
            append(concept.identifier, to: &bytes)
            bytes.append(0x09)
            append(concept.name, to: &bytes)
            bytes.append(0x09)
            append(list: concept.replacedBy, to: &bytes)
            bytes.append(0x09)
            append(list: concept.consider, to: &bytes)
            bytes.append(0x0A)
        }
        return bytes
    }

    private static func header(_ width: Int) -> [UInt8] {
        Array((columns.prefix(width).joined(separator: "\t") + "\n").utf8)
    }

    /// Reads a table that ``bytes(of:)-(Taxonomy)`` made.
    ///
    /// - Parameters:
    ///   - bytes: The table.
    ///   - obsolete: The obsolete concepts.
    ///   - path: Its path, for messages.
    /// - Returns: The vocabulary.
    /// - Throws: `storageUnavailable` if the bytes are not a complete table.
    static func taxonomy(
        from bytes: [UInt8],
        obsolete: [ObsoleteConcept] = [],
        path: String
    ) throws(SubmissionError) -> Taxonomy {
        var concepts: [Concept] = []
        var parentNames: [[String]] = []
        let isWhole = bytes.withUnsafeBufferPointer { buffer in
            parse(buffer, into: &concepts, parents: &parentNames)
        }
        guard isWhole else { throw damaged(path) }
        var byIdentifier = [String: Concept.Index](minimumCapacity: concepts.count)
        for (index, concept) in concepts.enumerated() { byIdentifier[concept.identifier] = index }
        var parents: [[Concept.Index]] = []
        parents.reserveCapacity(concepts.count)
        for names in parentNames {
            var indices: [Concept.Index] = []
            for name in names {
                guard let index = byIdentifier[name] else { throw damaged(path) }
                indices.append(index)
            }
            parents.append(indices)
        }
        do throws(TaxonomyError) {
            return try Taxonomy(concepts: concepts, parents: parents, obsolete: obsolete)
        } catch {
            throw damaged(path)
        }
    }

    /// Reads a table that ``bytes(of:)-([ObsoleteConcept])`` made.
    ///
    /// - Parameters:
    ///   - bytes: The table.
    ///   - path: Its path, for messages.
    /// - Returns: The obsolete concepts.
    /// - Throws: `storageUnavailable` if the bytes are not a complete table.
    static func obsolete(
        from bytes: [UInt8],
        path: String
    ) throws(SubmissionError) -> [ObsoleteConcept] {
        var obsolete: [ObsoleteConcept] = []
        let header = Array((obsoleteColumns.joined(separator: "\t") + "\n").utf8)
        let isWhole = bytes.withUnsafeBufferPointer { buffer in
            guard buffer.starts(with: header) else { return false }
            return rows(buffer, from: header.count, width: obsoleteColumns.count) { fields in
                obsolete.append(
                    ObsoleteConcept(
                        identifier: text(fields[0]),
                        name: text(fields[1]),
                        replacedBy: list(fields[2]),
                        consider: list(fields[3])
                    )
                )
            }
        }
        guard isWhole else { throw damaged(path) }
        return obsolete
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>,
        into concepts: inout [Concept],
        parents: inout [[String]]
    ) -> Bool {
        guard let width = widths.first(where: { bytes.starts(with: header($0)) }) else {
            return false
        }
        return rows(bytes, from: header(width).count, width: width) { fields in
            concepts.append(
                Concept(
                    identifier: text(fields[0]),
                    name: text(fields[1]),
                    synonyms: list(fields[2]),
                    definition: fields[3].isEmpty ? nil : text(fields[3]),
                    treeNumbers: list(fields[4]),
                    alternativeIdentifiers: width > 6 ? list(fields[6]) : [],
                    looseSynonyms: width > 7 ? list(fields[7]).compactMap(looseSynonym) : [],
                    crossReferences: width > 8 ? list(fields[8]) : []
                )
            )
            parents.append(list(fields[5]))
        }
    }

    private static func looseSynonym(_ item: String) -> Concept.LooseSynonym? {
        guard let colon = item.firstIndex(of: ":"),
            let scope = Concept.LooseSynonym.Scope(rawValue: String(item[..<colon]))
        else { return nil }
        return Concept.LooseSynonym(scope, String(item[item.index(after: colon)...]))
    }

    /// Calls `body` with the fields of each row.
    ///
    /// - Returns: Whether the table is whole: its last row ends, and each row has all fields.
    private static func rows(
        _ bytes: UnsafeBufferPointer<UInt8>,
        from start: Int,
        width: Int,
        _ body: ([UnsafeBufferPointer<UInt8>]) -> Void
    ) -> Bool {
        guard bytes.last == 0x0A else { return false }
        var start = start
        var fields: [UnsafeBufferPointer<UInt8>] = []
        while start < bytes.count {
            fields.removeAll(keepingCapacity: true)
            var index = start
            while true {
                let byte = bytes[index]
                if byte == 0x09 || byte == 0x0A {
                    fields.append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
                    start = index + 1
                    if byte == 0x0A { break }
                }
                index += 1
            }
            guard fields.count == width else { return false }
            body(fields)
        }
        return true
    }

    private static func list(_ field: UnsafeBufferPointer<UInt8>) -> [String] {
        guard !field.isEmpty else { return [] }
        var parts: [String] = []
        var start = 0
        for index in field.indices where field[index] == UInt8(ascii: "|") {
            parts.append(text(UnsafeBufferPointer(rebasing: field[start..<index])))
            start = index + 1
        }
        parts.append(text(UnsafeBufferPointer(rebasing: field[start...])))
        return parts
    }

    private static func text(_ field: UnsafeBufferPointer<UInt8>) -> String {
        guard field.contains(UInt8(ascii: "\\")) else {
            return String(decoding: field, as: UTF8.self)
        }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in field {
            if isEscaped {
                switch byte {
                case UInt8(ascii: "t"): bytes.append(0x09)
                case UInt8(ascii: "n"): bytes.append(0x0A)
                case UInt8(ascii: "r"): bytes.append(0x0D)
                case UInt8(ascii: "p"): bytes.append(UInt8(ascii: "|"))
                default: bytes.append(byte)
                }
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(list: [String], to bytes: inout [UInt8]) {
        for (index, text) in list.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "|")) }
            append(text, to: &bytes)
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "|"): bytes.append(contentsOf: "\\p".utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            default: bytes.append(byte)
            }
        }
    }

    private static func damaged(_ path: String) -> SubmissionError {
        SubmissionError(
            .storageUnavailable,
            "\(path) is damaged",
            remedy: "Remove that folder and drop the vocabulary file again."
        )
    }
}
