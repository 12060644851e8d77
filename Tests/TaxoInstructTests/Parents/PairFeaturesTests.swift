import Glibc
import TaxoInstruct
import Taxonomy
import Testing

@Suite("What is read of a child and a new concept above it")
struct PairFeaturesTests {
    @Test("cosines, places and sizes are those of the pair")
    func vectors() throws {
        let vocabulary = try Small.vocabulary()
        let newcomer = Insertion.Newcomer(terms: ["zzz"], cosines: Small.cosines)
        let rows = PairFeatures(vocabulary.view()).rows(newcomer, under: [1], [3, 4])
        #expect(rows.count == 2 && rows.allSatisfy { $0.count == 18 })
        expectClose(rows.map { $0[0] }, [0.8, 0.6], within: 1e-6)
        // Mean 0.7, deviation 0.1.
        expectClose(rows.map { $0[1] }, [1, -1], within: 1e-4)
        // bbb lies at 60°, ddd at 36.87°, eee at 53.13°.
        let toParent = [cos(0.40367), cos(0.11990)]
        expectClose(rows.map { $0[2] }, [0.8 - toParent[0], 0.6 - toParent[1]], within: 1e-4)
        expectClose(rows.map { $0[3] }, [0.3, 0.1], within: 1e-6)
        // Each is near to the other alone.
        expectClose(rows.map { $0[12] }, [0.96, 0.96], within: 1e-5)
        #expect(rows.allSatisfy { $0[13] == log(2) && $0[14] == 0 })
        // One word that no parent's name holds; both are below the one parent.
        #expect(rows.allSatisfy { $0[15] == 1 && $0[16] == 1 && $0[17] == 0 })
    }

    @Test("a child whose name holds the new one's words is told, by share and as a whole")
    func names() throws {
        let vocabulary = try Sample.vocabulary()
        let newcomer = Insertion.Newcomer(
            terms: ["Heart Failure, Acute", "Cardiac Failure"],
            cosines: [Float](repeating: 0, count: 16)
        )
        let rows = PairFeatures(vocabulary.view()).rows(newcomer, under: [1], [2, 4])
        // All words that some name holds stand in the child's; the weight of “acute”, which stands
        // in none, keeps the first term's share down.
        #expect(rows[0][4] == 1 && rows[0][5] > 0 && rows[0][5] < 1)
        // The second term is a synonym of Heart Failure.
        #expect(rows[0][6] == 1 && rows[0][7] == 1)
        #expect(rows[0][10] == 1 && rows[1][10] == 0)
        #expect(rows[1][4...9].allSatisfy { $0 == 0 })
    }
}
