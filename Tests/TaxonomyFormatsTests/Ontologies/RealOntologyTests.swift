import Contract
import Crypto
import Fixtures
import Foundation
import Taxonomy
import TaxonomyFormats
import Testing

/// What readers of another make count in release files; `Golden/ontologies/count_ontologies.py`
/// wrote it.
private struct Counts: Decodable {
    struct Sort: Decodable, Equatable {
        let count: Int
        let sha256: String
    }

    let files: [String: [String: Sort]]

    static let names = [
        "envo-2020.obo.gz", "envo-2025.obo.gz", "pato-2017.obo.gz", "pato-2024.obo.gz",
        "cl-basic-2019-04.obo.gz", "cl-basic-2022-10.obo.gz", "symp-2026.obo.gz",
    ]

    static func read() throws -> Counts {
        let url = try #require(
            Bundle.module.url(forResource: "Golden/ontologies/counts", withExtension: "json")
        )
        return try JSONDecoder().decode(Counts.self, from: Data(contentsOf: url))
    }

    /// The same of a vocabulary that taxod read.
    static func sorts(of taxonomy: Taxonomy) -> [String: Sort] {
        var lines: [String: [String]] = [:]
        func add(_ sort: String, _ fields: String...) {
            lines[sort, default: []].append(fields.joined(separator: "\t") + "\n")
        }
        for (index, concept) in taxonomy.concepts.enumerated() {
            let key = concept.identifier
            add("names", key, concept.name)
            for text in concept.synonyms { add("exact", key, text) }
            for synonym in concept.looseSynonyms { add(synonym.scope.rawValue, key, synonym.text) }
            if let definition = concept.definition { add("definitions", key, definition) }
            for other in concept.alternativeIdentifiers { add("alternatives", key, other) }
            for other in concept.crossReferences { add("references", key, other) }
            for parent in taxonomy.parents[index] {
                add("edges", key, taxonomy.concepts[parent].identifier)
            }
        }
        for concept in taxonomy.obsolete {
            let fields = [concept.identifier, concept.name] + concept.replacedBy
            add("obsolete", fields.joined(separator: "\t"))
        }
        return lines.mapValues { lines in
            let sorted = lines.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            let hash = SHA256.hash(data: Array(sorted.joined()))
            return Sort(
                count: lines.count,
                sha256: hash.map { String(format: "%02x", $0) }.joined()
            )
        }
    }
}

@Suite(
    "Release files of ontologies",
    .enabled(if: SharedData.path != nil, "no shared data here")
)
struct RealOntologyTests {
    @Test(
        "they hold what fastobo and pronto count: names, edges, synonyms by scope, definitions",
        arguments: Counts.names
    )
    func counts(name: String) throws {
        let expected = try #require(try Counts.read().files[name])
        let file = try SharedData.vocabulary("obo/\(name)")
        let found = Counts.sorts(of: file.taxonomy)
        for sort in Set(expected.keys).union(found.keys).sorted() {
            #expect(found[sort] == expected[sort], "\(name): \(sort)")
        }
        #expect(file.problems.isEmpty, "\(file.problems.prefix(3))")
    }

    @Test("the Symptom Ontology is the same in OBO and in OBO Graphs")
    func sameInJSON() throws {
        let obo = try SharedData.vocabulary("obo/symp-2026.obo.gz")
        let json = try SharedData.vocabulary("obo/symp-2026.json.gz")
        // The formats list synonyms and cross references in different orders.
        #expect(Counts.sorts(of: obo.taxonomy) == Counts.sorts(of: json.taxonomy))
        #expect(obo.taxonomy.concepts.map(\.name) == json.taxonomy.concepts.map(\.name))
        #expect(obo.taxonomy.parents == json.taxonomy.parents)
        #expect(obo.taxonomy.obsolete == json.taxonomy.obsolete)
        #expect(obo.declaredName == json.declaredName)
    }
}
