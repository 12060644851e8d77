import Contract
import Fixtures
import Foundation
import Jobs
import Settings
import Taxonomy
import TaxonomyFormats
import Testing
import Workshop

/// Which identifiers a vocabulary has already, and what a person may name as a parent.
@Suite("Looking up identifiers")
struct IdentifierLookUpTests {
    private let workspace: Workspace

    init() throws { workspace = try Workspace() }

    private func store(_ files: [(rows: [String], name: String)]) throws -> TaxonomyStore {
        let store = TaxonomyStore(root: workspace.path + "/taxonomies")
        for (index, file) in files.enumerated() {
            let read = try workspace.vocabulary(Fixture.medic(file.rows), as: "v\(index).xml")
            let info = try store.save(read, name: file.name, at: Date(timeIntervalSince1970: 0))
            try store.saveEmbeddings(
                [Float](repeating: 0, count: read.taxonomy.concepts.count),
                dimension: 1,
                encoderSHA256: String(repeating: "a", count: 64),
                of: info.version
            )
        }
        return store
    }

    @Test("numbers of all versions count, of the one vocabulary, within the range")
    func used() throws {
        let store = try store([
            (["N:0", "N:0005", "n:7", "N:11", "M:6"].map { Fixture.row($0, "a \($0)") }, "Team"),
            (["N:0", "N:8", "N:9", "X:1"].map { Fixture.row($0, "b \($0)") }, "TEAM"),
            (["N:6"].map { Fixture.row($0, "c \($0)") }, "Other"),
        ])
        let range = try IdentifierRange(prefix: "N", first: 1, last: 10, digits: 4)
        let used = try UsedIdentifiers(
            of: "team",
            in: store,
            versions: ["gone"],
            range: range,
            own: try ["x:1", "N:006", "M:6"].map { try #require(Curie($0)) }
        )
        #expect(used.numbers == NumberSet([5, 7, 8, 9]))
        #expect(used.own == ["x:1", "m:6"])
        #expect(used.versions.count == 3 && used.versions.contains("gone"))
        #expect(used.range == range)
    }

    @Test("ranges come from the configuration, by name in any letter case or for all")
    func ranges() throws {
        var configuration = try TinyModels(
            """
            {"vocabularies": {"Envo": {"identifiers": {"prefix": "ENVO", "first": 1, "last": 9}}}}
            """
        ).configuration
        let range = try configuration.identifierRanges()
        #expect(range("ENVO")?.identifier(1) == "ENVO:0000001")
        #expect(range("MEDIC") == nil)
        configuration.vocabularies["*"] = configuration.vocabularies["Envo"]
        #expect(try configuration.identifierRanges()("MEDIC") != nil)
        configuration.vocabularies["MEDIC"] = Configuration.Vocabulary()
        #expect(try configuration.identifierRanges()("MEDIC") == nil)
        configuration.vocabularies["MEDIC"] = configuration.vocabularies["Envo"]
        configuration.vocabularies["MEDIC"]?.identifiers?.prefix = "TAXOD"
        let error = #expect(throws: CommandError.self) { try configuration.identifierRanges() }
        #expect(error?.description.contains("vocabularies.MEDIC.identifiers") == true)
    }

    @Test("a parent is named by any spelling of its identifier; a name or old identifier is told")
    func parents() throws {
        let taxonomy = try Taxonomy(
            concepts: [
                Concept(
                    identifier: "MESH:D000001",
                    name: "Heart Diseases",
                    synonyms: ["Cardiopathy"]
                ),
                Concept(identifier: "MESH:D000002", name: "A", alternativeIdentifiers: ["OMIM:1"]),
                Concept(identifier: "MESH:D000003", name: "B", alternativeIdentifiers: ["OMIM:1"]),
            ],
            parents: [[], [], []],
            obsolete: [
                ObsoleteConcept(identifier: "X:1", name: "old", replacedBy: ["MESH:D000002"]),
                ObsoleteConcept(identifier: "X:2", name: "older", consider: ["MESH:D000003"]),
            ]
        )
        #expect(try taxonomy.parent(named: "D000001") == "MESH:D000001")
        #expect(try taxonomy.parent(named: "mesh:d000001") == "MESH:D000001")
        for (text, fault) in [
            ("cardiopathy", Taxonomy.ParentFault.name(["MESH:D000001"])), ("MESH:D9", .unknown),
            ("OMIM:1", .several(["MESH:D000002", "MESH:D000003"])),
            ("x:1", .obsolete(["MESH:D000002"])), ("X:2", .obsolete(["MESH:D000003"])),
        ] {
            #expect(throws: fault) { try taxonomy.parent(named: text) }
        }
    }
}
