import Contract
import Fixtures
import TaxonomyFormats
import Testing

@Suite("Reading lists")
struct ListReadingTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func names(_ list: ListFile) -> [String] {
        list.entries.flatMap { entry -> [String] in
            switch entry.content {
            case .names(let items), .seeds(let items, _), .terms(let items), .audit(let items):
                return items.map(\.name)
            case .tree, .fault: return []
            }
        }
    }

    @Test(
        "bare names are one entry, in every format and under wrong extensions",
        arguments: [
            ("[\"gout\", \"Hypertension, Renal\"]", "a.json", ListFile.Format.json),
            ("[\"gout\", \"Hypertension, Renal\"]", "a.txt", .json),
            ("\"gout\"\n\"Hypertension, Renal\"\n", "a.jsonl", .jsonLines),
            ("{\"name\":\"gout\"}\n{\"name\":\"Hypertension, Renal\"}", "a.jsonl", .jsonLines),
            ("[{\"name\":\"gout\"},{\"name\":\"Hypertension, Renal\"}]", "a.csv", .json),
            ("{\"names\": [\"gout\", {\"label\": \"Hypertension, Renal\"}]}", "a.xml", .json),
            ("# seeds\r\n\r\n gout \r\nHypertension, Renal\r\n", "a.txt", .text),
            ("gout\nHypertension, Renal\n", "seeds", .text),
            ("gout\nHypertension, Renal\n", "a.csv", .csv),
            ("term\ngout\n\"Hypertension, Renal\"\n", "a.csv", .csv),
            ("Name,ID\ngout,\n\"Hypertension, Renal\",\n", "a.csv", .csv),
            ("Name;ID\ngout;\nHypertension, Renal;\n", "a.csv", .csv),
            ("label\tid\ngout\t\nHypertension, Renal\t\n", "a.tsv", .tsv),
            ("\u{FEFF}gout\nHypertension, Renal", "a.txt", .text),
            ("\u{FEFF}[\"gout\",\"Hypertension,\\u0000 Renal\"]", "a.json", .json),
        ]
    )
    func bareNames(text: String, name: String, format: ListFile.Format) throws {
        let list = try space.list(text, as: name)
        #expect(list.format == format)
        #expect(list.entries.count == 1)
        guard case .names(let items)? = list.entries.first?.content else {
            Issue.record("not read as bare names: \(list.entries)")
            return
        }
        #expect(items.map(\.name) == ["gout", "Hypertension, Renal"])
    }

    @Test("the paper's rows keep seeds, parent and task")
    func paper() throws {
        let list = try space.list(
            """
            {"input": ["gout", "cardia arrests"], "parent": "heart dieases", "task": "Set-Expan"}
            {"child": "gout", "parent": "x", "candidate_parents": ["x"], "task": "Taxo-Expan"}
            """,
            as: "a.jsonl"
        )
        #expect(list.entries.map(\.task) == [.expand, .place])
        #expect(list.entries.map(\.line) == [1, 2])
        guard case .seeds(let items, let parent) = list.entries[0].content,
            case .terms(let terms) = list.entries[1].content
        else {
            Issue.record("\(list.entries)")
            return
        }
        #expect(items.map(\.name) == ["gout", "cardia arrests"])
        #expect(parent == "heart dieases")
        #expect(terms.map(\.name) == ["gout"])
        #expect(list.notes.contains { $0.contains("candidate_parents") })
    }

    @Test("an object's fields are kept: vocabulary, force, hide, identifier, synonyms, definition")
    func ownFields() throws {
        let list = try space.list(
            """
            {
              "task": "entity set expansion", "taxonomy": "MEDIC", "force": true,
              "hide": "MESH:D1", "seeds": [{"identifier": "MESH:D2"}, 17, "gout"]
            }
            """,
            as: "a.json"
        )
        #expect(list.vocabulary == "MEDIC")
        #expect(list.force)
        #expect(list.entries[0].hide == ["MESH:D1"])
        #expect(list.entries[0].task == .expand)
        #expect(names(list) == ["MESH:D2", "17", "gout"])
        let terms = try space.list(
            """
            [{"term": "gout", "id": "X:1", "synonyms": "podagra|pod", "definition": " Painful\\n. "}]
            """,
            as: "b.json"
        )
        guard case .terms(let items) = terms.entries[0].content else {
            Issue.record("\(terms.entries)")
            return
        }
        #expect(
            items == [
                .init(
                    name: "gout",
                    identifier: "X:1",
                    synonyms: ["podagra", "pod"],
                    definition: "Painful .",
                    line: 1
                )
            ]
        )
    }

    @Test("one object with details makes terms of all named objects of the file")
    func details() throws {
        let list = try space.list(
            "{\"name\": \"a\"}\n{\"name\": \"b\", \"synonyms\": [\"c\"]}\n{\"name\": \"d\"}",
            as: "a.jsonl"
        )
        #expect(names(list) == ["a", "b", "d"])
        #expect(
            list.entries.allSatisfy {
                if case .terms = $0.content { true } else { false }
            }
        )
    }

    private static let heart = [
        Query.Edge(child: "arrhythmia", parent: "heart"),
        Query.Edge(child: "flutter", parent: "arrhythmia"),
        Query.Edge(child: "infarction", parent: "heart"),
    ]

    @Test(
        "a tree is read from nested objects, maps, edges and tables",
        arguments: [
            (
                """
                {"name": "heart", "children": [{"name": "arrhythmia", "children": ["flutter"]},
                "infarction"]}
                """, "a.json"
            ),
            ("{\"heart\": {\"arrhythmia\": [\"flutter\"], \"infarction\": {}}}", "a.json"),
            (
                "{\"heart\": [\"arrhythmia\", \"infarction\"], \"arrhythmia\": [\"flutter\"]}",
                "a.json"
            ),
            (
                """
                [["arrhythmia", "heart"], ["flutter", "arrhythmia"], ["infarction", "heart"]]
                """, "a.json"
            ),
            (
                """
                {"tree": [{"child": "arrhythmia", "parent": "heart"},
                {"child": "flutter", "parent": "arrhythmia"},
                {"child": "infarction", "parent": "heart"}], "vocabulary": "MEDIC"}
                """, "a.json"
            ),
            ("parent,child\nheart,arrhythmia\narrhythmia,flutter\nheart,infarction\n", "a.csv"),
            ("arrhythmia\theart\nflutter\tarrhythmia\ninfarction\theart\n", "a.txt"),
        ]
    )
    func tree(text: String, name: String) throws {
        let list = try space.list(text, as: name)
        guard case .tree(let edges)? = list.entries.first?.content else {
            Issue.record("not read as a tree: \(list.entries)")
            return
        }
        #expect(Set(edges) == Set(Self.heart))
        #expect(list.entries.count == 1)
    }

    @Test("HiExpan's seed file gives one tree per name, whose top nodes have no parent")
    func namedTrees() throws {
        let list = try space.list(
            """
            {"_provenance": "x", "cvd": {"ROOT": ["heart", "vessels"], "heart": ["flutter"]},
            "dblp": {"ROOT": ["mining"], "mining": ["text mining"]}}
            """,
            as: "a.json"
        )
        #expect(
            list.entries.map(\.content) == [
                .tree([
                    .init(child: "heart", parent: ""), .init(child: "vessels", parent: ""),
                    .init(child: "flutter", parent: "heart"),
                ]),
                .tree([
                    .init(child: "mining", parent: ""),
                    .init(child: "text mining", parent: "mining"),
                ]),
            ]
        )
    }

    @Test("each array of names is a seed set")
    func seedSets() throws {
        let list = try space.list("[[\"a\", \"b\", \"c\"], [\"d\", \"e\"]]", as: "a.json")
        #expect(list.entries.count == 2)
        #expect(names(list) == ["a", "b", "c", "d", "e"])
    }

    @Test("an audit covers all concepts or those named")
    func audit() throws {
        #expect(try space.list("{\"audit\": true}", as: "a.json").entries[0].content == .audit([]))
        #expect(
            try space.list("{\"task\": \"audit\"}", as: "a.json").entries[0].content == .audit([])
        )
        let some = try space.list("{\"audit\": [\"MESH:D1\"]}", as: "a.json")
        #expect(names(some) == ["MESH:D1"])
    }

    @Test("a table keeps quotes, line ends and columns")
    func table() throws {
        let list = try space.list(
            """
            ID,Term,Synonyms,Definition
            X:1,"a ""quoted"", name",s1|s2,"two
            lines"
            X:2,b,,
            """,
            as: "a.csv"
        )
        let items = list.entries.flatMap { entry -> [ListFile.Item] in
            guard case .terms(let items) = entry.content else { return [] }
            return items
        }
        #expect(
            items == [
                .init(
                    name: "a \"quoted\", name",
                    identifier: "X:1",
                    synonyms: ["s1", "s2"],
                    definition: "two lines",
                    line: 2
                ), .init(name: "b", identifier: "X:2", line: 4),
            ]
        )
    }

    @Test("repeated names are taken once, with a note")
    func repeated() throws {
        let list = try space.list("gout\nGout\nasthma\ngout", as: "a.txt")
        #expect(names(list) == ["gout", "asthma"])
        #expect(list.notes.count == 2)
        #expect(list.notes[0].contains("line 2"))
        let many = try space.list(String(repeating: "gout\n", count: 1_000), as: "a.txt")
        #expect(many.notes.count == 11)
    }

    @Test(
        "malformed JSON is refused with line and column",
        arguments: [
            ("[\"a\",\n \"b\" \"c\"]", 2, 6), ("{\"a\": 1,}", 1, 9), ("[1, 2", 1, 6),
            ("{\"seeds\": [nan]}", 1, 12), ("[\"é\", \"a\n\"]", 1, 9), ("{'a': 1}", 1, 2),
            ("[\"a\"]\n[\"b\"] x", 2, 7), ("[01]", 1, 3), ("[\"\\x\"]", 1, 4),
            ("hello", 1, 1), ("[\"\\ud8\"]", 1, 5), ("{\"a\": [1, -]}", 1, 12),
        ]
    )
    func malformed(text: String, line: Int, column: Int) throws {
        let fault = try #require(space.fault(text, as: "a.json"))
        #expect(fault.code == .malformedJSON)
        #expect(fault.location?.line == line)
        #expect(fault.location?.column == column)
    }

    @Test("escapes, surrogates and huge numbers do no harm")
    func oddJSON() throws {
        let list = try space.list(
            "[\"M\\u00e9ni\\u00E8re\", \"\\ud83d\\ude00\", \"\\ud83dx\", 1e999999, \"\\\"\\/\"]",
            as: "a.json"
        )
        #expect(names(list) == ["Ménière", "😀", "\u{FFFD}x", "1e999999", "\"/"])
    }

    @Test(
        "JSON of another shape is refused with its line",
        arguments: [
            ("{\"foo\": 1}", 1), ("true", 1), ("{}", 1), ("[\n{\"tree\": 3}]", 2),
            ("\n{\"name\": \"x\", \"children\": []}", 2),
        ]
    )
    func otherShape(text: String, line: Int) throws {
        let fault = try #require(space.fault(text, as: "a.json"))
        #expect(fault.code == .unknownListShape)
        #expect(fault.location?.line == line)
    }

    @Test("an unknown task is refused by name and line")
    func unknownTask() throws {
        let fault = try #require(
            space.fault("{\"seeds\": [\"a\", \"b\"],\n\"task\": \"translate\"}", as: "a.json")
        )
        #expect(fault.code == .unknownTask)
        #expect(fault.message.contains("translate"))
        #expect(fault.location?.line == 2)
    }

    @Test(
        "a list without any name is refused",
        arguments: [
            ("[]", "a.json"), (" \n\t", "a.txt"), ("# only\n", "a.txt"), ("term\n", "a.csv"),
        ]
    )
    func emptyList(text: String, name: String) {
        #expect(space.fault(text, as: name)?.code == .emptyList)
    }

    @Test("text without the extension of a list is refused")
    func otherText() {
        #expect(space.fault("Dear team,\n", as: "letter.md")?.code == .unknownFormat)
    }

    @Test("a bad object among good ones is kept as a fault")
    func mixed() throws {
        let list = try space.list("{\"seeds\": [\"a\"]}\n{\"foo\": 1}", as: "a.jsonl")
        guard case .fault(let fault) = list.entries[1].content else {
            Issue.record("\(list.entries)")
            return
        }
        #expect(fault.location?.line == 2)
    }
}
