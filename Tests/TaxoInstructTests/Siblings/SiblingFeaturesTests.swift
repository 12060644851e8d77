import TaxoInstruct
import Taxonomy
import Testing

@Suite("What the ranker of siblings reads")
struct SiblingFeaturesTests {
    /// Heart Failure and Heart Arrest; a pool of heart and lung diseases.
    private let seeds = [2, 3]
    private let pool = [1, 4, 6, 8, 9]

    private func columns(hiding: [String] = []) throws -> [String: [Float]] {
        let vocabulary = try Sample.vocabulary()
        let rows = SiblingFeatures.rows(
            pool,
            SiblingFeatures.Seeds(seeds, vocabulary),
            vocabulary.view(hiding: hiding)
        )
        #expect(rows.allSatisfy { $0.count == SiblingFeatures.names.count })
        return Dictionary(
            uniqueKeysWithValues: SiblingFeatures.names.enumerated().map { column, name in
                (name, rows.map { $0[column] })
            }
        )
    }

    @Test("every name is there once, and similarities are in standard deviations over the pool")
    func standardised() throws {
        #expect(Set(SiblingFeatures.names).count == SiblingFeatures.names.count)
        let columns = try columns()
        for name in ["cosine", "words", "spelling", "neighbours", "narrowAbove"] {
            let column = try #require(columns[name])
            #expect(abs(column.reduce(0, +)) < 1e-4, "\(name)")
            #expect(abs(column.reduce(0) { $0 + $1 * $1 } / 5 - 1) < 1e-4, "\(name)")
        }
    }

    @Test("words of name and head are compared with the seeds'")
    func words() throws {
        let columns = try columns()
        // Of the pool only “Heart Diseases” begins as the seeds do; no head is one of theirs.
        #expect(columns["firstWord"] == [1, 0, 0, 0, 0])
        #expect(columns["head"] == [0, 0, 0, 0, 0])
        #expect(columns["source"] == [1, 1, 1, 1, 1])
        #expect(columns["commonWords"] == [1, 0, 0, 0, 0])
        #expect(columns["haveCommonWords"] == [1, 1, 1, 1, 1])
        #expect(columns["length"] == [0, 1, 0, 1, 1])
        #expect(columns["isDefined"] == [0, 0, 0, 0, 0])
    }

    @Test("parents that are known are no prediction: both seeds' is Heart Diseases")
    func parents() throws {
        #expect(try columns()["isParent"] == [1, 0, 0, 0, 0])
        // Hidden, nothing is known, and what names predict is shared by several.
        let hidden = try columns(hiding: [Sample.identifier("Diseases")])["isParent"]
        #expect(try #require(hidden).allSatisfy { $0 < 1 })
    }

    @Test("similarities of the seeds are means over them")
    func seedsMean() throws {
        let rows = SiblingFeatures.Seeds.mean([[1, 2, 3], [3, 2, 0]])
        #expect(rows == [2, 2, 1.5])
        #expect(SiblingFeatures.Seeds.mean([]).isEmpty)
        let seeds = SiblingFeatures.Seeds(self.seeds, try Sample.vocabulary())
        #expect(abs(seeds.cosines[0][2] - 1) < 1e-5 && abs(seeds.spellings[1][3] - 1) < 1e-5)
    }
}
