import Glibc
import Inference
import Taxonomy
import Testing

import TaxoInstruct

@Suite("Look-up tables")
struct IndexTests {
    @Test("cosines agree with a plain sum, in rows that are no multiple of the lanes")
    func cosines() {
        var generator = SplitMix64(seed: 7)
        let rows = (0..<3 * 37).map { _ in Float(generator.next(below: 1_000)) / 1_000 - 0.5 }
        let table = EmbeddingTable(rows: rows, dimension: 37)
        let query = table.row(1)
        for (index, cosine) in table.cosines(with: query).enumerated() {
            let row = table.row(index)
            let plain = zip(row, query).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(Double(cosine) - plain) < 1e-5)
        }
    }

    @Test("rows of a mapped table are read where they lie")
    func mapped() {
        final class Owner {
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
            deinit { memory.deallocate() }
        }
        let owner = Owner()
        for index in 0..<4 { owner.memory[index] = Float(index) }
        let table = EmbeddingTable(mapped: owner.memory, count: 2, dimension: 2, owner: owner)
        #expect(table.row(1) == [2, 3])
    }

    @Test("a term is most similar to itself, and not at all to one without a common group")
    func trigrams() throws {
        let vocabulary = try Sample.vocabulary()
        let similarities = vocabulary.trigrams.similarities(to: "heart failure")
        let lexicon = vocabulary.lexicon
        let terms = (0..<lexicon.termCount).map {
            String(decoding: lexicon.key($0), as: UTF8.self)
        }
        let own = try #require(terms.firstIndex(of: "heart failure"))
        let other = try #require(terms.firstIndex(of: "asthma"))
        #expect(abs(similarities[own] - 1) < 1e-5)
        #expect(similarities[other] == 0)
        #expect(similarities.allSatisfy { $0 <= 1.00001 })
    }

    @Test("names are found within a text in natural order and lower case")
    func containment() throws {
        let vocabulary = try Sample.vocabulary()
        let text = Lexicon.lowered("Severe RENAL Hypertension")
        let found = vocabulary.lexicon.conceptsNamed(within: text)
        #expect(
            found.map { vocabulary.taxonomy.concepts[$0].name }
                == ["Hypertension", "Hypertension, Renal"]
        )
    }

    @Test("the random sequence is the published one")
    func splitMix() {
        var generator = SplitMix64(seed: 0)
        #expect(generator.next() == 0xE220_A839_7B1D_CDAF)
        #expect(generator.next() == 0x6E78_9E6A_A1B9_65F4)
    }

    @Test("the top scores come best first, and ties in the order of the index")
    func top() {
        #expect(Ranking.top(3, of: [1, 5, 2, 5, 0]) == [1, 3, 2])
        #expect(Ranking.top(9, of: [1, 2]) == [1, 0])
        #expect(Ranking.top(0, of: [1, 2]) == [])
    }

    @Test("log-softmax sums to one and standardised scores have unit variance")
    func scales() {
        let probabilities = Ranking.logSoftmax([-900, -901, -905])
        #expect(probabilities.allSatisfy { $0 <= 0 && $0.isFinite })
        #expect(Ranking.standardised([1, 1, 1]) == [0, 0, 0])
        let standardised = Ranking.standardised([1, 2, 3, 6])
        #expect(abs(standardised.reduce(0) { $0 + $1 * $1 } / 4 - 1) < 1e-12)
    }

    @Test("concepts whose predicted parents differ agree in the ancestors, narrow before wide")
    func predictedAncestors() throws {
        func entry(_ parents: [(String, Float)]) -> ParentPredictor.Prediction {
            ParentPredictor.Prediction(
                parents: parents.map { name, _ in
                    Sample.lines.firstIndex { $0.name == name } ?? -1
                },
                probabilities: parents.map(\.1)
            )
        }
        let lineage = Lineage(VisibleTaxonomy(try Sample.taxonomy()))
        let seeds = [
            entry([("Heart Failure", 1)]), entry([("Myocarditis", 0.5), ("Asthma", 0.5)]),
        ]
        let above = PredictedAncestors(seeds, lineage)
        // All 16 concepts are Diseases, 6 are Heart Diseases; each counts with what is below it.
        let (all, heart) = (Float(0), log(Float(16) / 6))
        let features = above.features(of: entry([("Heart Arrest", 1)]))
        // Of the first seed it shares both ancestors wholly, of the second Heart Diseases by half.
        let second = 1 + Float(0.5).squareRoot()
        let expected: [Float] = [
            (2 + second) / 2, second,
            (all + heart + Float(0.5).squareRoot() * heart) / 2, Float(0.5).squareRoot() * heart,
            all + heart * 0.5,
        ]
        #expect(zip(features, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(features)")
        let lung = above.features(of: entry([("Pneumonia", 1)]))
        #expect(lung[2] < features[2] && lung[4] == 0)
        #expect(PredictedAncestors([], lineage).features(of: seeds[0]) == [0, 0, 0, 0, 0])
    }
}
