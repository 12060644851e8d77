import Glibc
import TaxoInstruct
import Testing

@Suite("How ranker and model are joined")
struct ModelWeightTests {
    private func lists() throws -> [RatedList] {
        try LearnersGolden.read().joined.lists.map { list in
            RatedList(
                scores: list.numbers[0],
                sums: list.numbers[1],
                perTokens: list.numbers[2],
                isRight: list.isRight,
                features: list.isRight.map { _ in [] }
            )
        }
    }

    @Test("each list gets the weights that an independent minimiser fits on the other folds")
    func golden() throws {
        let golden = try LearnersGolden.read().joined.weights
        for (position, weight) in ModelWeight.crossFitted(try lists()).enumerated() {
            let expected = golden[position % 5]
            // Twenty steps of Newton end at machine precision, BFGS some 1e-7 away.
            expectClose([weight.ranker, weight.sum, weight.perToken], expected, within: 1e-5)
        }
    }

    @Test("a model that helps is given weight; where there is nothing to judge it by, none")
    func helpful() throws {
        let (weight, gain) = ModelWeight.fit(try lists(), seed: 1)
        #expect(weight.usesModel)
        #expect(gain.loss.low <= gain.loss.mean && gain.loss.mean <= gain.loss.high)
        #expect(ModelWeight.fit([], seed: 1).weight == .withoutModel)
    }

    @Test("log-shares are those of the likelihoods, mixed with one part in twenty of equal ones")
    func shares() {
        let shares = ModelWeight.logShares([log(3), 0, -1000])
        expectClose(
            shares,
            [log(0.95 * 0.75 + 0.05 / 3), log(0.95 * 0.25 + 0.05 / 3), log(0.05 / 3)],
            within: 1e-12
        )
        #expect(ModelWeight.logShares([]).isEmpty)
    }

    @Test("a joined score is the weighted sum of the three")
    func joined() {
        let weight = ModelWeight.standard
        #expect(abs(weight.joined(2, sum: -1, perToken: -3) - (1.6 - 0.17 - 0.6)) < 1e-12)
        #expect(ModelWeight.withoutModel.joined(2, sum: -1, perToken: -3) == 2)
    }
}
