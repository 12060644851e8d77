import Contract
import Fixtures
import Foundation
import Taxonomy
import TaxonomyFormats
import Testing

@Suite("Reading OWL and SKOS")
struct RDFReadingTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private static let endings = [
        "-written.ttl", ".ttl", ".long.ttl", ".rdf", ".pretty.rdf", ".nt",
    ]

    @Test("an ontology is read as rdflib reads it, in every language", arguments: endings)
    func ontology(ending: String) throws {
        let file = try RDFGolden.read(RDFGolden.folder.appending(path: "heart\(ending)").path())
        let recorded = try RDFGolden.recorded("heart")
        #expect(recorded.lines.count == 4 && recorded.obsolete.count == 1)
        #expect(RDFGolden.lines(of: file) == recorded.lines)
        #expect(file.kind == .ontology && file.ownName == "heart")
        let obsolete = file.taxonomy.obsolete.map {
            RDFGolden.Obsolete(
                obsolete: $0.identifier,
                replacedBy: $0.replacedBy,
                consider: $0.consider
            )
        }
        #expect(obsolete == recorded.obsolete)
        #expect(file.problems.isEmpty)
        for words in ["“fr” (2)", "imports others (1)", "BFO:0000050 (1)", "OTHER 1", "obsolete"] {
            #expect(file.notes.contains { $0.contains(words) }, "\(words): \(file.notes)")
        }
    }

    @Test("a thesaurus is read as rdflib reads it, in every language", arguments: endings)
    func thesaurus(ending: String) throws {
        let file = try RDFGolden.read(RDFGolden.folder.appending(path: "kidney\(ending)").path())
        // N-Triples, and files by programs that drop it, have no prefix: the address stays.
        let address = "http://vocab.example.org/kidney/"
        let lines = RDFGolden.lines(of: file).map { line in
            var line = line
            line.id = line.id.replacing(address, with: "ex:")
            line.parents = line.parents.map { $0.replacing(address, with: "ex:") }
            return line
        }
        let recorded = try RDFGolden.recorded("kidney")
        #expect(recorded.lines.count == 4)
        #expect(lines == recorded.lines)
        #expect(file.kind == .skos && file.ownName == "kidney")
        #expect(file.taxonomy.obsolete.map(\.name) == ["old nephritis"])
        #expect(file.notes.contains { $0.contains("named in the language “de”") })
    }

    @Test("configured prefixes and relations are read as well, relations by name, too")
    func rules() throws {
        let path = RDFGolden.folder.appending(path: "heart.rdf").path()
        let rules = VocabularyRules(prefixes: ["other"], relations: ["part of"])
        let file = try RDFGolden.read(path, rules: .init(["heart": rules]))
        let heart = try #require(file.taxonomy.index(ofIdentifier: "HEART:0000002"))
        let parents = file.taxonomy.parents[heart].map { file.taxonomy.concepts[$0].identifier }
        #expect(parents.sorted() == ["HEART:0000001", "OTHER:0000009"])
        #expect(!file.notes.contains { $0.contains("BFO:0000050") })
    }

    @Test("a faulty statement of Turtle costs that statement, and its line is told")
    func faultyStatement() throws {
        let good = (10..<40).map {
            "ex:C\($0) a owl:Class ; rdfs:label \"disease \($0)\" ; rdfs:subClassOf ex:A ."
        }
        let text = """
            @prefix ex: <http://example.org/> .
            PREFIX owl: <http://www.w3.org/2002/07/owl#>
            prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#>
            # a remark. "with <marks
            ex:A a owl:Class ; rdfs:label "disease" .
            ex:B a owl:Class rdfs:label "no semicolon" .
            ex:C a owl:Class ; rdfs:label "not closed .
            ex:D a owl:Class ; rdfs:label "unknown prefix" ; foo:bar "x" .
            ex:E a owl:Class ; rdfs:label \"""long. " text\""" ; rdfs:subClassOf [ ex:x ( 1.5 "a" ] .
            ex:F a owl:Class ; rdfs:label "good"@en.<http://example.org/G> a owl:Class; rdfs:label 'G'.
            \(good.joined(separator: "\n"))
            """
        let file = try space.vocabulary(text, as: "a.ttl")
        let faults = file.problems.filter { $0.code == "malformed-statement" }
        #expect(faults.map(\.line) == [6, 7, 8, 9])
        #expect(faults.map(\.identifier) == ["ex:B", "ex:C", "ex:D", "ex:E"])
        #expect(faults[2].message.contains("foo:bar"))
        let names = Set(file.taxonomy.concepts.map(\.name))
        #expect(names.isSuperset(of: ["disease", "good", "G", "disease 39"]))
        #expect(file.taxonomy.edgeCount == 30)
        #expect(file.taxonomy.concepts.first?.identifier == "ex:A")
    }

    @Test("a base counts for all that follows, as do prefixes after a fault")
    func base() throws {
        let text = """
            @base <http://purl.obolibrary.org/obo/> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            <HEART_1> a <http://www.w3.org/2002/07/owl#Class> ; rdfs:label "heart disease" .
            <HEART_3> a a .
            <HEART_2> a <http://www.w3.org/2002/07/owl#Class> ; rdfs:label "carditis" ;
              rdfs:subClassOf <HEART_1> .
            \((5..<9).map { "<HEART_\($0)> rdfs:label \"x\" ." }.joined(separator: "\n"))
            """
        let file = try space.vocabulary(text, as: "a.ttl")
        #expect(file.taxonomy.concepts.map(\.identifier) == ["HEART:1", "HEART:2"])
        #expect(file.taxonomy.parents == [[], [0]])
        #expect(file.problems.map(\.line) == [4])
        #expect(file.notes.contains { $0.contains("neither class nor concept (4)") })
    }

    @Test("entities of Protégé are read; unlabelled classes are called by their addresses")
    func entities() throws {
        let text = """
            <?xml version="1.0"?>
            <!DOCTYPE r:RDF [ <!ENTITY owl "http://www.w3.org/2002/07/owl#" >
              <!ENTITY pizza "http://www.co-ode.org/ontologies/pizza/pizza.owl#" > ]>
            <r:RDF xmlns="&pizza;" xml:base="http://www.co-ode.org/ontologies/pizza/pizza.owl"
              xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o="&owl;"
              xmlns:s="http://www.w3.org/2000/01/rdf-schema#">
            <o:Ontology r:about=""/>
            <o:Class r:ID="Food"/>
            <o:Class r:about="#MargheritaPizza"><s:subClassOf r:resource="&pizza;Food"/></o:Class>
            </r:RDF>
            """
        let file = try space.vocabulary(text, as: "p.owl")
        #expect(file.taxonomy.concepts.map(\.name) == ["Food", "Margherita Pizza"])
        #expect(file.taxonomy.parents == [[], [0]])
        #expect(file.ownName == "pizza")
        #expect(file.notes.contains { $0.contains("ends of the addresses") })
    }

    @Test(
        "entities that could expand or load anything are refused, in RDF as elsewhere",
        arguments: [
            "<!ENTITY a \"ha\"> <!ENTITY b \"&a;&a;\">",
            "<!ENTITY a SYSTEM \"file:///etc/passwd\">",
            "<!ENTITY % a \"x\">", "<!ENTITY a \"&#60;x/>\">", "<!ENTITY a \"&#38;b;\">",
            "<!ENTITY a PUBLIC \"x\" \"http://127.0.0.1/x\">",
            "<!ENTITY a \"\(String(repeating: "x", count: 2_000))\">",
        ]
    )
    func hostileEntities(declaration: String) {
        let text = "<!DOCTYPE r [\(declaration)]>\n\(Self.rdf("<a/>"))"
        let fault = space.fault(text, as: "a.owl")
        #expect(fault?.code == .entityDeclaration, "\(fault.map { "\($0)" } ?? "read")")
    }

    @Test("short entities cannot make a file long")
    func expansion() {
        let value = String(repeating: "x", count: 1_000)
        let refs = String(repeating: "<x>\(String(repeating: "&a;", count: 900))</x>", count: 300)
        let text = "<!DOCTYPE r [<!ENTITY a \"\(value)\">]>\n\(Self.rdf(refs))"
        let fault = space.fault(text, as: "a.owl")
        #expect(fault?.code == .entityDeclaration || fault?.code == .malformedXML)
    }

    private static func rdf(_ content: String) -> String {
        "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\(content)</r:RDF>"
    }

    @Test("depth and texts are limited, in XML and in Turtle")
    func limits() {
        let deep = String(repeating: "<a><b>", count: 40)
        #expect(space.fault(Self.rdf(deep), as: "a.owl")?.code == .nestingTooDeep)
        let long = String(repeating: "x", count: 1 << 20)
        #expect(space.fault(Self.rdf("<a><b>\(long)xx</b></a>"), as: "a.owl")?.code == .textTooLong)
        let literal = String(repeating: "<i>text</i>", count: 200_000)
        let asXML = "<a><b r:parseType=\"Literal\">\(literal)</b></a>"
        #expect(space.fault(Self.rdf(asXML), as: "a.owl")?.code == .textTooLong)
        let brackets = "<http://x> <http://y> \(String(repeating: "[<http://z>", count: 90)) ."
        #expect(space.fault(brackets, as: "a.ttl")?.code == .nestingTooDeep)
        let text = "<http://x> <http://y> \"\(long)xx\" ."
        #expect(space.fault(text, as: "a.nt")?.code == .textTooLong)
    }

    @Test(
        "a file that is cut off, or no RDF at all, is refused with its line",
        arguments: [
            ("<http://x> <http://y> \"z\" .\n<http://x> <http://y>", "a.nt", "malformed-rdf", 2),
            ("<http://x> <http://y> \"\"\"z .\n\n", "a.ttl", "malformed-rdf", 1),
            ("gout\nheart disease.\n", "a.ttl", "malformed-rdf", 1),
            (rdf("<r:Description><r:type>"), "a.rdf", "malformed-xml", 1),
            ("<r:RDF xmlns:r=\"x\"/>", "a.rdf", "unknown-vocabulary-shape", 1),
        ]
    )
    func refused(text: String, name: String, code: String, line: Int) {
        let fault = space.fault(text, as: name)
        #expect(fault?.code.rawValue == code && fault?.location?.line == line, "\(fault as Any)")
    }

    @Test("a language that is longer than raptor's memory for it costs its statement, or the file")
    func longLanguage() throws {
        let tag = String(repeating: "a", count: 300)
        let good = (0..<9).map { "<http://x/\($0)> <http://x/y> \"z\" ." }.joined(separator: "\n")
        for hidden in ["\"z\"@\(tag)", "<..[]a\"c\"@\(tag)>"] {
            let text =
                "<http://x/a> a <http://www.w3.org/2002/07/owl#Class> ;\n"
                + "<http://www.w3.org/2000/01/rdf-schema#label> \"gout\" .\n"
                + "<http://x/a> <http://x/y> \(hidden) .\n\(good)"
            let file = try space.vocabulary(text, as: "a.ttl")
            #expect(file.problems.map(\.line) == [3])
            #expect(file.taxonomy.concepts.map(\.name) == ["gout"])
        }
        let xml = Self.rdf("<r:Description><a xml:lang=\"\(tag)\">x</a></r:Description>")
        #expect(space.fault(xml, as: "a.owl")?.code == .textTooLong)
    }

    @Test("what RDF forbids costs what it stands in, not the file")
    func faultyXML() throws {
        let classes = (0..<20).map {
            "<o:Class r:about=\"http://x/a#C\($0)\"><s:label>name \($0)</s:label></o:Class>"
        }
        let text = """
            <r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
            xmlns:o="http://www.w3.org/2002/07/owl#" xmlns:s="http://www.w3.org/2000/01/rdf-schema#">
            <o:Class r:about="http://x/a#D" r:ID="D"><s:label>both</s:label></o:Class>
            \(classes.joined(separator: "\n"))
            </r:RDF>
            """
        let file = try space.vocabulary(text, as: "a.owl")
        #expect(file.counts.concepts >= 20)
        #expect(file.problems.first?.code == "malformed-statement")
        #expect(file.problems.first?.line == 3)
    }

    @Test("only broaderTransitive: the nearest concepts are the parents")
    func transitive() throws {
        let text = """
            @prefix : <http://x/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
            :a a skos:Concept ; skos:prefLabel "a" .
            :b a skos:Concept ; skos:prefLabel "b" ; skos:broaderTransitive :a .
            :c a skos:Concept ; skos:prefLabel "c" ; skos:broaderTransitive :a , :b .
            """
        let file = try space.vocabulary(text, as: "a.ttl")
        #expect(file.taxonomy.parents == [[], [0], [1]])
        #expect(file.notes.contains { $0.contains("broaderTransitive") })
    }

    @Test("identifiers of several publishers")
    func identifiers() throws {
        let head = """
            @prefix owl: <http://www.w3.org/2002/07/owl#> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            @prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
            @prefix ns1: <http://made.example/up#> .
            @prefix ncit: <http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#> .

            """
        func identifier(_ statement: String) throws -> String? {
            let text = "\(head)\(statement) a owl:Class ; rdfs:label \"x\" ."
            return try space.vocabulary(text, as: "a.ttl").taxonomy.concepts.first?.identifier
        }
        #expect(try identifier("<http://edamontology.org/data_0006>") == "EDAM_data:0006")
        #expect(try identifier("<http://www.orpha.net/ORDO/Orphanet_558>") == "Orphanet:558")
        #expect(try identifier("<http://www.ebi.ac.uk/efo/EFO_0000001>") == "EFO:0000001")
        #expect(try identifier("ncit:C2991") == "ncit:C2991")
        #expect(try identifier("ns1:C1") == "http://made.example/up#C1")
        #expect(try identifier("<http://x/y> oio:id \"Y:1\" ;") == "Y:1")
    }
}

@Suite(
    "SYMP in its formats",
    .enabled(if: SharedData.path != nil, "no shared data here")
)
struct SYMPTests {
    private static let folder = "\(SharedData.path ?? "")/obo"

    @Test("SYMP in OWL holds what rdflib finds in it")
    func owl() throws {
        let file = try RDFGolden.read("\(Self.folder)/symp-2026.owl.gz")
        let data = try Data(contentsOf: RDFGolden.folder.appending(path: "symp-owl.json"))
        let recorded = try JSONDecoder().decode(RDFGolden.Counts.self, from: data)
        #expect(recorded.concepts == 895)
        #expect(RDFGolden.Counts(file) == recorded)
    }

    @Test(
        "the same release in OBO, JSON and OWL is the same vocabulary",
        arguments: ["obo", "json"]
    )
    func same(ending: String) throws {
        let owl = try RDFGolden.read("\(Self.folder)/symp-2026.owl.gz")
        let other = try RDFGolden.read("\(Self.folder)/symp-2026.\(ending).gz")
        #expect(RDFGolden.lines(of: other) == RDFGolden.lines(of: owl))
        func order(_ file: VocabularyFile) -> [ObsoleteConcept] {
            file.taxonomy.obsolete.sorted { $0.identifier < $1.identifier }
        }
        #expect(order(other) == order(owl))
        #expect(other.ownName == owl.ownName)
    }
}
