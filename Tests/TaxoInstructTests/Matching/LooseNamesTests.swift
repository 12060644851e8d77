import Contract
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Obsolete names and loose synonyms")
struct LooseNamesTests {
    private let names: NameIndex

    init() throws {
        let concepts = [
            Concept(
                identifier: "X:1",
                name: "fever",
                synonyms: ["pyrexia"],
                looseSynonyms: [
                    .init(.narrow, "Swamp fever"), .init(.broad, "febrile illness"),
                    .init(.related, "hyperthermia"), .init(.related, "hot flush"),
                ]
            ),
            Concept(
                identifier: "X:2",
                name: "heat stroke",
                looseSynonyms: [.init(.narrow, "hyperthermia"), .init(.related, "pyrexia")]
            ),
            Concept(identifier: "X:3", name: "chill"),
        ]
        names = NameIndex(
            try Taxonomy(
                concepts: concepts,
                parents: concepts.map { _ in [] },
                obsolete: [
                    ObsoleteConcept(
                        identifier: "X:11",
                        name: "obsolete ague",
                        replacedBy: ["X:12"]
                    ),
                    ObsoleteConcept(identifier: "X:12", name: "old ague", replacedBy: ["X:1"]),
                    ObsoleteConcept(identifier: "X:13", name: "rigour", consider: ["X:3", "X:11"]),
                    ObsoleteConcept(identifier: "X:14", name: "both", replacedBy: ["X:1", "X:2"]),
                    ObsoleteConcept(identifier: "X:15", name: "round", replacedBy: ["X:16"]),
                    ObsoleteConcept(identifier: "X:16", name: "trip", replacedBy: ["X:15"]),
                    ObsoleteConcept(identifier: "X:17", name: "chill", replacedBy: ["X:1"]),
                ]
            )
        )
    }

    @Test(
        "what is obsolete and replaced is its replacement, also by way of others",
        arguments: [
            "X:11", "x_11", "X:12", "obsolete ague", "ague", "Ague", "agues", "OLD AGUE",
            "ague [X:12]",
        ]
    )
    func replaced(_ given: String) {
        let found = names.match(given)
        #expect(found.match.kind == .replaced)
        #expect(found.match.identifier == "X:1")
        #expect(found.obsolete != nil)
        #expect(found.match.isKnown)
    }

    @Test(
        "what nothing, or more than one concept, replaces is taken for none",
        arguments: [
            ("X:13", ["X:3", "X:1"]), ("rigor", ["X:3", "X:1"]), ("both", ["X:1", "X:2"]),
            ("round", []), ("X:16", []),
        ]
    )
    func obsolete(_ given: String, _ candidates: [String]) {
        let found = names.match(given)
        #expect(found.match.kind == .obsolete)
        #expect(found.index == nil)
        #expect((found.match.candidates ?? []).map(\.identifier) == candidates)
        #expect(!found.match.isKnown)
    }

    @Test("a current concept of the same name wins over an obsolete one")
    func current() {
        #expect(names.match("chill").match.kind == .name)
        #expect(names.match("chill").match.identifier == "X:3")
    }

    @Test("an outdated identifier beside a name of another concept is ambiguous")
    func beside() {
        #expect(names.match("heat stroke", identifier: "X:11").match.kind == .ambiguous)
        #expect(names.match("fever", identifier: "X:11").match.kind == .replaced)
        #expect(names.match("fever", identifier: "X:13").match.kind == .name)
        #expect(names.match("whatever", identifier: "X:13").match.kind == .obsolete)
        #expect(names.match("whatever", identifier: "X:12").match.identifier == "X:1")
    }

    @Test(
        "a loose synonym means no concept and is told as a hint",
        arguments: [
            ("swamp fevers", ["X:1"]), ("Febrile illness", ["X:1"]),
            ("hyperthermia", ["X:2", "X:1"]),
        ]
    )
    func loose(_ given: String, _ hints: [String]) {
        let found = names.match(given)
        #expect(found.match.kind == .unknown)
        #expect(found.index == nil)
        #expect((found.match.candidates ?? []).map(\.identifier) == hints)
        #expect(found.hints.map { names.taxonomy.concepts[$0.index].identifier } == hints)
    }

    @Test("an exact synonym of one concept outweighs a loose one of another")
    func exact() {
        #expect(names.match("pyrexia").match.kind == .synonym)
        #expect(names.match("pyrexia").match.identifier == "X:1")
        #expect(names.match("pyrexia").hints.isEmpty)
    }

    @Test("what may not be seen is no hint and replaces nothing")
    func hidden() {
        #expect(names.match("swamp fever") { $0 == 0 }.hints.isEmpty)
        #expect(names.match("X:11") { $0 == 0 }.match.kind == .obsolete)
    }
}
