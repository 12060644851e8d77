import Contract
import Taxonomy

/// The concepts of a vocabulary as a table that a person can read with `less` or a spreadsheet.
///
/// A header, then one line per concept with identifier, name, synonyms, definition, tree numbers
/// parents' identifiers and alternative identifiers, separated by tabs; list items are separated by
/// “|”. Inside a field `\t`, `\n`, `\r`, `\p` and `\\` stand for tab, line feed, carriage return,
/// “|” and backslash. Tables of format version 1 lack the last column.
enum ConceptTable {
    private static let oldHeader = "identifier\tname\tsynonyms\tdefinition\ttreeNumbers\tparents"
    private static let header = oldHeader + "\talternativeIdentifiers"

    static func bytes(of taxonomy: Taxonomy) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(taxonomy.concepts.count * 300)
        bytes.append(contentsOf: header.utf8)
        for (concept, parents) in zip(taxonomy.concepts, taxonomy.parents) {
            bytes.append(0x0A)
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
        }
        bytes.append(0x0A)
        return bytes
    }

    /// Reads a table that ``bytes(of:)`` made.
    ///
    /// - Throws: `storageUnavailable` if the bytes are not a complete table.
    static func taxonomy(from bytes: [UInt8], path: String) throws(SubmissionError) -> Taxonomy {
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
            return try Taxonomy(concepts: concepts, parents: parents)
        } catch {
            throw damaged(path)
        }
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>,
        into concepts: inout [Concept],
        parents: inout [[String]]
    ) -> Bool {
        guard bytes.last == 0x0A,
            let header = [header, oldHeader].first(where: { bytes.starts(with: ($0 + "\n").utf8) })
        else { return false }
        let columns = header.utf8.count { $0 == 0x09 } + 1
        var start = header.utf8.count + 1
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
            guard fields.count == columns else { return false }
            concepts.append(
                Concept(
                    identifier: text(fields[0]),
                    name: text(fields[1]),
                    synonyms: list(fields[2]),
                    definition: fields[3].isEmpty ? nil : text(fields[3]),
                    treeNumbers: list(fields[4]),
                    alternativeIdentifiers: columns > 6 ? list(fields[6]) : []
                )
            )
            parents.append(list(fields[5]))
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
