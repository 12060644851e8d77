import Contract
import TaxoInstruct
import Taxonomy
import Testing

@Suite("New terms compared")
struct PeerFeaturesTests {
    private let features: PeerFeatures

    init() throws {
        let names = ["gas", "liquid", "body of gas", "surface"]
        let taxonomy = try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: names.map { _ in [] }
        )
        features = PeerFeatures(words: WordIndex(Lexicon(taxonomy), taxonomy), taxonomy: taxonomy)
    }

    private func value(
        _ name: String,
        _ child: TermWords,
        under parent: TermWords
    ) throws -> Double {
        let row = features.row(features.child(child), under: parent)
        #expect(row.count == PeerFeatures.names.count)
        return row[try #require(PeerFeatures.names.firstIndex(of: name))]
    }

    @Test(
        "the class that a definition names is found in the usual forms",
        arguments: [
            ("A bubble which is composed primarily of methane.", "bubble", true),
            ("Bubbles of methane.", "bubble", true),
            ("the gas bubble, in water", "gas bubble", true),
            ("A gas bubble that rises.", "bubble", false),
            ("A margin of a lake which is steep.", "margin of a lake", true),
            ("Something else that surrounds a bubble.", "bubble", false),
            ("", "bubble", false),
        ]
    )
    func genus(_ definition: String, _ parent: String, _ isWhole: Bool) throws {
        let child = TermWords(name: "x", definition: definition)
        let other = TermWords(name: parent)
        #expect(try value("genus", child, under: other) == (isWhole ? 1 : 0))
    }

    @Test("a class with words before the parent's name is told from the class itself")
    func genusEnding() throws {
        let child = TermWords(name: "x", definition: "A large gas bubble that rises.")
        #expect(try value("genusEnding", child, under: TermWords(name: "gas bubble")) == 1)
        #expect(try value("genus", child, under: TermWords(name: "gas bubble")) == 0)
        #expect(try value("genusEnding", child, under: TermWords(name: "gas")) == 0)
    }

    @Test("names are compared in natural order, without plurals, and by synonyms")
    func names() throws {
        let child = TermWords(name: "Bubble, Methane Gas", synonyms: ["methane froth"])
        #expect(try value("ending", child, under: TermWords(name: "Gas Bubbles")) == 1)
        #expect(try value("inside", child, under: TermWords(name: "methane")) == 1)
        #expect(try value("ending", child, under: TermWords(name: "froth")) == 1)
        #expect(try value("contained", child, under: TermWords(name: "gas bubble")) == 1)
        #expect(try value("contained", child, under: TermWords(name: "methane gas bubble")) == 0)
        #expect(try value("sameHead", child, under: TermWords(name: "bubble")) == 1)
    }

    @Test("what the vocabulary covers of a name counts against a parent that covers no more")
    func lead() throws {
        let child = TermWords(name: "methane gas")
        #expect(try value("coverLead", child, under: TermWords(name: "gas")) == 0)
        #expect(try value("coverLead", child, under: TermWords(name: "methane")) > 0)
        #expect(try value("vocabularyCover", child, under: TermWords(name: "gas")) > 0)
    }

    @Test("a definition of a megabyte without punctuation, and an empty name, cost nothing")
    func hostile() throws {
        let long = TermWords(name: "x", definition: String(repeating: "word ", count: 200_000))
        #expect(try value("genus", long, under: TermWords(name: "")) == 0)
        #expect(try value("covered", TermWords(name: "…"), under: TermWords(name: "--")) == 0)
        let names = TermWords(name: String(repeating: "gas ", count: 2_000))
        #expect(try value("inside", names, under: TermWords(name: "gas")).isFinite)
    }

    @Test("probabilities keep the order of the ratings and lie between 0 and 1")
    func probabilities() {
        let probabilities = PeerModel.standard.probabilities([-3, 5, 0.5, .infinity, -.infinity])
        #expect(probabilities.allSatisfy { (0...1).contains($0) })
        #expect(PeerModel.standard.probabilities([]).isEmpty)
        let joint = PeerModel.standard
        #expect(joint.joint(0.5, beside: nil) == 0.5)
        #expect(joint.joint(0.9, beside: 0.5) > joint.joint(0.1, beside: 0.5))
        #expect(joint.joint(0.5, beside: 0.1) > joint.joint(0.5, beside: 0.9))
    }
}
