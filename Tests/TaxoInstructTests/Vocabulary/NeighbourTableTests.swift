import TaxoInstruct
import Taxonomy
import Testing

@Suite("Concepts with similar names")
struct NeighbourTableTests {
    private func table() throws -> (NeighbourTable, Vocabulary) {
        let vocabulary = try Small.vocabulary()
        return (NeighbourTable(vocabulary.taxonomy, vocabulary.embeddings), vocabulary)
    }

    @Test("names without a common group of letters stand by their cosine, without the concept")
    func cosines() throws {
        let (table, vocabulary) = try table()
        let found = try #require(table.neighbours(of: [3])[3])
        #expect(found.map(\.index) == [4, 1, 0, 2, 5])
        for neighbour in found {
            let cosine = vocabulary.embeddings.cosines(with: vocabulary.embeddings.row(3))
            #expect(abs(neighbour.cosine - cosine[Int(neighbour.index)]) < 1e-6)
            #expect(neighbour.similarity == neighbour.cosine)
        }
    }

    @Test("what is kept is what is computed anew, whatever it was asked for with")
    func kept() throws {
        let (table, _) = try table()
        let alone = table.neighbours(of: [1])[1]?.map(\.index)
        let together = table.neighbours(of: [0, 1, 2, 3, 4, 5, 1])
        #expect(together.count == 6)
        #expect(together[1]?.map(\.index) == alone)
        #expect(together.values.allSatisfy { $0.count == 5 })
    }

    @Test("spelling adds the cosine of the groups of three letters")
    func spellings() throws {
        let vocabulary = try Sample.vocabulary()
        let table = NeighbourTable(vocabulary.taxonomy, vocabulary.embeddings)
        let spellings = table.spellings(of: 13)
        #expect(abs(spellings[13] - 1) < 1e-5)
        #expect(spellings[8] == 0)
        // “Hypertension, Renal” is “renal hypertension”.
        #expect(spellings[14] > 0.7)
        #expect(table.neighbours(of: [13])[13]?.first?.index == 14)
    }
}
