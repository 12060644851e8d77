import Contract
import Fixtures
import TaxoInstruct
import Taxonomy
import TaxonomyFormats
import Testing
import Workshop

@Suite("Task rule")
struct TaskRuleTests {
    private let space: Workspace
    private let taxonomy: Taxonomy

    init() throws {
        space = try Workspace()
        taxonomy = try space.vocabulary(Fixture.flat(6)).taxonomy
    }

    private func plan(
        _ text: String,
        as name: String = "a.json",
        folder: Query.Task? = nil
    ) throws -> QueryPlan {
        try TaskRule.queries(
            from: space.list(text, as: name),
            folder: folder,
            names: NameIndex(taxonomy),
            vocabularyName: "MEDIC",
            vocabularyAliases: ["CTD_diseases"]
        )
    }

    @Test(
        "bare names are a seed set if at least half are known",
        arguments: [
            (0, 4, false), (1, 4, false), (2, 4, true), (3, 4, true), (4, 4, true), (2, 5, false),
        ]
    )
    func bareList(known: Int, count: Int, isSeedSet: Bool) throws {
        let names = (1...count).map { $0 <= known ? "disease-\($0)" : "unheard of \($0)" }
        let plan = try plan(names.joined(separator: "\n"), as: "a.txt")
        if isSeedSet {
            #expect(plan.queries.map(\.task) == [.expand])
            #expect(plan.queries[0].seeds == names)
            #expect(plan.reading.contains("Inbox/place"))
        } else {
            #expect(plan.queries.map(\.task) == [Query.Task](repeating: .place, count: count))
            #expect(plan.queries.map(\.term) == names)
            #expect(plan.reading.contains("Inbox/expand"))
        }
        #expect(plan.reading.contains("\(known) of the \(count) names"))
        #expect(plan.queries.map(\.key) == (1...plan.queries.count).map { "q00000\($0)" })
    }

    @Test("a term may be placed where its list says, else where the configuration says")
    func scope() throws {
        let list = try space.list(
            #"[{"term": "a", "below": ["X:9"], "references": "PMID:1"}, {"term": "b"}]"#,
            as: "a.json"
        )
        let plan = try TaskRule.queries(
            from: list,
            folder: nil,
            names: NameIndex(taxonomy),
            vocabularyName: "MEDIC",
            scope: PlacingScope(below: ["X:1"], notBelow: ["X:2"], maximumParents: 3)
        )
        #expect(plan.queries.map(\.below) == [["X:9"], ["X:1"]])
        #expect(plan.queries.map(\.notBelow) == [["X:2"], ["X:2"]])
        #expect(plan.queries.map(\.maximumParents) == [3, 3])
        #expect(plan.queries.map(\.references) == [["PMID:1"], []])
    }

    @Test("a seed set's reading spells out the names that it does not place")
    func unknownSeeds() throws {
        let plan = try plan("disease 1\ndisease 2\ngout\n", as: "a.txt")
        #expect(plan.queries.map(\.task) == [.expand])
        #expect(plan.reading.contains("Not placed: “gout”."))
    }

    @Test("seeds are asked by their names, and the identifiers beside them are handed on")
    func identifiers() throws {
        let plan = try plan("id,name\nDOID:1,disease 1\nDOID:2,disease 2\n", as: "a.csv")
        #expect(plan.queries.map(\.seeds) == [["disease 1", "disease 2"]])
        #expect(plan.queries.map(\.seedIdentifiers) == [["DOID:1", "DOID:2"]])
    }

    @Test("several names on one line are not split, but the note says what to do")
    func oneLine() throws {
        let plan = try plan("disease 1; disease 2; gout", as: "a.txt")
        #expect(plan.queries.map(\.term) == ["disease 1; disease 2; gout"])
        #expect(plan.notes.count == 1)
        #expect(plan.notes.first?.contains("2 of its 3 parts are names") == true)
        #expect(try self.plan("gout, acute", as: "a.txt").notes.isEmpty)
    }

    @Test("a single known name is a seed set of one, a single unknown one is placed")
    func single() throws {
        #expect(try plan("[\"disease 1\"]").queries.map(\.task) == [.expand])
        #expect(try plan("[\"N1\"]").queries.map(\.task) == [.expand])
        #expect(try plan("[\"gout\"]").queries.map(\.task) == [.place])
    }

    @Test("the folder decides over the content, the field over the folder")
    func precedence() throws {
        let known = "[\"disease 1\", \"disease 2\"]"
        #expect(try plan(known, folder: .place).queries.map(\.task) == [.place, .place])
        let unknown = "gout\nasthma"
        let gathered = try plan(unknown, as: "a.txt", folder: .expand)
        #expect(gathered.queries.map(\.seeds) == [["gout", "asthma"]])
        #expect(gathered.reading.contains("Inbox/expand"))
        let named = "{\"task\": \"place\", \"terms\": [\"gout\"]}"
        #expect(try plan(named, folder: .expand).queries.map(\.task) == [.place])
        let objects = "{\"term\": \"gout\"}\n{\"term\": \"asthma\"}"
        #expect(try plan(objects, folder: .expand).queries.map(\.seeds) == [["gout", "asthma"]])
    }

    @Test("a tree is grown; in a folder its levels are expanded or its nodes placed")
    func tree() throws {
        let text = "{\"heart\": [\"arrhythmia\", \"infarction\"]}"
        #expect(try plan(text).queries.map(\.task) == [.grow])
        let expand = try plan(text, folder: .expand).queries
        #expect(expand.map(\.seeds) == [["arrhythmia", "infarction"]])
        #expect(expand.map(\.parent) == ["heart"])
        let place = try plan(text, folder: .place).queries
        #expect(place.map(\.term) == ["heart", "arrhythmia", "infarction"])
    }

    @Test("a list in the folder for trees is refused")
    func noTree() {
        #expect(throws: SubmissionError.self) { try plan("[\"gout\"]", folder: .grow) }
    }

    @Test("the task of an object turns seeds into terms and back")
    func converted() throws {
        let place = try plan("{\"task\": \"Taxo-Expan\", \"input\": [\"gout\", \"asthma\"]}")
        #expect(place.queries.map(\.term) == ["gout", "asthma"])
        let expand = try plan("{\"task\": \"expand\", \"terms\": [\"gout\", \"asthma\"]}")
        #expect(expand.queries.map(\.seeds) == [["gout", "asthma"]])
    }

    @Test("a name of 100 kB and an empty one are refused, the others asked")
    func longName() throws {
        let long = String(repeating: "long ", count: 20_000)
        let plan = try plan("{\"terms\": [\"gout\", \"\(long)\", \" \", \"asthma\"]}")
        #expect(plan.queries.map(\.term) == ["gout", "asthma"])
        #expect(plan.queries.map(\.key) == ["q000001", "q000004"])
        #expect(plan.refusals.map(\.error.code) == [.nameTooLong, .missingTerm])
        #expect(plan.refusals.map(\.query.key) == ["q000002", "q000003"])
        #expect((plan.refusals[0].query.term?.utf8.count ?? 0) < 100)
        #expect(plan.refusals[0].error.location?.line == 1)
    }

    @Test("a list in which nothing can be asked is refused with its first fault")
    func nothing() throws {
        do {
            _ = try plan("[\"\(String(repeating: "x", count: 100_000))\"]")
            Issue.record("a name of 100 kB was asked")
        } catch {
            #expect((error as? SubmissionError)?.code == .nameTooLong)
        }
    }

    @Test("10,000 seeds stay one query")
    func manySeeds() throws {
        let names = (1...10_000).map { "name \($0)" }.joined(separator: "\n")
        #expect(try plan(names, as: "a.txt", folder: .expand).queries[0].seeds.count == 10_000)
    }

    @Test("an entry for another vocabulary is refused, one for an alias is not")
    func otherVocabulary() throws {
        let plan = try plan(
            """
            {"seeds": ["a", "b"], "vocabulary": "ctd_diseases"}
            {"seeds": ["a", "b"], "vocabulary": "MeSH"}
            """,
            as: "a.jsonl"
        )
        #expect(plan.queries.map(\.key) == ["q000001"])
        #expect(plan.refusals.map(\.error.code) == [.unknownTaxonomy])
        #expect(plan.refusals[0].error.location?.line == 2)
    }

    @Test("an audit asks about known concepts only")
    func audit() throws {
        let all = try plan("{\"audit\": true}")
        #expect(all.queries.count == 6)
        #expect(all.queries.allSatisfy { $0.task == .audit })
        let some = try plan("{\"audit\": [\"N2\", \"disease 3\", \"gout\"]}")
        #expect(some.queries.map(\.identifier) == ["N2", "N3"])
        #expect(some.queries.map(\.key) == ["q000001", "q000002"])
        #expect(some.refusals.map(\.query.key) == ["q000003"])
    }
}

@Suite("Vocabulary rule")
struct VocabularyRuleTests {
    private func info(_ name: String, _ digit: String, file: String = "x.xml") -> VocabularyInfo {
        VocabularyInfo(
            name: name,
            kind: .medic,
            version: String(repeating: digit, count: 64),
            sourceFile: file,
            loadedAt: "2026-01-01T00:00:00.000Z",
            counts: VocabularyCounts()
        )
    }

    private func code(
        _ choose: () throws(SubmissionError) -> VocabularyInfo
    ) -> SubmissionError.Code? {
        do throws(SubmissionError) {
            _ = try choose()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("without any vocabulary a list waits, even if it names one")
    func none() {
        for named in [nil, "MEDIC"] {
            #expect(
                code { () throws(SubmissionError) in
                    try VocabularyRule.choose(named: named, configured: "MeSH", loaded: [])
                } == .noVocabulary
            )
        }
    }

    @Test("of two, the one named is taken, else the default; without either nothing is guessed")
    func two() throws {
        let loaded = [info("MeSH", "b"), info("MEDIC", "a", file: "CTD_diseases.xml.gz")]
        func name(_ named: String?, _ configured: String?) throws -> String {
            try VocabularyRule.choose(named: named, configured: configured, loaded: loaded).name
        }
        #expect(try name("medic", "MeSH") == "MEDIC")
        #expect(try name("CTD_diseases.xml.gz", nil) == "MEDIC")
        #expect(try name("aaaaaaaa", nil) == "MEDIC")
        #expect(try name(nil, "MEDIC") == "MEDIC")
        #expect(
            code { () throws(SubmissionError) in
                try VocabularyRule.choose(named: nil, configured: nil, loaded: loaded)
            } == .severalVocabularies
        )
        let versions = [info("MeSH", "b"), info("MeSH", "c")]
        let only = try VocabularyRule.choose(named: nil, configured: nil, loaded: versions)
        #expect(only.version.first == "b")
    }

    @Test("of two versions the newest answers to the name")
    func versions() throws {
        let loaded = [info("MEDIC", "b"), info("MEDIC", "a")]
        let chosen = try VocabularyRule.choose(named: "MEDIC", configured: nil, loaded: loaded)
        #expect(chosen.version.first == "b")
    }

    @Test("an unknown name is refused; an unknown default waits")
    func unknown() {
        let loaded = [info("MEDIC", "a")]
        #expect(
            code { () throws(SubmissionError) in
                try VocabularyRule.choose(named: "SNOMED", configured: nil, loaded: loaded)
            } == .unknownTaxonomy
        )
        #expect(
            code { () throws(SubmissionError) in
                try VocabularyRule.choose(named: nil, configured: "MeSH", loaded: loaded)
            } == .noVocabulary
        )
    }
}
