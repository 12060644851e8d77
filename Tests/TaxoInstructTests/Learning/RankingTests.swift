import Synchronization
import TaxoInstruct
import Testing

@Suite("Orders and parallel maps")
struct RankingTests {
    @Test("the first few of an order are the top scores, and ties stand by position")
    func order() {
        let scores: [Double] = [0.5, 2, -1, 2, 0.5]
        #expect(Ranking.order(scores) == [1, 3, 0, 4, 2])
        for count in 0...6 {
            #expect(
                Ranking.top(count, of: scores.map(Float.init))
                    == Array(Ranking.order(scores).prefix(count))
            )
        }
    }

    @Test("values come in the order of their positions, and progress reaches all")
    func parallel() {
        let most = Mutex(0)
        let squares = parallelMap(
            500,
            progress: { done, all in most.withLock { $0 = max($0, all == 500 ? done : 0) } },
            { $0 * $0 }
        )
        #expect(squares == (0..<500).map { $0 * $0 })
        #expect(most.withLock(\.self) == 500)
        #expect(parallelMap(0) { $0 }.isEmpty)
    }

    @Test("of several errors the first position's is thrown")
    func errors() {
        struct Odd: Error, Equatable { let position: Int }
        #expect(throws: Odd(position: 7)) {
            try parallelMap(100) { position in
                if position >= 7, position % 2 == 1 { throw Odd(position: position) }
                return position
            }
        }
    }
}
