import TaxoInstruct
import Testing

@Suite("Orders of the seeds")
struct SeedOrdersTests {
    private func orders(
        _ count: Int,
        limit: Int = 12,
        all: Bool = false,
        shown: Int = 12
    ) -> [[Int]] {
        SeedOrders(Array(0..<count), limit: limit, all: all, shown: shown, seed: 5).orders
    }

    @Test("few seeds are shown in all orders, the given one first")
    func few() {
        #expect(orders(1) == [[0]])
        #expect(orders(3).count == 6 && Set(orders(3)).count == 6)
        #expect(orders(3).first == [0, 1, 2])
        #expect(orders(4, all: true).count == 24)
    }

    @Test("of more seeds a sample is, each order once")
    func sample() {
        for count in [4, 9] {
            let sample = orders(count)
            #expect(sample.count == 12 && Set(sample).count == 12)
            #expect(sample.first == Array(0..<count))
            #expect(sample.allSatisfy { $0.sorted() == Array(0..<count) })
        }
        #expect(orders(9) == orders(9))
        #expect(orders(5, all: true).count == 12)
    }

    @Test("no order shows more seeds than a prompt may")
    func shown() {
        let sample = orders(20, shown: 6)
        #expect(sample.allSatisfy { $0.count == 6 && Set($0).count == 6 })
        // Two seeds of which one is shown have two orders, however many are wanted.
        #expect(Set(orders(2, shown: 1)) == [[0], [1]])
    }
}
