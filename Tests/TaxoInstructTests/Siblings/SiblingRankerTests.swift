import Glibc
import TaxoInstruct
import Testing

@Suite("The ranker of siblings")
struct SiblingRankerTests {
    @Test("a score is the weighted sum of clipped standard deviations, and bounded sums of them")
    func scores() {
        let ranker = SiblingRanker(
            means: [1, 0],
            scales: [2, 1],
            weights: [0.5, -1],
            units: [.init(bias: 0.25, output: 3, weights: [0.125, 0])]
        )
        let scores = ranker.scores([[2, 0.5], [100, -100]])
        // (2 − 1) · 2 = 2 standard deviations of the first feature, half of one of the second.
        let first = 0.5 * 2 - 0.5 + 3 * tanh(0.25 + 0.125 * 2)
        // Neither counts for more than four.
        let second = 0.5 * 4 + 4 + 3 * tanh(0.25 + 0.125 * 4)
        expectClose(scores, [first, second], within: 1e-5)
    }

    @Test("what ships has a weight for every feature that is read")
    func standard() {
        let standard = SiblingRanker.standard
        let count = SiblingFeatures.names.count
        #expect(standard.weights.count == count && standard.means.count == count)
        #expect(standard.scales.count == count)
        #expect(standard.units.count == 16)
        #expect(standard.units.allSatisfy { $0.weights.count == count })
    }

    @Test("probabilities are logistic in the logarithms of share and rank")
    func probabilities() {
        func logistic(_ sum: Double) -> Double { 1 / (1 + exp(-sum)) }
        expectClose(SiblingRanker.probabilities([7]), [logistic(4.99)], within: 1e-12)
        expectClose(
            SiblingRanker.probabilities([0, 0]),
            [logistic(4.99 + 1.69 * log(0.5)), logistic(4.99 + 1.69 * log(0.5) + 0.31 * log(2))],
            within: 1e-12
        )
        #expect(SiblingRanker.probabilities([]).isEmpty)
    }
}
