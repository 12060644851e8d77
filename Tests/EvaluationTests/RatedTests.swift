import Evaluation
import Fixtures
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Ratings kept for studies")
struct RatedTests {
    /// Ten terms with four candidates each; the ranker is wrong, the model says `sums`.
    private func joined(_ sums: [Double]) -> [[Concept.Index]] {
        let terms = (0..<10).map { number in
            RatedCandidates(
                candidates: (0..<4).map { 10 * number + $0 },
                ranker: [1, 0.9, 0.8, 0.7],
                sums: sums,
                perTokens: sums
            )
        }
        return RatedCandidates.joined(
            terms,
            right: (0..<10).map { [10 * $0 + 2] },
            seed: 1
        )
    }

    @Test("a model that knows lifts the right ones, one that errs is given no weight")
    func joining() {
        let right = joined([-3, -3, -0.1, -3])
        #expect(right.enumerated().allSatisfy { $1.first == 10 * $0 + 2 })
        // It says so of the wrong ones everywhere: weights of the other folds take it away.
        let wrong = joined([-3, -3, -9, -0.1])
        #expect(wrong.enumerated().allSatisfy { $1.first != 10 * $0 + 3 })
    }

    @Test("by the model alone the candidates stand by likelihood, ties as the ranker has them")
    func byModel() {
        let rated = RatedCandidates(
            candidates: [7, 5, 9],
            ranker: [3, 2, 1],
            sums: [-2, -1, -2],
            perTokens: [-1, -1, -1]
        )
        #expect(rated.isRated)
        #expect(rated.byModel == [5, 7, 9])
        #expect(!RatedCandidates(candidates: [7], ranker: [1]).isRated)
    }

    @Test("siblings stand by ranker, rating or votes, and what no order wrote has no vote")
    func siblings() {
        let rated = RatedSiblings(
            pool: [4, 2, 8],
            ranker: [0.1, 0.5, 0.3],
            votes: [0.1, 0, 0.2],
            likelihood: [0, 2, 2]
        )
        #expect(rated.byRanker == [2, 8, 4])
        #expect(rated.byLikelihood == [2, 8, 4])
        #expect(rated.byVotes == [8, 4])
    }

    @Test("an expander rates only what is allowed, and hides the place of what is asked for")
    func expander() throws {
        let vocabulary = try Sample.vocabulary(of: Sample.taxonomy(classes: 3, leaves: 4))
        let expander = Expander(
            vocabulary: vocabulary,
            model: ScriptedModel(),
            encoder: HashingEncoder(),
            settings: MethodSettings(),
            settingsSHA256: "s"
        )
        let (parent, held) = (1, 5)
        let rated = try expander.rateSiblings(
            of: [2, 3, 4],
            hiding: [vocabulary.taxonomy.concepts[held].identifier],
            among: [held, parent]
        )
        #expect(rated.pool == [held])
        #expect(rated.isRated)
    }
}
