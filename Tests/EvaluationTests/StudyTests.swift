import Evaluation
import Foundation
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Studies")
struct StudyTests {
    /// A root over two classes of five leaves each.
    private func taxonomy() throws -> Taxonomy {
        let names = ["root", "a", "b"] + (1...5).map { "a\($0)" } + (1...5).map { "b\($0)" }
        return try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: [[], [0], [0]] + (0..<5).map { _ in [1] } + (0..<5).map { _ in [2] }
        )
    }

    @Test("sets are known children of a class, and its held-out children are to be found")
    func sets() throws {
        let taxonomy = try taxonomy()
        let heldOut = ["a2", "a5", "b1"]
        func queries(_ count: Int, least: Int = 3, limit: Int? = nil) -> [HeldOutSets.Query] {
            HeldOutSets.queries(
                of: taxonomy,
                heldOut: heldOut,
                seeds: count,
                least: least,
                seed: 1,
                limit: limit
            )
        }
        let three = queries(3)
        #expect(three.map(\.gold) == [[4, 7], [8]])
        #expect(Set(three[0].seeds) == [3, 5, 6])
        // More seeds hold the fewer ones, of the same classes.
        for (two, three) in zip(queries(2), three) {
            #expect(two.seeds == Array(three.seeds.prefix(2)) && two.gold == three.gold)
        }
        #expect(queries(3, least: 4).map(\.gold) == [[8]])
        #expect(queries(3, limit: 1).count == 1)
    }

    /// Two leaves under `a`, which the ranker puts second; the model is right for `hits` of them.
    private func placements(_ hits: Int) -> [PlacementRecord] {
        (0..<2).map { number in
            PlacementRecord(
                gold: [1],
                rated: RatedCandidates(
                    candidates: [2, 1],
                    ranker: [1, 0],
                    sums: number < hits ? [-3, -0.1] : [-0.1, -3],
                    perTokens: [0, 0]
                ),
                rest: [0],
                proposed: [1, 2],
                proposedWithoutModel: [2],
                processorSeconds: 0.5
            )
        }
    }

    @Test("figures are pooled over seeds, and differences are paired over the seeds both have")
    func placement() throws {
        var none = StudyVariant(name: "none")
        none.placements = [1: placements(0), 2: placements(1)]
        var all = StudyVariant(name: "all")
        all.placements = [2: placements(2)]
        all.trainingSeconds = [90, 30]
        all.trainingTokens = [10, 20]
        var report = EvaluationReport(title: "study")
        StudyReport(try taxonomy(), seed: 1)
            .addPlacements([none, all], against: "none", to: &report)
        let group = "placement by the model alone"
        let base = try #require(report.measures(group, "none"))
        #expect(base["queries"] == 4 && base["accuracy"] == 25)
        #expect(base["accuracyOverBase"] == nil)
        let other = try #require(report.measures(group, "all"))
        #expect(other["queries"] == 2 && other["accuracy"] == 100)
        // Over the second seed alone, where the base has one of two.
        #expect(other["accuracyOverBase"] == 50)
        #expect(other["amongCandidates"] == 100)
        #expect(other["processorSeconds"] == 0.5)
        #expect(other["trainingSeconds"] == 60 && other["trainingTokens"] == 15)
        let ranker = try #require(report.measures("placement by ranker and model", "ranker alone"))
        #expect(ranker["accuracy"] == 0 && ranker["processorSeconds"] == nil)
    }

    @Test("one parent and several are compared, apart for concepts of one and of several")
    func parents() throws {
        var variant = StudyVariant(name: "any")
        let two = PlacementRecord(
            gold: [1, 2],
            rated: RatedCandidates(candidates: [2, 1], ranker: [1, 0]),
            proposed: [1, 2],
            proposedWithoutModel: [2]
        )
        variant.placements = [1: [two] + placements(2)]
        var report = EvaluationReport(title: "study")
        StudyReport(try taxonomy(), seed: 1).addParents(variant, to: &report)
        let several = try #require(
            report.measures("of several parents", "several, with the model")
        )
        #expect(several["setF1"] == 100 && several["missedSecondParent"] == 0)
        let one = try #require(report.measures("of several parents", "one, with the model"))
        #expect(one["missedSecondParent"] == 100)
        #expect(report.measures("of one parent", "one, ranker alone")?["otherBranch"] == 100)
        #expect(report.measures("all", "several, with the model")?["queries"] == 3)
        #expect(report.measures("all", "several, with the model")?["proposed"] == 2)
    }

    @Test("sets are ranked by rating, by what was written and by all, with orders and agreement")
    func expansion() throws {
        func record(_ likelihood: [Double]) -> SetRecord {
            SetRecord(
                gold: [3],
                RatedSiblings(
                    pool: [3, 8],
                    ranker: [0, 1],
                    votes: [0, 1],
                    likelihood: likelihood,
                    orders: 3,
                    agreement: 0.5
                ),
                processorSeconds: 2
            )
        }
        var wrong = StudyVariant(name: "wrong")
        wrong.sets = [1: [record([0, 1])]]
        var right = StudyVariant(name: "right")
        right.sets = [1: [record([1, 0])]]
        var report = EvaluationReport(title: "study")
        StudyReport(try taxonomy(), seed: 1)
            .addSets([wrong, right], against: "wrong", to: &report)
        let rating = try #require(report.measures("siblings by the model's rating alone", "right"))
        #expect(rating["mapAt10"] == 100 && rating["mapAt10OverBase"] == 50)
        #expect(rating["orders"] == 3 && rating["agreement"] == 0.5)
        #expect(report.measures("siblings as the model wrote them", "right")?["mapAt10"] == 0)
        let joined = try #require(report.measures("siblings by all parts", "right"))
        #expect(joined["mapAt10"] == 100 && joined["mapAt10OverRanker"] == 50)

        var further = StudyVariant(name: "further", base: "right")
        further.sets = wrong.sets
        StudyReport(try taxonomy(), seed: 1)
            .addSets([wrong, right, further], against: "wrong", to: &report)
        let worse = report.measures("siblings by the model's rating alone", "further")
        #expect(worse?["mapAt10OverBase"] == -50)

        let table = report.markdown(["queries", "mapAt10", "agreement", "nothing"])
        #expect(table.contains("| siblings by all parts | queries | mapAt10 | agreement |"))
        #expect(table.contains("| right | 1 | 100.0 [100.0, 100.0] | 0.50 [0.50, 0.50] |"))
    }
}
