import Taxonomy
import Testing

@Suite("Identifiers as people write them")
struct IdentifierTests {
    private func taxonomy() throws -> Taxonomy {
        let concepts = [
            Concept(
                identifier: "MESH:D003924",
                name: "Diabetes Mellitus, Type 2",
                treeNumbers: ["C18.452.394.750.149", "C19"],
                alternativeIdentifiers: ["DOID:9352", "OMIM:125853", "OMIM:100"]
            ),
            Concept(identifier: "OMIM:143100", name: "A", alternativeIdentifiers: ["OMIM:100"]),
            Concept(identifier: "MESH:C564178", name: "B", alternativeIdentifiers: ["OMIM:143100"]),
            Concept(identifier: "Own_7 x", name: "C"),
        ]
        return try Taxonomy(concepts: concepts, parents: concepts.map { _ in [] })
    }

    @Test(
        "prefix, letter case and form of address do not matter",
        arguments: [
            "MESH:D003924", "mesh:d003924", "MeSH:D003924", "D003924", "d003924", " MESH:D003924 ",
            "MESH_D003924", "MSH:D003924", "MeSH: D003924", "MESH D003924",
            "http://id.nlm.nih.gov/mesh/D003924", "https://id.nlm.nih.gov/mesh/2023/D003924",
            "<http://id.nlm.nih.gov/mesh/D003924>", "https://identifiers.org/mesh:D003924",
            "https://identifiers.org/mesh/D003924",
            "https://meshb.nlm.nih.gov/record/ui?ui=D003924",
            "DOID:9352", "doid_9352", "DO:DOID:9352", "http://purl.obolibrary.org/obo/DOID_9352",
            "https://identifiers.org/doid/DOID:9352", "OMIM:125853", "MIM:125853", "omim 125853",
            "#125853", "https://omim.org/entry/125853", "https://www.omim.org/entry/125853/",
            "125853", "C18.452.394.750.149", "c18.452.394.750.149", "C19",
        ]
    )
    func forms(_ written: String) throws {
        #expect(try taxonomy().index(ofAnyIdentifier: written) == 0)
    }

    @Test(
        "what is none, or has another number, finds nothing",
        arguments: [
            "", "Asthma", "Diabetes Mellitus, Type 2", "D00392", "MESH:D003925", "DOID:93520",
            "9352", "C18.452", "https://example.org/", "http://id.nlm.nih.gov/mesh/", "MESH:",
        ]
    )
    func unknown(_ written: String) throws {
        #expect(try taxonomy().index(ofAnyIdentifier: written) == nil)
    }

    @Test("an alternative identifier of several concepts means none of them")
    func shared() throws {
        let taxonomy = try taxonomy()
        #expect(taxonomy.index(ofAnyIdentifier: "OMIM:100") == nil)
        #expect(taxonomy.indices(ofAnyIdentifier: "omim:100") == [0, 1])
    }

    @Test("a concept's own identifier counts before another's alternative one")
    func own() throws {
        #expect(try taxonomy().index(ofAnyIdentifier: "OMIM:143100") == 1)
        #expect(try taxonomy().index(ofAnyIdentifier: "own_7 X") == 3)
    }

    @Test("beside a name, what may be a code of another collection does not count")
    func beside() throws {
        let taxonomy = try taxonomy()
        for code in ["125853", "C19"] {
            #expect(taxonomy.indices(ofAnyIdentifier: code, besideName: true).isEmpty)
        }
        for code in ["OMIM:125853", "D003924", "C18.452.394.750.149"] {
            #expect(taxonomy.indices(ofAnyIdentifier: code, besideName: true) == [0])
        }
    }
}
