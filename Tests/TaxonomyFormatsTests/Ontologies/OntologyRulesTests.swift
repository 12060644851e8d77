import Contract
import Fixtures
import FoundationEssentials
import Taxonomy
import TaxonomyFormats
import Testing

@Suite("Which parts of an ontology are read")
struct OntologyRulesTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private struct Term {
        let identifier: String
        let parents: [String]
        let more: String
    }

    private func term(_ identifier: String, _ parents: String..., more: String = "") -> Term {
        Term(identifier: identifier, parents: parents, more: more)
    }

    private func read(
        _ terms: [Term],
        header: String = "ontology: x",
        rules: VocabularyRules = .standard
    ) throws -> VocabularyFile {
        let frames = terms.map { term in
            let parents = term.parents.map { "is_a: \($0)\n" }.joined()
            let more = term.more.isEmpty ? "" : term.more + "\n"
            return
                "[Term]\nid: \(term.identifier)\nname: name of \(term.identifier)\n\(parents)\(more)\n"
        }
        let text = "format-version: 1.2\n\(header)\n\n" + frames.joined()
        let path = try space.write(text, as: "file.obo")
        guard case .vocabulary(let file) = try Submission.read(path)
        else { throw CocoaError(.fileReadUnknown) }
        guard rules != .standard else { return file }
        let book = VocabularyRules.Book([file.declaredName ?? "file": rules])
        guard case .vocabulary(let ruled) = try Submission.read(path, rules: book) else {
            throw CocoaError(.fileReadUnknown)
        }
        return ruled
    }

    /// Terms X:1 to X:COUNT below X:0.
    private func filling(_ count: Int = 20) -> [Term] {
        [term("X:0")] + (1...count).map { term("X:\($0)", "X:0") }
    }

    private func parents(_ identifier: String, in file: VocabularyFile) throws -> [String] {
        let index = try #require(file.taxonomy.index(ofIdentifier: identifier))
        return file.taxonomy.parents[index].map { file.taxonomy.concepts[$0].identifier }
    }

    // MARK: Obsolete classes

    @Test("an edge to an obsolete class goes to the one that replaced it, through a chain")
    func replaced() throws {
        let file = try read(
            filling() + [
                term("X:100", more: "is_obsolete: true\nreplaced_by: X:101"),
                term("X:101", more: "is_obsolete: true\nreplaced_by: X:5\nconsider: X:6"),
                term("X:30", "X:100", "X:2"),
            ]
        )
        #expect(try parents("X:30", in: file) == ["X:2", "X:5"])
        #expect(file.taxonomy.index(ofIdentifier: "X:100") == nil)
        #expect(file.taxonomy.obsolete.map(\.identifier) == ["X:100", "X:101"])
        #expect(file.taxonomy.obsolete[1].replacedBy == ["X:5"])
        #expect(file.taxonomy.obsolete[1].consider == ["X:6"])
        #expect(file.taxonomy.obsolete[0].name == "name of X:100")
        #expect(file.warnings.map(\.code) == ["replaced-parent"])
        #expect(file.warnings[0].message.contains("“X:100”"))
        #expect(file.warnings[0].message.contains("“X:5”"))
        #expect(file.problems.isEmpty)
        #expect(file.notes.contains { $0.contains("2 obsolete concepts") })
    }

    @Test("an edge to an obsolete class with no or several replacements is dropped and told")
    func notReplaced() throws {
        let file = try read(
            filling(40) + [
                term("X:100", more: "is_obsolete: true\nconsider: X:7"),
                term("X:101", more: "is_obsolete: true\nreplaced_by: X:5\nreplaced_by: X:6"),
                term("X:102", more: "is_obsolete: true\nreplaced_by: X:103"),
                term("X:103", more: "is_obsolete: true\nreplaced_by: X:102"),
                term("X:104", more: "is_obsolete: true\nreplaced_by: X:999"),
                term("X:50", "X:100"), term("X:51", "X:101", "X:1"), term("X:52", "X:102"),
                term("X:53", "X:104"), term("X:54", "X:55"),
                term("X:55", "X:54", more: "is_obsolete: true"),
            ]
        )
        #expect(file.problems.map(\.code) == Array(repeating: "obsolete-parent", count: 5))
        #expect(file.problems[0].message.contains("names X:7 in its place"))
        #expect(file.problems[1].message.contains("names X:5, X:6 in its place"))
        #expect(file.problems[4].message.contains("names nothing in its place"))
        #expect(try parents("X:51", in: file) == ["X:1"])
        let orphans = file.orphans.map { file.taxonomy.concepts[$0].identifier }
        #expect(orphans == ["X:50", "X:52", "X:53", "X:54"])
    }

    @Test("an edge to an identifier that a class took over goes to that class")
    func merged() throws {
        let file = try read(
            filling() + [
                term("X:30", "X:0", more: "alt_id: X:900\nalt_id: X:901"),
                term("X:31", "X:0", more: "alt_id: X:901"), term("X:32", "X:900"),
                term("X:33", "X:901"),
            ]
        )
        #expect(try parents("X:32", in: file) == ["X:30"])
        #expect(file.warnings.map(\.code) == ["replaced-parent"])
        #expect(file.problems.map(\.code) == ["dangling-parent"])
        #expect(file.problems.map(\.identifier) == ["X:33"])
    }

    // MARK: Imported classes

    @Test("classes of other prefixes are left out and told, and an edge to one is no fault")
    func imported() throws {
        let terms = [
            term("BFO:1"), term("X:1", "BFO:1"), term("X:2", "X:1", "CHEBI:7"), term("CHEBI:7"),
            term("X_topic:3", "X:1"), term("X:4", "UNDEFINED:1"),
        ]
        let file = try read(terms)
        #expect(file.taxonomy.concepts.map(\.identifier) == ["X:1", "X:2", "X_topic:3", "X:4"])
        #expect(file.problems.isEmpty)
        #expect(file.orphans.isEmpty)
        let note = try #require(file.notes.first { $0.contains("left out") })
        #expect(note.contains("2 classes of other ontologies (BFO 1, CHEBI 1) and 3 edges"))
        #expect(note.contains("vocabularies.x.prefixes"))

        let named = try read(terms, rules: .init(prefixes: ["chebi", "GO"]))
        #expect(named.taxonomy.concepts.count == 5)
        #expect(try parents("X:2", in: named) == ["X:1", "CHEBI:7"])
        #expect(named.notes.contains { $0.contains("no class has the configured prefix go") })

        let all = try read(terms, rules: .init(prefixes: ["*"]))
        #expect(all.taxonomy.concepts.count == 6)
        #expect(all.problems.map(\.code) == ["dangling-parent"])
    }

    @Test("without a name, the prefix of two thirds of the classes is the file's own; else all are")
    func majority() throws {
        let own = (1...8).map { term("MY:\($0)", "MY:1") }.dropFirst() + [term("MY:1")]
        let file = try read(own + [term("BFO:1"), term("GO:1")], header: "saved-by: me")
        #expect(file.taxonomy.concepts.count == 8)
        #expect(file.notes.contains { $0.contains("vocabularies.file.prefixes") })
        let mixed = try read(
            own + (1...6).map { term("OMIM:\($0)", "MY:1") },
            header: "ontology: diseases"
        )
        #expect(mixed.taxonomy.concepts.count == 14)
        #expect(mixed.notes.contains { $0.contains("2 prefixes") && $0.contains("all were read") })
    }

    // MARK: Relations

    @Test(
        "a relation counts as an edge only if it is named, by identifier or name",
        arguments: [
            "BFO:0000050", "part_of", "Part Of", "http://purl.obolibrary.org/obo/BFO_0000050",
        ]
    )
    func relations(name: String) throws {
        let terms =
            filling(3) + [
                term("X:30", "X:0", more: "relationship: part_of X:1\nrelationship: has_part X:2")
            ]
        let header =
            "ontology: x\n\n[Typedef]\nid: part_of\nname: part of\nxref: BFO:0000050\n"
        #expect(try parents("X:30", in: read(terms, header: header)) == ["X:0"])
        let file = try read(terms, header: header, rules: .init(relations: [name, "nonsense"]))
        #expect(try parents("X:30", in: file) == ["X:0", "X:1"])
        #expect(file.notes.contains { $0.contains("has_part (1)") && !$0.contains("part_of (1)") })
        #expect(file.notes.contains { $0.contains("configured relation nonsense") })
    }

    // MARK: Cycles

    @Test("the edge by which a class hangs below its own descendant is dropped, with its line")
    func cycles() throws {
        let file = try read(
            filling() + [
                term("X:30", "X:32", "X:0"), term("X:31", "X:30"), term("X:32", "X:31"),
            ]
        )
        #expect(try parents("X:30", in: file) == ["X:0"])
        #expect(try parents("X:32", in: file) == ["X:31"])
        let problem = try #require(file.problems.first)
        #expect(file.problems.count == 1)
        #expect(problem.code == "cyclic-parent" && problem.identifier == "X:30")
        #expect(problem.message.contains("X:30 → X:32 → X:31 → X:30"))
        // Four lines for each term, and the identifier, the name and the edge of this one.
        #expect(problem.line == 3 + 4 + 20 * 5 + 4)
    }

    @Test("a cycle that no root reaches is opened where the file begins it")
    func closedCycle() throws {
        let file = try read(filling() + [term("X:30", "X:31"), term("X:31", "X:30")])
        #expect(try parents("X:30", in: file).isEmpty)
        #expect(try parents("X:31", in: file) == ["X:30"])
        #expect(file.orphans.map { file.taxonomy.concepts[$0].identifier } == ["X:30"])
    }

    @Test(
        "as many cycles as there are classes are refused as faults, and a deep one takes no stack"
    )
    func manyCycles() throws {
        let pairs = (1...20).flatMap {
            [term("X:a\($0)", "X:b\($0)"), term("X:b\($0)", "X:a\($0)")]
        }
        #expect(throws: SubmissionError.self) { try read(pairs) }
        let deep = (1...50_000).map { term("X:\($0)", "X:\($0 % 50_000 + 1)") }
        let file = try read(deep)
        #expect(file.problems.map(\.code) == ["cyclic-parent"])
        #expect(file.taxonomy.depths.max() == 50_000)
    }

    // MARK: Synonyms

    @Test("a text that is name or exact synonym is not repeated as a loose one")
    func loose() throws {
        let more = """
            synonym: "a" EXACT []
            synonym: "a" RELATED []
            synonym: "b" BROAD []
            synonym: "b" BROAD []
            synonym: "b" NARROW []
            synonym: "name of X:30" RELATED []
            """
        let file = try read(filling() + [term("X:30", "X:0", more: more)])
        let concept = try #require(file.taxonomy.concepts.last)
        #expect(concept.synonyms == ["a"])
        #expect(concept.looseSynonyms == [.init(.broad, "b"), .init(.narrow, "b")])
        #expect(file.taxonomy.indices(ofTerm: "b").isEmpty)
    }
}
