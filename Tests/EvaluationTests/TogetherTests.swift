import Contract
import Evaluation
import Fixtures
import TaxoInstruct
import Taxonomy
import Testing

@Suite("New terms asked together")
struct TogetherTests {
    private func vocabulary() throws -> Vocabulary {
        try Sample.vocabulary(of: try Sample.taxonomy(classes: 3, leaves: 4))
    }

    @Test("a parent that is new counts, cycles are counted, and the two rankings are paired")
    func report() throws {
        let lines = [
            RolloverQuery(id: "N:1", name: "acid lake", parents: ["class 1"]),
            RolloverQuery(id: "N:2", name: "cold acid lake", parents: ["N:1"]),
            RolloverQuery(id: "N:3", name: "lost", parents: ["nowhere"]),
        ]
        let evaluation = TogetherEvaluation(try vocabulary(), queries: lines, seed: 1)
        let report = try evaluation.run { query in
            let peers = query.batch.map { ($0.identifier, 0.9, true) }
            return (peers + [("class 1", 0.5, false)]).map {
                RankedParent(
                    identifier: $0.0,
                    name: $0.0,
                    probability: $0.1,
                    isPeer: $0.2,
                    ownProbability: $0.2 ? $0.1 : nil,
                    isProposed: true
                )
            }
        }
        #expect(report.measures("all", "together")?["queries"] == 2)
        #expect(report.measures("all", "alone")?["hitAt1"] == 50)
        #expect(report.measures("newParent", "alone")?["hitAt1"] == 0)
        #expect(report.measures("newParent", "together")?["hitAt1"] == 100)
        #expect(report.measures("newParent", "gain")?["hitAt1"] == 100)
        #expect(report.measures("oldParents", "gain")?["hitAt1"] == 0)
        #expect(report.measures("batch", "together")?["cycles"] == 0)
        #expect(report.measures("batch", "together")?["queries"] == 3)
    }

    @Test("drawn terms have a parent, none is barred, and the same seed draws the same")
    func draw() throws {
        let taxonomy = try Sample.taxonomy(classes: 6, leaves: 6)
        func draw(_ seed: UInt64) -> NewTerms {
            NewTerms(
                of: taxonomy,
                count: 12,
                namesOnly: false,
                isBarred: { $0.name == "class 1" },
                seed: seed
            )
        }
        let drawn = draw(1)
        #expect(drawn.terms.count >= 12)
        #expect(drawn.terms == draw(1).terms)
        #expect(!drawn.terms.contains { $0.name == "root" || $0.name == "class 1" })
        for (place, parents) in drawn.parents.enumerated() {
            let own = taxonomy.parents[drawn.concepts[place]]
            #expect(parents.allSatisfy { own.contains(drawn.concepts[$0]) })
        }
    }

    @Test("barred names are known by the hash of their words, whatever their order and spelling")
    func barred() {
        // The first 16 digits of `printf 'disease heart' | sha256sum`.
        let names = BarredNames(["ec06a34005fddef3\n"])
        #expect(names.contains("Heart Disease"))
        #expect(names.contains("disease, heart"))
        #expect(!names.contains("Heart Diseases"))
        #expect(!BarredNames([]).contains("Heart Disease"))
    }

    @Test("the fit judges each vocabulary by the others and tells right from wrong pairs")
    func fit() throws {
        func source(_ words: [String]) throws -> PeerFitting.Source {
            var concepts = [Concept(identifier: "r", name: "root")]
            var parents: [[Int]] = [[]]
            for one in words {
                let top = concepts.count
                concepts.append(Concept(identifier: one, name: "\(one) stone"))
                parents.append([0])
                for other in words where other != one {
                    concepts.append(
                        Concept(
                            identifier: "\(one) \(other)",
                            name: "\(other) \(one) stone",
                            definition: "A \(one) stone that is \(other)."
                        )
                    )
                    parents.append([top])
                }
            }
            return PeerFitting.Source(
                name: words[0],
                taxonomy: try Taxonomy(concepts: concepts, parents: parents)
            )
        }
        var options = PeerFitting.Options()
        options.terms = 30
        let report = PeerFitting(
            [
                try source(["red", "green", "blue", "black", "white", "grey", "pink", "brown"]),
                try source(["hard", "soft", "dry", "wet", "hot", "cold", "old", "new"]),
            ],
            options
        ) { _ in false }
        .run()
        for group in ["red", "hard"] {
            let measures = try #require(report.measures(group, "held"))
            #expect(try #require(measures["withParent"]) > 10)
            #expect(try #require(measures["hitAt1"]) > 80)
        }
        #expect(report.notes.first?.contains("pair: weights") == true)
    }
}
