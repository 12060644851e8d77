import Contract
import Fixtures
import Taxonomy
import TaxonomyFormats
import Testing

/// What curators write beside a term: where a definition comes from, kinds of synonyms, and where
/// the term may be placed.
@Suite("Curators' fields")
struct CuratorFieldsTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func items(_ list: ListFile) -> [ListFile.Item] {
        list.entries.flatMap { entry -> [ListFile.Item] in
            switch entry.content {
            case .names(let items), .seeds(let items, _), .terms(let items), .audit(let items):
                items
            case .tree, .fault: []
            }
        }
    }

    @Test(
        "a column of sources or references belongs to the definition",
        arguments: [
            "Definition source", "References", "definition_reference", "PMID", "PubMed ID",
            "Definition xrefs", "Definition references (PMID)", "Reference 1",
        ]
    )
    func references(title: String) throws {
        let list = try space.list(
            "term\tdefinition\t\(title)\nring asthma\tAsthma of rings.\tPMID:1|PMID:2\n",
            as: "a.tsv"
        )
        #expect(items(list).map(\.references) == [["PMID:1", "PMID:2"]])
        #expect(list.columns.map(\.field) == ["term", "definition", "references"])
    }

    @Test("a column that is called source alone says nothing of the definition")
    func source() throws {
        let list = try space.list(
            "term\tdefinition\tSource\nring asthma\tAsthma of rings.\tclinic\n",
            as: "a.tsv"
        )
        #expect(items(list).map(\.references) == [[]])
        #expect(list.notes.contains { $0.contains("“Source”") })
    }

    @Test("references are read in JSON, and those of a repeated term are kept")
    func jsonReferences() throws {
        let list = try space.list(
            """
            {"terms": [{"name": "a b", "definition": "x", "references": "PMID:1; PMID:2"},
                       {"name": "A B", "references": ["PMID:2", "PMID:3"]}]}
            """,
            as: "a.json"
        )
        #expect(items(list).map(\.references) == [["PMID:1", "PMID:2", "PMID:3"]])
    }

    @Test("narrower, broader and related names of a new term are not used, and that is told")
    func looseInLists() throws {
        let list = try space.list(
            "term\texact synonyms\tbroad synonym\tRelated synonyms\nring asthma\tra|rasth\tlung\tcough\n",
            as: "a.tsv"
        )
        #expect(items(list).map(\.synonyms) == [["ra", "rasth"]])
        let note = list.notes.first { $0.contains("“broad synonym”") } ?? ""
        #expect(note.contains("“Related synonyms”") && note.contains("not used"))
    }

    @Test("a table of concepts keeps the scope of synonyms")
    func looseInVocabularies() throws {
        let table = """
            id\tname\tparent\tsynonyms\tnarrow synonyms\tbroad synonyms\tskos:related
            X:1\tasthma\t\tbronchial asthma\t\t\t
            X:2\tring asthma\tX:1\tra\tsmall ring asthma\tlung trouble|asthma\tcough
            """
        let path = try space.write(table, as: "own.tsv")
        guard case .vocabulary(let file) = try Submission.read(path) else {
            Issue.record("no vocabulary")
            return
        }
        let concept = file.taxonomy.concepts[1]
        #expect(concept.synonyms == ["ra"])
        #expect(
            concept.looseSynonyms == [
                .init(.narrow, "small ring asthma"), .init(.broad, "lung trouble"),
                .init(.broad, "asthma"), .init(.related, "cough"),
            ]
        )
        #expect(file.format == "table")
    }

    @Test("cross references are kept, and an obsolete row is no concept")
    func obsolete() throws {
        let obo = "http://purl.obolibrary.org/obo/X_"
        let table = """
            Class ID,Preferred Label,Parents,Obsolete,Replaced by,xrefs
            \(obo)1,asthma,http://www.w3.org/2002/07/owl#Thing,FALSE,,MESH:D001249|OMIM:600807
            \(obo)2,ring asthma,\(obo)1,FALSE,,
            \(obo)3,old ring asthma,\(obo)1,TRUE,\(obo)2,
            \(obo)4,fast ring asthma,\(obo)2|\(obo)1,FALSE,,
            \(obo)5,slow ring asthma,\(obo)2,FALSE,,
            """
        let path = try space.write(table, as: "bioportal.csv")
        guard case .vocabulary(let file) = try Submission.read(path) else {
            Issue.record("no vocabulary")
            return
        }
        #expect(file.taxonomy.concepts.map(\.identifier) == ["X:1", "X:2", "X:4", "X:5"])
        #expect(file.taxonomy.parents == [[], [0], [0, 1], [1]])
        #expect(file.problems.isEmpty)
        #expect(file.taxonomy.concepts[0].crossReferences == ["MESH:D001249", "OMIM:600807"])
        #expect(
            file.taxonomy.obsolete == [
                ObsoleteConcept(identifier: "X:3", name: "old ring asthma", replacedBy: ["X:2"])
            ]
        )
    }

    @Test("an object says where its terms may be placed; inner objects come first")
    func scope() throws {
        let list = try space.list(
            """
            {"below": "X:1|X:2", "notBelow": ["X:3"], "maximumParents": 2, "formats": ["obo", "KGCL"],
             "queries": [{"term": "a"}, {"term": "b", "below": [], "maximumParents": 1}]}
            """,
            as: "a.json"
        )
        let scopes = list.entries.map(\.scope)
        #expect(
            scopes == [
                PlacingScope(below: ["X:1", "X:2"], notBelow: ["X:3"], maximumParents: 2),
                PlacingScope(below: [], notBelow: ["X:3"], maximumParents: 1),
            ]
        )
        #expect(list.formats == ["obo", "KGCL"])
    }

    @Test("settings beside an array of terms hold for all of them")
    func scopeBesideTerms() throws {
        for text in [
            #"{"not_below": "X:3", "terms": ["a", "b"]}"#,
            #"{"Not-Below": ["X:3"], "data": [{"term": "a"}, {"term": "b"}]}"#,
            #"{"notBelow": "X:3", "names": ["a", "b"]}"#,
        ] {
            let list = try space.list(text, as: "a.json")
            #expect(items(list).map(\.name) == ["a", "b"], "\(text)")
            #expect(list.entries.allSatisfy { $0.scope.notBelow == ["X:3"] }, "\(text)")
        }
    }

    @Test(
        "a number of parents that is none is a fault of the entry",
        arguments: ["0", "-1", "\"two\"", "[]", "true", "1.5"]
    )
    func wrongNumber(value: String) throws {
        do {
            let list = try space.list(
                #"{"terms": ["a"], "maximumParents": \#(value)}"#,
                as: "a.json"
            )
            Issue.record("read as \(list.entries)")
        } catch let error as SubmissionError {
            #expect(error.message.contains("maximumParents"), "\(error.message)")
        }
    }
}
