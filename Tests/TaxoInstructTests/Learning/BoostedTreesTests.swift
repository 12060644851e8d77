import Inference
import TaxoInstruct
import Testing

@Suite("Fitting")
struct BoostedTreesTests {
    /// Lists of eight candidates; right is one whose two features are both high or both low.
    private func lists(_ count: Int, seed: UInt64) -> [RankingList] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            let rows = (0..<8).map { _ in
                [Float(generator.uniform()), Float(generator.uniform())]
            }
            return RankingList(
                features: rows,
                isRight: rows.map { ($0[0] > 0.5) == ($0[1] > 0.5) }
            )
        }
    }

    @Test("trees learn what no weighted sum can: two features that must agree")
    func agreement() {
        let train = lists(300, seed: 1)
        var options = BoostedTrees.Options()
        options.featureShare = 1
        options.rounds = 60
        let trees = BoostedTrees.grow(
            train,
            base: train.map { _ in [Double](repeating: 0, count: 8) },
            options
        )
        #expect(trees.score([0.9, 0.8]) > 1)
        #expect(trees.score([0.1, 0.2]) > 1)
        #expect(trees.score([0.9, 0.2]) < -1)
        #expect(trees.score([0.1, 0.8]) < -1)
    }

    @Test("scores are odds: of one in four, of three in four")
    func odds() {
        let train = (0..<300).map { _ in
            RankingList(
                features: (0..<8).map { [$0 < 4 ? 0 : 1] },
                isRight: [true, false, false, false, true, true, true, false]
            )
        }
        var options = BoostedTrees.Options()
        options.featureShare = 1
        let trees = BoostedTrees.grow(
            train,
            base: train.map { _ in [Double](repeating: 0, count: 8) },
            options
        )
        // log 3 = 1.1.
        #expect(abs(trees.score([0]) + 1.1) < 0.05)
        #expect(abs(trees.score([1]) - 1.1) < 0.05)
    }

    @Test("candidates far down that are thinned out still hold the odds down")
    func thinning() {
        var options = BoostedTrees.Options()
        options.width = 2
        options.featureShare = 1
        // The base puts the right ones first; the rest, of which few are taken, are all wrong.
        let train = (0..<300).map { list in
            RankingList(
                features: (0..<20).map { [Float($0), Float((list + $0) % 5)] },
                isRight: (0..<20).map { $0 == 0 }
            )
        }
        let base = train.map { _ in (0..<20).map { $0 < 2 ? 1.0 : 0.0 } }
        let trees = BoostedTrees.grow(train, base: base, options)
        #expect(trees.score([0, 1]) > 1)
        #expect(trees.score([12, 1]) < -1.5)
    }

    @Test("a logistic regression with a start far off ends at the best weights all the same")
    func farStart() {
        // Most answers are plain: whole steps of Newton's method leave for infinity.
        let rows = (0..<400).map { [Double($0) / 10 - 20] }
        let answers = rows.enumerated().map { $0.element[0] > 15 || $0.offset == 100 }
        let fitted = LogisticRegression.fit(
            rows,
            answers,
            ridge: 1,
            prior: LogisticRegression(weights: [1], bias: 0)
        )
        #expect(fitted.weights[0].isFinite && fitted.weights[0] > 0 && fitted.weights[0] < 5)
        #expect(fitted.probability([19]) > 0.8)
        #expect(fitted.probability([0]) < 0.1)
    }
}
