import Foundation
import Taxonomy
import TaxonomyFormats

/// What a reader of another make (rdflib) finds in the same files; `Golden/rdf.py` made it.
enum RDFGolden {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden/rdf")

    struct Line: Codable, Equatable {
        var id: String
        var name: String
        var synonyms: [String]
        var loose: [String]
        var definition: String
        var parents: [String]
        var alternatives: [String]
        var references: [String]

        init(_ concept: Concept, parents: [String]) {
            id = concept.identifier
            name = concept.name
            synonyms = concept.synonyms.sorted()
            loose = concept.looseSynonyms.map { "\($0.scope.rawValue):\($0.text)" }.sorted()
            definition = concept.definition ?? ""
            self.parents = parents.sorted()
            alternatives = concept.alternativeIdentifiers.sorted()
            references = concept.crossReferences.sorted()
        }

        /// The line that is hashed.
        var canonical: String {
            [
                id, name, synonyms.joined(separator: "|"), loose.joined(separator: "|"),
                definition, parents.joined(separator: "|"), alternatives.joined(separator: "|"),
            ].joined(separator: "\t")
        }
    }

    struct Obsolete: Codable, Equatable {
        let obsolete: String
        let replacedBy: [String]
        let consider: [String]
    }

    struct Counts: Codable, Equatable {
        var concepts = 0
        var edges = 0
        var obsolete = 0
        var exact = 0
        var narrow = 0
        var broad = 0
        var related = 0
        var definitions = 0
        var alternatives = 0
        var hash = ""

        init(_ file: VocabularyFile) {
            let lines = RDFGolden.lines(of: file)
            concepts = lines.count
            edges = lines.reduce(0) { $0 + $1.parents.count }
            obsolete = file.taxonomy.obsolete.count
            exact = lines.reduce(0) { $0 + $1.synonyms.count }
            let loose = lines.flatMap(\.loose)
            narrow = loose.count { $0.hasPrefix("narrow:") }
            broad = loose.count { $0.hasPrefix("broad:") }
            related = loose.count { $0.hasPrefix("related:") }
            definitions = lines.count { !$0.definition.isEmpty }
            alternatives = lines.reduce(0) { $0 + $1.alternatives.count }
            // By bytes, as Python sorts; Swift's own order is another one.
            let sorted = lines.map { Array($0.canonical.utf8) }
                .sorted { $0.lexicographicallyPrecedes($1) }
            var value: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in sorted.joined(separator: [0x0A]) {
                value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
            }
            let digits = String(value, radix: 16)
            hash = String(repeating: "0", count: 16 - digits.count) + digits
        }
    }

    static func lines(of file: VocabularyFile) -> [Line] {
        let taxonomy = file.taxonomy
        return taxonomy.concepts.indices.map { index in
            Line(
                taxonomy.concepts[index],
                parents: taxonomy.parents[index].map { taxonomy.concepts[$0].identifier }
            )
        }
        .sorted { $0.id < $1.id }
    }

    /// The recorded concepts and obsolete concepts of a sample.
    static func recorded(_ name: String) throws -> (lines: [Line], obsolete: [Obsolete]) {
        let text = try String(contentsOf: folder.appending(path: "\(name).jsonl"), encoding: .utf8)
        let rows = text.split(separator: "\n").map { Data($0.utf8) }
        return (
            rows.compactMap { try? JSONDecoder().decode(Line.self, from: $0) },
            rows.compactMap { try? JSONDecoder().decode(Obsolete.self, from: $0) }
        )
    }

    static func read(
        _ path: String,
        rules: VocabularyRules.Book = .standard
    ) throws
        -> VocabularyFile
    {
        guard case .vocabulary(let file) = try Submission.read(path, rules: rules) else {
            throw CocoaError(.fileReadUnknown)
        }
        return file
    }
}
