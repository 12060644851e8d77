import Contract
import Fixtures
import FoundationEssentials
import Taxonomy
import TaxonomyFormats
import Testing

@Suite("Reading OBO Graphs")
struct OBOGraphsReadingTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private static let obo = "http://purl.obolibrary.org/obo/"

    private func read(_ text: String, as name: String = "a.json") throws -> VocabularyFile {
        try space.vocabulary(text, as: name)
    }

    /// A graph of forty good classes and some more nodes and edges.
    private func graph(nodes: [String] = [], edges: [String] = []) -> String {
        let classes = (0...40).map { node("X_\($0)", lbl: "n\($0)") }
        let good = (1...40).map { edge("X_\($0)", "X_0") }
        return """
            {"graphs": [{"id": "\(Self.obo)x.owl",
            "nodes": [
            \((classes + nodes).joined(separator: ",\n"))
            ],
            "edges": [
            \((good + edges).joined(separator: ",\n"))
            ]}]}
            """
    }

    private func node(_ local: String, lbl: String, meta: String = "{}") -> String {
        #"{"id": "\#(Self.obo)\#(local)", "lbl": "\#(lbl)", "type": "CLASS", "meta": \#(meta)}"#
    }

    private func edge(_ child: String, _ parent: String, _ relation: String = "is_a") -> String {
        #"{"sub": "\#(Self.obo)\#(child)", "pred": "\#(relation)", "obj": "\#(Self.obo)\#(parent)"}"#
    }

    // Long: one graph with every construct.
    @Test("every construct of a node is read, and edges may come first")
    func constructs() throws {
        let text = #"""
            {
              "@context": {"ex": "http://example.org/"},
              "graphs": [
                {
                  "edges": [
                    {"sub": "http://purl.obolibrary.org/obo/X_2", "pred": "is_a", "obj": "X:1",
                     "meta": {"xrefs": [{"val": "PMID:1"}]}},
                    {"sub": "X:2", "pred": "http://purl.obolibrary.org/obo/BFO_0000050", "obj": "X:3"},
                    {"sub": "http://purl.obolibrary.org/obo/X_3", "pred": "is_a", "obj": "X:4"},
                    {"sub": "http://purl.obolibrary.org/obo/BFO_0000050", "pred": "subPropertyOf",
                     "obj": "http://purl.obolibrary.org/obo/RO_1"}
                  ],
                  "id": "http://purl.obolibrary.org/obo/x/x-basic.json",
                  "meta": {"version": "1"},
                  "nodes": [
                    {"id": "http://purl.obolibrary.org/obo/X_1", "lbl": "thing", "type": "CLASS"},
                    {"id": "http://purl.obolibrary.org/obo/X_2", "lbl": "heart \"attack\" \u00e9\ud83d\ude00",
                     "type": "CLASS",
                     "meta": {
                       "definition": {"val": "Dead\nmuscle.", "xrefs": ["PMID:1"]},
                       "comments": ["unused"], "subsets": ["slim"],
                       "synonyms": [
                         {"pred": "hasExactSynonym", "val": "infarct", "xrefs": ["PMID:1"]},
                         {"pred": "http://www.geneontology.org/formats/oboInOwl#hasNarrowSynonym", "val": "MI"},
                         {"pred": "hasBroadSynonym", "val": "event", "synonymType": "x"},
                         {"pred": "hasRelatedSynonym", "val": "thrombosis"},
                         {"val": "bare"}
                       ],
                       "xrefs": [{"val": "MESH:D009203"}, {"val": "UMLS:C0027051"}],
                       "basicPropertyValues": [
                         {"pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", "val": "X:20"},
                         {"pred": "http://purl.obolibrary.org/obo/IAO_0000117", "val": "editor"}
                       ]
                     }},
                    {"id": "X:4", "lbl": "old", "type": "CLASS",
                     "meta": {"deprecated": true, "basicPropertyValues": [
                       {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "http://purl.obolibrary.org/obo/X_1"},
                       {"pred": "http://www.geneontology.org/formats/oboInOwl#consider", "val": "X:2"}]}},
                    {"id": "http://purl.obolibrary.org/obo/BFO_0000050", "lbl": "part of", "type": "PROPERTY"},
                    {"id": "http://purl.obolibrary.org/obo/X_9", "lbl": "somebody", "type": "INDIVIDUAL"}
                  ],
                  "logicalDefinitionAxioms": [{"definedClassId": "X:2"}, {}]
                },
                {"nodes": [
                    {"id": "http://purl.obolibrary.org/obo/X_3", "lbl": "part"},
                    {"id": "http://purl.obolibrary.org/obo/X_1", "meta": {"definition": {"val": "Anything."}}}
                ], "surprise": 1}
              ]
            }
            """#
        let file = try read(text)
        #expect(file.kind == .ontology && file.declaredName == "x")
        #expect(file.taxonomy.concepts.map(\.identifier) == ["X:1", "X:2", "X:3"])
        let concept = file.taxonomy.concepts[1]
        #expect(concept.name == "heart \"attack\" é😀")
        #expect(concept.definition == "Dead muscle.")
        #expect(concept.synonyms == ["infarct"])
        #expect(
            concept.looseSynonyms == [
                .init(.narrow, "MI"), .init(.broad, "event"), .init(.related, "thrombosis"),
                .init(.related, "bare"),
            ]
        )
        #expect(concept.crossReferences == ["MESH:D009203", "UMLS:C0027051"])
        #expect(concept.alternativeIdentifiers == ["X:20"])
        #expect(file.taxonomy.concepts[0].definition == "Anything.")
        #expect(file.taxonomy.parents == [[], [0], [0]])
        #expect(file.taxonomy.obsolete.map(\.replacedBy) == [["X:1"]])
        #expect(file.taxonomy.obsolete.map(\.consider) == [["X:2"]])
        #expect(file.warnings.map(\.code) == ["replaced-parent"])
        #expect(file.problems.isEmpty)
        let notes = file.notes.joined(separator: "\n")
        #expect(notes.contains("logicalDefinitionAxioms (2)"))
        #expect(notes.contains("nodes of the type INDIVIDUAL (1)"))
        #expect(notes.contains("surprise (1, first in line"))
        #expect(notes.contains("BFO:0000050 (1)"))

        let book = VocabularyRules.Book(["X": .init(relations: ["part_of"])])
        guard
            case .vocabulary(let ruled) = try Submission.read(
                try space.write(text, as: "b.json"),
                rules: book
            )
        else { throw CocoaError(.fileReadUnknown) }
        #expect(ruled.taxonomy.parents == [[], [0, 2], [0]])
    }

    @Test(
        "an element that cannot be used is told with its line and costs itself alone",
        arguments: [
            (#"{"synonyms": [{"pred": "hasExactSynonym"}]}"#, "a synonym without “val”"),
            (
                #"{"synonyms": [{"pred": "hasFunnySynonym", "val": "x"}]}"#,
                "“hasFunnySynonym”, expected"
            ),
            (#"{"definition": {}}"#, "a definition without “val”"),
            (#"{"xrefs": [{"value": "X:1"}]}"#, "an xref without “val”"),
            (#"{"deprecated": "perhaps"}"#, "“perhaps”, expected true or false"),
            (#"[1]"#, "found an array, expected “meta”"),
            (
                #"{"basicPropertyValues": [{"pred": "http://purl.obolibrary.org/obo/IAO_0100001"}]}"#,
                "a property without “val”"
            ),
        ]
    )
    func badElement(meta: String, message: String) throws {
        let file = try read(
            graph(nodes: [node("X_99", lbl: "whole", meta: meta)], edges: [edge("X_99", "X_0")])
        )
        let problem = try #require(file.problems.first)
        #expect(file.problems.count == 1)
        #expect(problem.code == "malformed-element" && problem.line == 44)
        #expect(problem.identifier == "X:99")
        #expect(problem.message.contains(message), "\(problem.message)")
        #expect(file.taxonomy.parents[41] == [0])
    }

    @Test("nodes and edges of another shape are told")
    func badShapes() throws {
        let file = try read(
            graph(
                nodes: ["7", #"{"lbl": "no id", "type": "CLASS"}"#],
                edges: [#"{"sub": "X:1"}"#, #"{"sub": "X:777", "pred": "is_a", "obj": "X:1"}"#]
            )
        )
        #expect(
            file.problems.map(\.code) == [
                "malformed-element", "malformed-element", "missing-identifier",
            ]
        )
        #expect(file.notes.contains { $0.contains("edges of other nodes than classes (1)") })
    }

    @Test(
        "JSON that is broken is refused with its line",
        arguments: [
            ("{\"graphs\": [{\n\"nodes\": [{\"id\": \"X:1\", \"lbl\": \"a\",}]}]}", 2, "a key"),
            ("{\"graphs\": [{\n\"nodes\": [{\"id\": \"X:1\", \"lbl\": \"a", 2, "inside a string"),
            ("{\"graphs\": [{\n\"nodes\": [{\"id\": \"X:1\",\n\"lbl\": .5}]}]}", 3, "a value"),
            ("{\"graphs\": [{\n\"nodes\": [{\"id\": \"X:1\"}]}]}\n[]", 3, "after the end"),
            ("{\"graphs\": [{\n\"nodes\": [{\"id\": \"X\\x\"}]}]}", 2, "after a backslash"),
        ]
    )
    func broken(text: String, line: Int, message: String) throws {
        let fault = try #require(space.fault(text, as: "a.json"))
        #expect(fault.code == .malformedJSON)
        #expect(fault.location?.line == line, "\(fault)")
        #expect(fault.message.contains(message), "\(fault)")
    }

    @Test("limits hold: nesting, texts, a single node, bytes that are not UTF-8")
    func limits() throws {
        func fault(_ text: String, _ change: (inout ReadLimits) -> Void) -> SubmissionError.Code? {
            var limits = ReadLimits.standard
            change(&limits)
            return space.fault(text, as: "a.json", limits: limits)?.code
        }
        let deep = graph(nodes: [
            String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        ])
        #expect(fault(deep) { _ in } == .nestingTooDeep)
        let long = graph(nodes: [node("X_99", lbl: String(repeating: "x", count: 2_000))])
        #expect(fault(long) { $0.textBytes = 1_000 } == .textTooLong)
        let wide = graph(nodes: [
            "[" + Array(repeating: "1", count: 200).joined(separator: ",") + "]"
        ])
        #expect(fault(wide) { $0.listItems = 100 } == .fileTooLarge)
        #expect(fault(graph()) { $0.records = 10 } == .fileTooLarge)
        var bytes = Array(graph().utf8)
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "n")))
        bytes[place + 200] = 0xFF
        #expect(space.fault(bytes, as: "a.json")?.code == .wrongEncoding)
    }

    @Test("a file is recognised by its content, in any order of its keys, packed or bare")
    func recognition() throws {
        let bare = #"""
            {"meta": {"comments": ["\#(String(repeating: "x", count: 5_000))"]},
            "nodes": [{"id": "X:1", "lbl": "a"}, {"id": "X:2", "lbl": "b"}],
            "edges": [{"sub": "X:2", "pred": "is_a", "obj": "X:1"}]}
            """#
        for name in ["a.json", "a", "a.txt", "a.json.gz"] {
            for text in [graph(), bare] {
                let bytes =
                    name.hasSuffix("gz") ? try Gzip.pack(Array(text.utf8)) : Array(text.utf8)
                guard
                    case .vocabulary(let file) = try Submission.read(
                        try space.write(bytes, as: name)
                    )
                else {
                    Issue.record("\(name) is no vocabulary")
                    continue
                }
                #expect(file.taxonomy.parents[1] == [0])
            }
        }
        #expect(space.fault(#"{"nodes": [{"name": "a"}], "edges": []}"#, as: "b.json") != nil)
    }

    @Test("a file larger than a list may be is read, a piece at a time")
    func large() throws {
        var limits = ReadLimits.standard
        limits.listBytes = 10_000
        let text = graph(nodes: (100..<2_000).map { node("X_\($0)", lbl: "é “\($0)” \\u00e9\\n") })
        guard
            case .vocabulary(let file) = try Submission.read(
                try space.write(text, as: "a.json"),
                limits: limits
            )
        else { throw CocoaError(.fileReadUnknown) }
        #expect(file.taxonomy.concepts.count == 1_941)
        #expect(file.taxonomy.concepts[41].name == "é “100” é")
        #expect(file.taxonomy.concepts[1_940].name == "é “1999” é")
    }
}
