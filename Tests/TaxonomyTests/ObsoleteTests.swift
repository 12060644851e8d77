import Taxonomy
import Testing

@Suite("Obsolete concepts and cross references by identifier")
struct ObsoleteTests {
    private func taxonomy() throws -> Taxonomy {
        let concepts = [
            Concept(
                identifier: "DOID:9352",
                name: "type 2 diabetes",
                alternativeIdentifiers: ["DOID:5"],
                crossReferences: ["MESH:D003924", "OMIM:125853", "ICD10CM:E11", "7"]
            ),
            Concept(
                identifier: "DOID:1",
                name: "A",
                crossReferences: ["OMIM:125853", "DOID:9352"]
            ),
        ]
        return try Taxonomy(
            concepts: concepts,
            parents: [[], []],
            obsolete: [
                ObsoleteConcept(identifier: "DOID:2", name: "old", replacedBy: ["DOID:1"]),
                ObsoleteConcept(identifier: "DOID:5", name: "merged"),
                ObsoleteConcept(identifier: "MESH:D000001", name: "older"),
            ]
        )
    }

    @Test("a cross reference finds its concept, after own and alternative identifiers")
    func crossReferences() throws {
        let taxonomy = try taxonomy()
        for written in ["MESH:D003924", "D003924", "http://id.nlm.nih.gov/mesh/D003924"] {
            #expect(taxonomy.index(ofAnyIdentifier: written) == 0)
        }
        #expect(taxonomy.index(ofAnyIdentifier: "icd10cm:e11") == 0)
        #expect(taxonomy.index(ofAnyIdentifier: "DOID:9352") == 0)
        #expect(taxonomy.index(ofAnyIdentifier: "7") == nil)
    }

    @Test("a cross reference of several concepts means none of them")
    func shared() throws {
        #expect(try taxonomy().indices(ofAnyIdentifier: "OMIM:125853") == [0, 1])
        #expect(try taxonomy().index(ofAnyIdentifier: "OMIM:125853") == nil)
    }

    @Test("an obsolete concept is found by its identifier, unless a current one has it")
    func obsolete() throws {
        let taxonomy = try taxonomy()
        #expect(taxonomy.obsolete(ofAnyIdentifier: "doid_2")?.name == "old")
        #expect(taxonomy.obsolete(ofAnyIdentifier: "D000001")?.name == "older")
        #expect(taxonomy.index(ofAnyIdentifier: "DOID:2") == nil)
        #expect(taxonomy.obsolete(ofAnyIdentifier: "DOID:5") == nil)
        #expect(taxonomy.index(ofAnyIdentifier: "DOID:5") == 0)
        #expect(taxonomy.obsolete(ofAnyIdentifier: "DOID:9352") == nil)
        #expect(taxonomy.obsolete(ofAnyIdentifier: "fever") == nil)
    }
}
