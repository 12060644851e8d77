import TaxoInstruct
import Testing

@Suite("The linear ranker")
struct LinearRankerTests {
    private func lists(_ golden: LearnersGolden.Linear) -> [RankingList] {
        golden.lists.map { RankingList(features: $0.features, isRight: $0.isRight) }
    }

    @Test("agrees with the same descent in numpy, and gives what does not vary no weight")
    func golden() throws {
        let golden = try LearnersGolden.read().linear
        let ranker = LinearRanker.fit(lists(golden))
        // 64 bits here and there; sums in another order.
        expectClose(ranker.means, golden.means, within: 1e-12)
        expectClose(ranker.scales, golden.scales, within: 1e-9)
        expectClose(ranker.weights, golden.weights, within: 1e-6)
        #expect(ranker.scales[3] == 0)
    }

    @Test("as odds it has the scale and the bias of an independent logistic fit")
    func odds() throws {
        let golden = try LearnersGolden.read().linear
        let lists = lists(golden)
        let ranker = LinearRanker.fit(lists)
        let odds = ranker.asOdds(of: lists)
        expectClose(odds.weights, golden.weights.map { $0 * golden.odds[0] }, within: 1e-5)
        #expect(abs(odds.bias - golden.odds[1]) < 1e-5)
        let row: [Float] = [1, 0, -1, 1]
        #expect(abs(odds.score(row) - odds.bias - golden.odds[0] * ranker.score(row)) < 1e-5)
    }

    @Test("a score is the bias and what each feature adds to it")
    func contributions() throws {
        let lists = lists(try LearnersGolden.read().linear)
        let ranker = LinearRanker.fit(lists).asOdds(of: lists)
        let row: [Float] = [0.5, -2, 1, 1]
        let parts = ranker.contributions(row)
        #expect(abs(ranker.bias + parts.reduce(0, +) - ranker.score(row)) < 1e-12)
        #expect(parts[3] == 0)
    }

    @Test("without a list that has an answer it is the prior")
    func nothing() throws {
        let lists = lists(try LearnersGolden.read().linear)
        let prior = LinearRanker.fit(lists)
        let unanswered = RankingList(features: [[1, 2, 3, 4]], isRight: [false])
        #expect(LinearRanker.fit([unanswered], prior: prior) == prior)
        #expect(LinearRanker.fit([]).weights.isEmpty)
    }
}
