import Contract
import Fixtures
import TaxonomyFormats
import Testing

/// What people export, one kind of fault a case.
@Suite("Reading tables")
struct TableReadingTests {
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

    private func fields(_ list: ListFile) -> [String?] { list.columns.map(\.field) }

    @Test(
        "the separator and the header are found by evidence, whatever the ending says",
        arguments: [
            ("Term,Definition,,\r\nRing asthma,Rings,,\r\nStorm asthma,Storms,,\r\n", "a.csv"),
            ("\u{FEFF}Term;Definition\r\nRing asthma;Rings\r\nStorm asthma;Storms\r\n", "a.csv"),
            ("sep=;\r\nTerm;Definition\r\nRing asthma;Rings\r\nStorm asthma;Storms", "a.csv"),
            ("\"sep=|\"\nTerm|Definition\nRing asthma|Rings\nStorm asthma|Storms", "a.txt"),
            ("Term\tDefinition\nRing asthma\tRings\nStorm asthma\tStorms\n", "a.csv"),
            ("Term,Definition\nRing asthma,Rings\nStorm asthma,Storms\n", "a.txt"),
            ("Term|Definition\nRing asthma|Rings\nStorm asthma|Storms\n", "a.tsv"),
            ("#,Term,Definition\n1,Ring asthma,Rings\n2,Storm asthma,Storms\n", "a.csv"),
            ("#Term\tDefinition\nRing asthma\tRings\nStorm asthma\tStorms\n", "a.tsv"),
            (
                "New terms 2026,,\n,,\nTerm,Definition,\nRing asthma,Rings,\nStorm asthma,Storms,\n",
                "a.csv"
            ),
            ("Unnamed: 0,Term,Definition\n0,Ring asthma,Rings\n1,Storm asthma,Storms\n", "a.csv"),
            (",Term,Definition\n0,Ring asthma,Rings\n1,Storm asthma,Storms\n", "a.csv"),
            (
                "\"Term\"\t\"Definition\"\n\"1\"\t\"Ring asthma\"\t\"Rings\"\n\"2\"\t\"Storm asthma\"\t\"Storms\"\n",
                "a.txt"
            ),
            ("term,definition\nRing asthma,Rings\n\u{FEFF}\"Storm asthma\",\"Storms\"\n", "a.csv"),
            ("Term,Definition\rRing asthma,Rings\rStorm asthma,Storms\r", "a.csv"),
            (
                "| Term | Definition |\n|---|:--|\n| Ring asthma | Rings |\n| Storm asthma | Storms |\n",
                "a.txt"
            ),
            ("Term,Definition\nRing asthma,Rings\nTerm,Definition\nStorm asthma,Storms\n", "a.csv"),
            ("ID,Term,Definition\n#N/A,Ring asthma,Rings\n#N/A,Storm asthma,Storms\n", "a.csv"),
            ("ID,Term,Definition\nTBD,Ring asthma,Rings\nTBD,Storm asthma,Storms\n", "a.csv"),
            ("ID,Term,Definition\n1,Ring asthma,Rings\n2,Storm asthma,Storms\n", "a.csv"),
            (
                "name,notes,description\nRing asthma,ok,Rings\nStorm asthma,ask Anna,Storms\n",
                "a.csv"
            ),
        ]
    )
    func evidence(text: String, name: String) throws {
        let items = items(try space.list(text, as: name))
        #expect(items.map(\.name) == ["Ring asthma", "Storm asthma"])
        #expect(items.map(\.definition) == ["Rings", "Storms"])
        #expect(items.map(\.identifier) == [nil, nil])
    }

    @Test(
        "titles are understood in any wording, and unknown ones are never terms",
        arguments: [
            (
                "Disease label,Disease ID,Disease synonym(s),Parent term label",
                "name identifier synonyms parent"
            ),
            ("PREFERRED_LABEL,curie,altLabel,broader", "name identifier synonyms parent"),
            ("skos:prefLabel,DOID,entry terms,is_a", "name identifier synonyms parent"),
            ("DescriptorName,DescriptorUI,Synonym.1,subClassOf", "name identifier synonyms parent"),
            (
                "MeSH heading [English],MeSH ID,Also known as,parent class",
                "name identifier synonyms parent"
            ),
            (
                "Proposed term (required),code,exact synonym,Parent name",
                "term identifier synonyms parent"
            ),
            ("subject_label,subject_id,Synonym 2,parents", "name identifier synonyms parent"),
            (
                "Name of the disease,OMIM number,Synonyms: use pipes,broader term",
                "name identifier synonyms parent"
            ),
            ("Disease,ICD10,Category,ORCID", "name - - -"),
            ("term name,predicate_id,object_label,mapping_justification", "name - - -"),
            ("label,definition source,tree numbers,Disease class", "name references - -"),
        ]
    )
    func titles(header: String, fields: String) throws {
        let list = try space.list("\(header)\nRing asthma,X:1,storm,asthma\n", as: "a.csv")
        #expect(self.fields(list).map { $0 ?? "-" }.joined(separator: " ") == fields)
        #expect(items(list).map(\.name) == ["Ring asthma"])
        if fields.contains("-") { #expect(list.notes.contains { $0.contains("not used") }) }
    }

    @Test("a header of unknown words is told by the rows below it")
    func unknownHeader() throws {
        let list = try space.list(
            "Begriff;Kode\nGewitterasthma;J45\nPopcornlunge;J44\nLange Erkrankung;U09\n",
            as: "a.csv"
        )
        #expect(items(list).map(\.name) == ["Gewitterasthma", "Popcornlunge", "Lange Erkrankung"])
        #expect(list.notes.contains { $0.contains("“Begriff”") })
        let mixed = try space.list("Begriff,Definition\nRing asthma,Rings\n", as: "a.csv")
        #expect(items(mixed).map(\.name) == ["Ring asthma"])
        #expect(mixed.notes.contains { $0.contains("“Begriff” was taken for the names") })
    }

    @Test("a table without any column for names is refused with its titles")
    func noNames() throws {
        let fault = try #require(space.fault("Category,ORCID\nlung,0\nheart,1\n", as: "a.csv"))
        #expect(fault.code == .unknownListShape)
        #expect(fault.message.contains("“Category”, “ORCID”"))
    }

    @Test("stray quotes are characters, and one that nothing closes is told with its line")
    func strayQuotes() throws {
        let list = try space.list(
            "term\tdefinition\nA\tx\n\"Sick building\ty\n\"Wet lung\" syndrome\tz\nB\t5\" ring\nC\tq\n",
            as: "a.tsv"
        )
        #expect(
            items(list).map(\.name)
                == ["A", "\"Sick building", "\"Wet lung\" syndrome", "B", "C"]
        )
        #expect(list.notes.contains { $0.hasPrefix("line 3: a quote opens") })
        let closed = try space.list(
            "term,definition\n\"A,x\nB,y\nC\",z\nD,w\n",
            as: "a.csv"
        )
        #expect(items(closed).map(\.name) == ["\"A", "B", "C\"", "D"])
        #expect(closed.notes.contains { $0.hasPrefix("line 2: a quote opens") })
    }

    @Test("separators inside unquoted text are mended if that is certain, else the row is refused")
    func torn() throws {
        let list = try space.list(
            """
            Term,Definition,Kind
            Asthma, Thunderstorm,one,k
            46,XX Testicular Disorder,two, and three,k
            Ring asthma,a,b,c
            Storm asthma,last,k
            """,
            as: "a.csv"
        )
        #expect(
            items(list).map(\.name)
                == ["Asthma, Thunderstorm", "46,XX Testicular Disorder", "Storm asthma"]
        )
        #expect(list.notes.contains { $0.hasPrefix("lines 2 and 3: more cells") })
        let faults = list.entries.compactMap { entry -> SubmissionError? in
            guard case .fault(let fault) = entry.content else { return nil }
            return fault
        }
        #expect(faults.map(\.location?.line) == [4])
    }

    @Test("names with commas in a single column stay whole")
    func oneColumn() throws {
        for ending in ["csv", "txt", "tsv"] {
            let list = try space.list(
                "Name\nAsthma, Thunderstorm\n46,XX Testicular Disorder\nLupus; SLE\n",
                as: "a.\(ending)"
            )
            #expect(
                items(list).map(\.name)
                    == ["Asthma, Thunderstorm", "46,XX Testicular Disorder", "Lupus; SLE"]
            )
        }
    }

    @Test("a list that begins like a title is still a list")
    func noTitle() throws {
        for first in ["Disease 1", "Disease, Lyme", "Disease (disorder)", "Trait 2", "Type 2"] {
            for ending in ["csv", "txt", "tsv"] {
                let list = try space.list("\(first)\nRing asthma\n", as: "a.\(ending)")
                #expect(items(list).map(\.name) == [first, "Ring asthma"])
            }
        }
        let identifiers = try space.list("MeSH ID\nD001249\nD003924\n", as: "a.csv")
        #expect(items(identifiers).map(\.name) == ["D001249", "D003924"])
        let plain = try space.list("disease\nlung disease\n", as: "a.txt")
        #expect(items(plain).map(\.name) == ["disease", "lung disease"])
    }

    @Test("no row vanishes without a note")
    func told() throws {
        let list = try space.list(
            """
            ID,Term,Definition
            X:1,Ring asthma,Rings
            X:2,,no name
            ,,only a definition
            ,NA,a placeholder
            # a remark,,
            ,Ring asthma,Other rings
            """,
            as: "a.csv"
        )
        #expect(items(list).map(\.name) == ["Ring asthma", "X:2"])
        for line in ["line 4: no name", "line 5: the name", "line 6: comments", "line 7: “Ring"] {
            #expect(list.notes.contains { $0.hasPrefix(line) }, "\(line) in \(list.notes)")
        }
        #expect(Set(list.notes).count == list.notes.count)
    }

    @Test("lists in cells are split by |, by ; and by commas where the column shows it")
    func lists() throws {
        func synonyms(_ cell: String) throws -> [String] {
            let text = "Term,Synonyms\nRing asthma,\"\(cell)\"\n"
            return items(try space.list(text, as: "a.csv"))[0].synonyms
        }
        #expect(try synonyms("a b|c; d") == ["a b", "c; d"])
        #expect(try synonyms("a b; c d") == ["a b", "c d"])
        #expect(
            try synonyms("Ring lung, Storm lung, Pollen lung") == [
                "Ring lung", "Storm lung", "Pollen lung",
            ]
        )
        #expect(try synonyms("Asthma, Ring") == ["Asthma, Ring"])
        #expect(try synonyms("NA") == [])
        #expect(try synonyms("['Ring lung', 'storm, lung']") == ["Ring lung", "storm, lung"])
    }

    @Test("a ROBOT template's rows below the header are no data, and its SPLIT is heeded")
    func template() throws {
        let list = try space.list(
            """
            Code\tWhat\tOther words\tAbove
            if known\tplease fill\t\t
            ID\tLABEL\tA oboInOwl:hasExactSynonym SPLIT=,\tSC %
            X:1\tRing asthma\ta,b c\tasthma
            """,
            as: "a.tsv"
        )
        #expect(
            items(list) == [
                .init(
                    name: "Ring asthma",
                    identifier: "X:1",
                    synonyms: ["a", "b c"],
                    parents: ["asthma"],
                    line: 4
                )
            ]
        )
        #expect(list.notes.contains { $0.contains("lines 2 and 3") })
    }

    @Test("edges without a header are read in the order that their repetitions show")
    func edges() throws {
        let expected: Set<Query.Edge> = [
            .init(child: "asthma", parent: "lung diseases"),
            .init(child: "bronchitis", parent: "lung diseases"),
            .init(child: "ring asthma", parent: "asthma"),
        ]
        for (text, name) in [
            ("asthma\tlung diseases\nbronchitis\tlung diseases\nring asthma\tasthma\n", "a.tsv"),
            ("lung diseases\tasthma\nlung diseases\tbronchitis\nasthma\tring asthma\n", "a.tsv"),
            (
                "1\tasthma\tlung diseases\n2\tbronchitis\tlung diseases\n3\tring asthma\tasthma\n",
                "a.taxo"
            ),
        ] {
            let list = try space.list(text, as: name)
            guard case .tree(let edges)? = list.entries.first?.content else {
                Issue.record("\(list.entries)")
                continue
            }
            #expect(Set(edges) == expected)
        }
        #expect(
            space.fault("1\t2\n1\t4\n2\t3\n", as: "a.taxo")?.message.contains("numbers") == true
        )
        let terms = try space.list("7\tlung diseases\n8\tasthma\n", as: "a.terms")
        #expect(items(terms).map(\.name) == ["lung diseases", "asthma"])
    }

    @Test("foreign identifiers, parents and line separators of Unicode are kept")
    func details() throws {
        let list = try space.list(
            "ID,Name,Definition,Parent,Parent ID\nDOID:1,Ring asthma,a\u{2028}b\u{85}c\u{B}d,asthma,DOID:2\n",
            as: "a.csv"
        )
        #expect(
            items(list) == [
                .init(
                    name: "Ring asthma",
                    identifier: "DOID:1",
                    definition: "a b c d",
                    parents: ["asthma", "DOID:2"],
                    line: 2
                )
            ]
        )
    }

    @Test("a single row of names, and tables of fifty columns")
    func shapes() throws {
        let row = try space.list("Asthma,Bronchitis,Emphysema\n", as: "a.csv")
        #expect(items(row).map(\.name) == ["Asthma", "Bronchitis", "Emphysema"])
        let titles = (0..<49).map { "Field \($0)" } + ["Preferred label"]
        let cells = (0..<49).map { "v\($0)" } + ["Ring asthma"]
        let wide = try space.list(
            [titles, cells].map { $0.joined(separator: ",") }.joined(separator: "\n"),
            as: "a.csv"
        )
        #expect(items(wide).map(\.name) == ["Ring asthma"])
        #expect(wide.columns.count == 50)
    }
}
