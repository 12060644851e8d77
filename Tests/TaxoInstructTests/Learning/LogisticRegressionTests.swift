import Glibc
import TaxoInstruct
import Testing

@Suite("Logistic regression")
struct LogisticRegressionTests {
    @Test("finds the minimum that an independent minimiser finds, whatever the ridge")
    func golden() throws {
        let golden = try LearnersGolden.read().logistic
        for one in golden.fits {
            let fitted = LogisticRegression.fit(
                golden.rows,
                golden.answers,
                ridge: one.ridge,
                prior: LogisticRegression(weights: golden.prior, bias: 0)
            )
            // BFGS ends at a gradient of 1e-10 or where it cannot go on, some 1e-7 away.
            expectClose(fitted.weights + [fitted.bias], one.values, within: 1e-5)
        }
    }

    @Test("a bias alone is the logarithm of the odds")
    func bias() {
        let fitted = LogisticRegression.fit(
            [[], [], [], []],
            [true, true, true, false],
            prior: LogisticRegression(weights: [], bias: 0)
        )
        #expect(abs(fitted.bias - log(3)) < 1e-8)
        #expect(abs(fitted.probability([]) - 0.75) < 1e-8)
    }

    @Test("without rows it is the prior; answers that are all alike do not run away")
    func edges() {
        let prior = LogisticRegression(weights: [2, -1], bias: 0.5)
        #expect(LogisticRegression.fit([], [], prior: prior) == prior)
        let fitted = LogisticRegression.fit([[1, 0], [2, 1]], [true, true], prior: prior)
        #expect(fitted.weights.allSatisfy { $0.isFinite } && fitted.bias.isFinite)
        #expect(fitted.probability([1, 0]) > prior.probability([1, 0]))
    }
}
