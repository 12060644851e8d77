import Contract
import Fixtures
import TaxonomyFormats
import Testing

@Suite("JSON of other programs")
struct JSONShapeTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func items(_ list: ListFile) -> [ListFile.Item] {
        list.entries.flatMap { entry -> [ListFile.Item] in
            switch entry.content {
            case .names(let items), .seeds(let items, _), .terms(let items), .audit(let items):
                return items
            case .tree, .fault: return []
            }
        }
    }

    @Test(
        "records are found in every orient of pandas and in the answers of services",
        arguments: [
            "[{\"term\":\"Ring asthma\",\"definition\":\"Rings\"},{\"term\":\"Storm asthma\",\"definition\":\"Storms\"}]",
            "{\"term\":{\"0\":\"Ring asthma\",\"1\":\"Storm asthma\"},\"definition\":{\"0\":\"Rings\",\"1\":\"Storms\"}}",
            "{\"0\":{\"term\":\"Ring asthma\",\"definition\":\"Rings\"},\"1\":{\"term\":\"Storm asthma\",\"definition\":\"Storms\"}}",
            "{\"columns\":[\"term\",\"definition\"],\"index\":[0,1],\"data\":[[\"Ring asthma\",\"Rings\"],[\"Storm asthma\",\"Storms\"]]}",
            "{\"schema\":{\"fields\":[]},\"data\":[{\"index\":0,\"term\":\"Ring asthma\",\"definition\":\"Rings\"},{\"term\":\"Storm asthma\",\"definition\":\"Storms\"}]}",
            "{\"term\":[\"Ring asthma\",\"Storm asthma\"],\"definition\":[\"Rings\",\"Storms\"]}",
            "[[\"term\",\"definition\"],[\"Ring asthma\",\"Rings\"],[\"Storm asthma\",\"Storms\"]]",
            "{\"Ring asthma\":{\"definition\":\"Rings\"},\"Storm asthma\":{\"definition\":\"Storms\"}}",
            "{\"count\":2,\"results\":[{\"label\":\"Ring asthma\",\"description\":[\"Rings\"]},{\"label\":\"Storm asthma\",\"description\":\"Storms\"}]}",
            "{\"_embedded\":{\"terms\":[{\"label\":\"Ring asthma\",\"definition\":\"Rings\"},{\"label\":\"Storm asthma\",\"definition\":{\"val\":\"Storms\"}}]}}",
            "{\"hits\":{\"hits\":[{\"_source\":{\"name\":\"Ring asthma\",\"definition\":\"Rings\"}},{\"_source\":{\"name\":\"Storm asthma\",\"definition\":\"Storms\"}}]}}",
        ]
    )
    func records(text: String) throws {
        let list = try space.list(text, as: "a.json")
        #expect(items(list).map(\.name) == ["Ring asthma", "Storm asthma"])
        #expect(items(list).map(\.definition) == ["Rings", "Storms"])
    }

    @Test("settings beside wrapped records hold for each of them")
    func settings() throws {
        let list = try space.list(
            "{\"vocabulary\": \"MEDIC\", \"data\": [{\"term\": \"Ring asthma\"}]}",
            as: "a.json"
        )
        #expect(items(list).map(\.name) == ["Ring asthma"])
        #expect(list.vocabulary == "MEDIC")
    }

    @Test("rows of names and sentences are records; rows of names are seed sets")
    func values() throws {
        let table = try space.list(
            """
            [["Ring asthma", "A disease of the lung that comes with rings"],
            ["Storm asthma", "A disease of the lung that comes with storms"]]
            """,
            as: "a.json"
        )
        #expect(items(table).map(\.name) == ["Ring asthma", "Storm asthma"])
        let sets = try space.list("[[\"gout\", \"asthma\"], [\"copd\", \"fever\"]]", as: "b.json")
        #expect(sets.entries.count == 2)
    }

    @Test("a tree needs names all through; other objects are refused with their keys")
    func trees() throws {
        let list = try space.list(
            "{\"Diseases\":{\"Heart\":[\"Block\"],\"Lung\":{}}}",
            as: "a.json"
        )
        guard case .tree(let edges)? = list.entries.first?.content else {
            Issue.record("\(list.entries)")
            return
        }
        #expect(edges.count == 3)
        for text in ["{\"index\":[0,1],\"rows\":{\"x\":3}}", "{\"a\":{\"b\":1}}", "{\"a\":[1,2]}"] {
            #expect(space.fault(text, as: "b.json")?.code == .unknownListShape, "\(text)")
        }
    }

    @Test(
        "ontologies and other formats are refused by name",
        arguments: [
            ("{\"nodes\":[{\"name\":\"asthma\"}],\"edges\":[]}", "no OBO Graphs"),
            ("{\"@context\":{},\"@graph\":[]}", "JSON-LD"),
            (
                "[{\"@id\":\"http://x\",\"http://www.w3.org/2004/02/skos/core#prefLabel\":[]}]",
                "JSON-LD"
            ),
            ("{\"resourceType\":\"CodeSystem\",\"concept\":[]}", "FHIR"),
            ("{\"head\":{},\"results\":{\"bindings\":[]}}", "SPARQL"),
            ("{\"schema\":\"taxod.answer/1\",\"task\":\"place\"}", "taxod"),
        ]
    )
    func foreign(text: String, name: String) throws {
        let fault = try #require(space.fault(text, as: "a.json"))
        #expect(fault.code == .unknownListShape)
        #expect(fault.message.contains(name))
    }

    @Test("synonyms are objects or texts, a missing number is no value, and loss is told once")
    func details() throws {
        let list = try space.list(
            """
            [{"term": "Ring asthma", "synonyms": [{"val": "a"}, {"label": "b"}, "c", {"x": 1}],
            "score": NaN, "icd10": "J45", "parents": ["asthma"], "id": 0},
            {"term": "Storm asthma", "synonyms": "d; e", "icd10": "J45", "definition": NaN}]
            """,
            as: "a.json"
        )
        #expect(items(list).map(\.synonyms) == [["a", "b", "c"], ["d", "e"]])
        #expect(items(list).map(\.parents) == [["asthma"], []])
        #expect(items(list).map(\.identifier) == [nil, nil])
        #expect(list.notes.count { $0.contains("“icd10”") } == 1)
        #expect(list.notes.contains { $0.contains("synonyms without a text") })
    }

    @Test("seeds and terms side by side are both asked, and one bad object costs only itself")
    func both() throws {
        let list = try space.list(
            """
            {"seeds": [{"label": "Asthma"}, {"foo": "x"}, {"title": "Bronchitis"}],
            "terms": ["Ring asthma|Storm asthma", null]}
            """,
            as: "a.json"
        )
        guard case .seeds(let seeds, _)? = list.entries.first?.content,
            case .terms(let terms)? = list.entries.last?.content
        else {
            Issue.record("\(list.entries)")
            return
        }
        #expect(seeds.map(\.name) == ["Asthma", "Bronchitis"])
        #expect(terms.count == 1)
        #expect(list.notes.contains { $0.contains("without a name") })
        let numbered = try space.list(
            "[{\"id\":1,\"name\":\"A b\"},{\"id\":2,\"name\":\"C\"}]",
            as: "b.json"
        )
        #expect(items(numbered).map(\.identifier) == [nil, nil])
    }
}
