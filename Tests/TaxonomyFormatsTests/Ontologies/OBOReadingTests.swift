import Contract
import Fixtures
import FoundationEssentials
import Taxonomy
import TaxonomyFormats
import Testing

@Suite("Reading OBO")
struct OBOReadingTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func read(_ text: String, as name: String = "a.obo") throws -> VocabularyFile {
        try space.vocabulary(text, as: name)
    }

    /// A file of many good terms, so that a few faults are a small share.
    private func terms(_ count: Int = 40, _ more: String) -> String {
        let good = (1...count).map { "[Term]\nid: X:\($0)\nname: n\($0)\nis_a: X:0\n\n" }
        return "format-version: 1.2\nontology: x\n\n[Term]\nid: X:0\nname: root\n\n" + more + "\n"
            + good.joined()
    }

    // Long: one file with every construct.
    @Test("every construct of a term is read")
    func constructs() throws {
        let text = """
            format-version: 1.4
            data-version: releases/2026-01-01
            ontology: x/x-basic.obo
            idspace: ex http://example.org/ "examples"
            subsetdef: slim "a slim"
            synonymtypedef: PLURAL "plural form" EXACT
            synonymtypedef: SHORT "abbreviation"
            default-namespace: things

            [Term]
            id: X:1
            name: thing

            [Term]
            id: X:2 ! a comment
            name: heart attack {comment="a \\"quoted\\" ! word"} ! a comment
            namespace: things
            alt_id: X:20
            alt_id: X:21 {source="PMID:1"}
            def: "Dead \\"muscle\\"\\, in\\nthe\\theart." [PMID:1 "a paper", http\\://a.b/c\\,d] {a="b"}
            comment: unused
            subset: slim
            synonym: "infarct" EXACT [PMID:1]
            synonym: "infarcts" PLURAL []
            synonym: "MI" exact SHORT [] {source="x"}
            synonym: "MI (narrow)" NARROW SHORT []
            synonym: "cardiac event" BROAD [PMID:1, PMID:2 "with text"]
            synonym: "coronary thrombosis" RELATED []
            synonym: "no scope" []
            synonym: "bare"
            synonym: "infarct" RELATED []
            exact_synonym: "old exact" []
            narrow_synonym: "old narrow" []
            broad_synonym: "old broad" []
            related_synonym: "old related" []
            xref: MESH:D009203 "Myocardial Infarction" {source="MONDO"}
            xref: Wikipedia:Myocardial\\ infarction ! a comment
            xref: http\\://example.org/mi
            xref_analog: UMLS:C0027051
            is_a: X:1 {source="PMID:1", is_inferred="true"} ! thing
            relationship: part_of X:3 {source="PMID:1"} ! heart
            intersection_of: X:1
            intersection_of: part_of X:3
            disjoint_from: X:3
            property_value: seeAlso "x" xsd:string
            created_by: somebody
            creation_date: 2020-01-01T00:00:00Z

            [Term]
            id: X:3
            name: a\\{b\\} \\! {c} - {[(1)]} \\W\\:
            is_a: X:1

            [Typedef]
            id: part_of
            name: part of
            xref: BFO:0000050
            is_transitive: true

            [Instance]
            id: X:4
            name: an instance
            """
        let file = try read(text)
        #expect(file.kind == .ontology && file.format == "obo")
        #expect(file.declaredName == "x")
        #expect(file.taxonomy.concepts.map(\.identifier) == ["X:1", "X:2", "X:3"])
        let concept = file.taxonomy.concepts[1]
        #expect(concept.name == "heart attack")
        #expect(concept.definition == "Dead \"muscle\", in the heart.")
        #expect(concept.alternativeIdentifiers == ["X:20", "X:21"])
        #expect(concept.synonyms == ["infarct", "infarcts", "MI", "old exact"])
        #expect(
            concept.looseSynonyms == [
                .init(.narrow, "MI (narrow)"), .init(.broad, "cardiac event"),
                .init(.related, "coronary thrombosis"), .init(.related, "no scope"),
                .init(.related, "bare"), .init(.narrow, "old narrow"), .init(.broad, "old broad"),
                .init(.related, "old related"),
            ]
        )
        #expect(
            concept.crossReferences == [
                "MESH:D009203", "Wikipedia:Myocardial infarction", "http://example.org/mi",
                "UMLS:C0027051",
            ]
        )
        #expect(file.taxonomy.concepts[2].name == "a{b} ! {c} - {[(1)]} :")
        #expect(file.taxonomy.parents == [[], [0], [0]])
        #expect(file.problems.isEmpty && file.warnings.isEmpty)
        let notes = file.notes.joined(separator: "\n")
        #expect(notes.contains("frames that were left out: [instance] (1)"))
        #expect(notes.contains("comment (1)") && notes.contains("intersection_of (2)"))
        #expect(notes.contains("part_of (1)"))
    }

    @Test("line ends, a byte order mark, continued lines and odd spacing do no harm")
    func lines() throws {
        let text = terms(
            1,
            "  [TERM] ! x\n id:X:9\nname : a \\\n  long name\nis_a: X:0\ndef: \"a\\\\\" []\n"
        )
        for ends in ["\n", "\r\n", "\r"] {
            let file = try read("\u{FEFF}" + text.replacing("\n", with: ends))
            #expect(file.taxonomy.concepts[1].name == "a long name")
            #expect(file.taxonomy.concepts[1].definition == "a\\")
            #expect(file.taxonomy.concepts.count == 3 && file.problems.isEmpty)
        }
    }

    @Test(
        "a line that cannot be read costs that line, and is told with its number",
        arguments: [
            ("a line without anything", "expected “tag: value”", "malformed-line"),
            ("def: \"never closed [X:1]", "not closed", "malformed-line"),
            ("def: no quotation marks", "in quotation marks", "malformed-line"),
            ("def: \"he said \"ah\" to me\" []", "more than sources", "malformed-line"),
            ("synonym: \"x\" EXCAT []", "“EXCAT”, expected EXACT", "malformed-line"),
            ("synonym: EXACT []", "in quotation marks", "malformed-line"),
            ("is_a:", "no identifier behind is_a", "malformed-line"),
            ("is_a: ! only a comment", "no identifier behind is_a", "malformed-line"),
            ("relationship: part_of", "no identifier behind relationship", "malformed-line"),
            ("is_obsolete: perhaps", "“perhaps”, expected true or false", "malformed-line"),
            ("id: X:10", "has an identifier already", "malformed-line"),
            ("xref:", "no identifier behind xref", "malformed-line"),
            ("is_a: root thing", "found several words", "malformed-line"),
            ("<<<<<<< HEAD", "expected “tag: value”", "malformed-line"),
        ]
    )
    func badLine(line: String, message: String, code: String) throws {
        let file = try read(terms(40, "[Term]\nid: X:99\nname: whole\n\(line)\nis_a: X:0\n"))
        let problem = try #require(file.problems.first)
        #expect(file.problems.count == 1)
        #expect(problem.line == 11 && problem.identifier == "X:99" && problem.code == code)
        #expect(problem.message.contains(message), "\(problem.message)")
        let concept = try #require(file.taxonomy.concepts.first { $0.identifier == "X:99" })
        #expect(concept.name == "whole")
        #expect(file.taxonomy.parents[1] == [0])
    }

    @Test("a name behind an identifier without an exclamation mark is left out and told")
    func trailing() throws {
        let file = try read(terms(1, "[Term]\nid: X:9\nname: a\nis_a: X:0 root {a=\"b\"} ! root\n"))
        #expect(file.taxonomy.parents[1] == [0])
        #expect(file.warnings.map(\.code) == ["trailing-text"])
        #expect(file.warnings.map(\.line) == [11])
    }

    @Test("a second name is a synonym, a second definition is told, an unknown tag is counted once")
    func repeated() throws {
        let file = try read(
            terms(
                1,
                """
                [Term]
                id: X:9
                name: nine
                name: neun
                name: nine
                def: "first" []
                def: "second" []
                shoe_size: 9
                shoe_size: 10
                is_a: X:0

                """
            )
        )
        #expect(file.taxonomy.concepts[1].synonyms == ["neun"])
        #expect(file.taxonomy.concepts[1].definition == "first")
        #expect(file.warnings.map(\.code) == ["second-name", "second-definition"])
        #expect(file.warnings.map(\.line) == [11, 14])
        #expect(
            file.notes.contains {
                $0.contains("unknown and left out: shoe_size (2, first in line 15)")
            }
        )
    }

    @Test("frames of one identifier are put together; another name makes it another's identifier")
    func repeatedFrames() throws {
        let file = try read(
            terms(
                20,
                """
                [Term]
                id: X:99
                name: nine
                synonym: "a" EXACT []

                [Term]
                id: X:99
                synonym: "b" EXACT []
                is_a: X:0

                [Term]
                id: X:99
                name: another
                is_a: X:0

                """
            )
        )
        #expect(file.taxonomy.concepts[1].synonyms == ["a", "b"])
        #expect(file.taxonomy.parents[1] == [0])
        #expect(file.warnings.map(\.code) == ["repeated-record"])
        #expect(file.warnings.map(\.line) == [13])
        #expect(file.problems.map(\.code) == ["duplicate-identifier"])
        #expect(file.problems.map(\.line) == [18])
    }

    @Test("lines that are not UTF-8 are left out and told")
    func latin() throws {
        let text = Array(terms(40, "[Term]\nid: X:99\nname: nine\nis_a: X:0\n").utf8)
        let line = Array("synonym: \"Sj".utf8) + [0xF6] + Array("gren\" EXACT []\n".utf8)
        let place = try #require(text.firstRange(of: Array("is_a: X:0\n".utf8)))
        let bytes = text[..<place.lowerBound] + line + text[place.lowerBound...]
        guard
            case .vocabulary(let file) = try Submission.read(
                try space.write(Array(bytes), as: "a.obo")
            )
        else { throw CocoaError(.fileReadUnknown) }
        #expect(file.problems.map(\.code) == ["wrong-encoding"])
        #expect(file.problems.map(\.line) == [11])
        #expect(
            file.notes.contains {
                $0.contains("not in UTF-8 and left out: 1;") && $0.contains("iconv")
            }
        )
    }

    @Test("a line above the length limit is left out and told; the header may be of any length")
    func longLine() throws {
        var limits = ReadLimits.standard
        limits.textBytes = 1_000
        let long = String(repeating: "x", count: 700_000)
        let text =
            "format-version: 1.4\nowl-axioms: \(long)\n"
            + terms(
                40,
                "[Term]\nid: X:99\nname: nine\ncomment: x\\\n\(long)\ncomment: \(long)\nis_a: X:0\n"
            )
        guard
            case .vocabulary(let file) = try Submission.read(
                try space.write(text, as: "a.obo"),
                limits: limits
            )
        else { throw CocoaError(.fileReadUnknown) }
        #expect(file.problems.map(\.code) == ["line-too-long", "line-too-long"])
        #expect(file.problems.map(\.line) == [13, 15])
        #expect(file.counts.concepts == 42)
    }

    @Test("thirty bad lines in four thousand terms cost thirty lines; garbage is refused")
    func shares() throws {
        let bad = (1...30).map { "[Term]\nid: X:b\($0)\nname: b\($0)\nis_a: X:0\ngarbage\n" }
        let file = try read(terms(4_000, bad.joined()))
        #expect(file.problems.count == 30)
        #expect(file.counts.concepts == 4_031)
        let garbage =
            "format-version: 1.2\n[Term]\nid: X:1\nname: a\n"
            + String(repeating: "garbage without end\n", count: 50_000)
        let fault = try #require(space.fault(garbage, as: "a.obo"))
        #expect(fault.code == .tooManyBadRecords)
        #expect(fault.message.contains("10001 of 10005 lines"), "\(fault)")
        let small = try #require(
            space.fault("format-version: 1.2\n[Term]\nid: X:1\nname: a\nx\ny\n", as: "a.obo")
        )
        #expect(small.code == .tooManyBadRecords && small.message.contains("2 of 6 lines"))
        #expect(space.fault("format-version: 1.2\nontology: x\n", as: "a.obo")?.code == .noConcepts)
    }

    @Test("terms without identifier or name are told, and the file is told to be no release")
    func nameless() throws {
        let file = try read(terms(40, "[Term]\nname: no id\n\n[Term]\nid: X:99\nis_a: X:0\n"))
        #expect(file.problems.map(\.code) == ["missing-identifier", "missing-name"])
        #expect(file.problems.map(\.line) == [8, 11])
    }

    @Test("the content decides, whatever the name, packed or not")
    func recognition() throws {
        let text = terms(2, "")
        for name in ["a.obo", "a.txt", "a", "a.csv", "a.obo.gz"] {
            let bytes = name.hasSuffix("gz") ? try Gzip.pack(Array(text.utf8)) : Array(text.utf8)
            guard
                case .vocabulary(let file) = try Submission.read(
                    try space.write(bytes, as: name)
                )
            else {
                Issue.record("\(name) is no vocabulary")
                continue
            }
            #expect(file.declaredName == "x")
        }
        let zip = Zip.pack([Zip.Member("x.obo", text)])
        guard case .vocabulary = try Submission.read(try space.write(zip, as: "a.zip")) else {
            Issue.record("a zip file is no vocabulary")
            return
        }
        let commented =
            "! made by hand\n\n[Term]\nid: X:1\nname: a\n\n[Term]\nid: X:2\nname: b\nis_a: X:1\n"
        #expect(try read(commented, as: "b.txt").taxonomy.parents == [[], [0]])
        let lateHeader = "ontology: y\nformat-version: 1.2\n\n[Term]\nid: Y:1\nname: a\n"
        #expect(try read(lateHeader, as: "c").declaredName == "y")
    }

    @Test(
        "the name is the first part of what the header says",
        arguments: [
            ("x", "x"), ("cl/cl-basic", "cl"), ("envo.owl", "envo"), ("HP", "HP"),
            ("http://purl.obolibrary.org/obo/cl/cl-basic.owl", "cl"),
            ("http://www.ebi.ac.uk/efo/efo.owl", "efo"), ("http://a.org/onto/1.2", "onto"),
            ("<junk>", nil), ("\"\"", nil), ("2026", nil),
        ] as [(String, String?)]
    )
    func names(declared: String, name: String?) throws {
        let text = "format-version: 1.2\nontology: \(declared)\n[Term]\nid: X:1\nname: a\n"
        #expect(try read(text).declaredName == name)
    }

    @Test("the header's imports are told")
    func imports() throws {
        let file = try read("import: http://a/b.obo\n" + terms(2, ""))
        #expect(file.notes.contains { $0.contains("imports http://a/b.obo") })
    }
}
