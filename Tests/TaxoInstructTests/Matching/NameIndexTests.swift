import Contract
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Finding what a name means")
struct NameIndexTests {
    private static let concepts = [
        Concept(
            identifier: "MESH:D000690",
            name: "Amyotrophic Lateral Sclerosis",
            alternativeIdentifiers: ["OMIM:105400", "OMIM:9"]
        ),
        Concept(identifier: "MESH:D016649", name: "Afferent Loop Syndrome"),
        Concept(
            identifier: "MESH:D029424",
            name: "Pulmonary Disease, Chronic Obstructive",
            synonyms: ["COPD", "ATS"]
        ),
        Concept(
            identifier: "MESH:D001249",
            name: "Asthma",
            synonyms: ["Asthmas", "ATS", "Wheeze"]
        ),
        Concept(
            identifier: "MESH:D006973",
            name: "Hypertension",
            synonyms: ["High Blood Pressure", "Wheeze syndrome"],
            alternativeIdentifiers: ["OMIM:9"]
        ),
        Concept(identifier: "MESH:D007022", name: "Hypotension"),
        Concept(identifier: "MESH:D000001", name: "Wheeze"),
        Concept(identifier: "MESH:D006331", name: "Heart Diseases", synonyms: ["Cardiac Disease"]),
        Concept(identifier: "MESH:D056769", name: "Alstrom Syndrome"),
        Concept(identifier: "MESH:D002921", name: "Cicatrix", synonyms: ["Scars"]),
    ]

    private let names: NameIndex

    init() throws {
        let taxonomy = try Taxonomy(
            concepts: Self.concepts,
            parents: Self.concepts.map { _ in [] }
        )
        names = NameIndex(taxonomy)
    }

    @Test(
        "a name is taken for the concept meant, and the match says how",
        arguments: [
            ("mesh:d001249", TermMatch.Kind.identifier, "Asthma", true),
            ("OMIM:105400", .identifier, "Amyotrophic Lateral Sclerosis", true),
            ("hypertension", .name, "Hypertension", true),
            ("high  blood PRESSURE", .synonym, "Hypertension", false),
            ("Asthmas", .synonym, "Asthma", true),
            ("High Blood Pressures", .spelling, "Hypertension", false),
            (
                "chronic obstructive pulmonary disease", .spelling,
                "Pulmonary Disease, Chronic Obstructive", true
            ),
            ("Heart Disease", .spelling, "Heart Diseases", true),
            ("Hypertenson", .nearest, "Hypertension", true),
            ("Hpyertension", .nearest, "Hypertension", true),
            ("Amyotrophic Latteral Sclerosis", .nearest, "Amyotrophic Lateral Sclerosis", true),
            ("Asthma [D001249]", .identifier, "Asthma", true),
            ("Wheeze (Asthma)", .unknown, nil, false),
        ] as [(String, TermMatch.Kind, String?, Bool)]
    )
    func finds(_ given: String, _ kind: TermMatch.Kind, _ name: String?, _ isName: Bool) {
        let found = names.match(given)
        #expect(found.match.kind == kind)
        #expect(found.match.name == name)
        #expect(found.isName == isName)
        #expect(found.index.map { Self.concepts[$0].name } == name)
        if kind != .nearest { #expect(found.match.confidence == (name == nil ? 0 : 1)) }
        if kind == .nearest {
            #expect((Misspelling.threshold..<1).contains(found.match.confidence))
        }
    }

    @Test("an acronym matches where it is given and nowhere else; initials are only mentioned")
    func acronyms() {
        #expect(names.match("copd").match.kind == .synonym)
        let unlisted = names.match("ALS")
        #expect(unlisted.match.kind == .unknown)
        #expect(unlisted.index == nil)
        #expect(
            unlisted.match.candidates?.map(\.name)
                == ["Amyotrophic Lateral Sclerosis", "Afferent Loop Syndrome"]
        )
        for acronym in ["SARS", "SCAR", "HTN", "ALSS", "als"] {
            #expect(names.match(acronym).index == nil)
        }
    }

    @Test("a synonym of several concepts lists them and takes none")
    func ambiguous() {
        let found = names.match("ATS")
        #expect(found.match.kind == .ambiguous)
        #expect(found.match.identifier == nil)
        #expect(found.match.candidates?.count == 2)
        #expect(names.match("OMIM:9").match.kind == .ambiguous)
    }

    @Test("the name of one concept is that concept, though others have it as a synonym")
    func nameFirst() {
        let found = names.match("wheeze")
        #expect(found.match.identifier == "MESH:D000001")
        #expect(found.match.kind == .name)
        #expect(found.match.candidates?.map(\.name) == ["Asthma"])
    }

    @Test("the identifier beside a name decides, if it is known and the name names nothing else")
    func beside() {
        let foreign = names.match("Asthma", identifier: "SNOMED:195967001")
        #expect(foreign.match.kind == .name)
        #expect(foreign.match.givenIdentifier == "SNOMED:195967001")
        let renamed = names.match("Bronchial something", identifier: "d001249")
        #expect(renamed.match.kind == .identifier)
        #expect(renamed.match.name == "Asthma")
        let disagreeing = names.match("Hypertension", identifier: "MESH:D001249")
        #expect(disagreeing.match.kind == .ambiguous)
        #expect(disagreeing.match.candidates?.map(\.name) == ["Asthma", "Hypertension"])
    }

    @Test("a hidden concept is not found, and another with the name is")
    func hidden() {
        let asthma = 3
        #expect(names.match("Asthma", excluding: { $0 == asthma }).index == nil)
        #expect(names.match("MESH:D001249", excluding: { $0 == asthma }).index == nil)
        #expect(names.match("ATS", excluding: { $0 == asthma }).index == 2)
        #expect(names.match("Asthmma", excluding: { $0 == asthma }).index == nil)
    }

    @Test("a name is decomposed or composed, with the same result")
    func normalForms() {
        let composed = names.match("Hypert\u{E9}nsion")
        let decomposed = names.match("Hyperte\u{301}nsion")
        #expect(composed.match.kind == .spelling)
        #expect(decomposed.match.kind == .spelling)
        #expect(composed.index == decomposed.index)
    }

    @Test(
        "nothing is found in nothing",
        arguments: ["", "???", "zz", "quantum chromodynamics", "1", "A", "of the"]
    )
    func nothing(_ given: String) {
        let found = names.match(given)
        #expect(found.match.kind == .unknown)
        #expect(found.match.confidence == 0)
        #expect(found.index == nil)
    }
}
