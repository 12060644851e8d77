import Evaluation
import Foundation
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Measures")
struct MeasuresTests {
    /// animal → mammal → seal, dog; animal → bird → owl; pet → dog.
    private func taxonomy() throws -> Taxonomy {
        let names = ["animal", "mammal", "seal", "dog", "bird", "owl", "pet"]
        return try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: [[], [0], [1], [1, 6], [0], [4], []]
        )
    }

    private func outcome(
        _ gold: Set<Int>,
        _ ranking: [Int],
        proposed: Set<Int>? = nil,
        _ probability: Double? = nil
    ) -> PlacementOutcome {
        PlacementOutcome(
            gold: gold,
            ranking: ranking,
            proposed: proposed ?? Set(ranking.prefix(1)),
            probability: probability
        )
    }

    @Test("placement counts any parent, all parents, sets and the ways to miss")
    func placement() throws {
        let measures = PlacementMeasures(try taxonomy(), seed: 1).measures([
            outcome([1, 6], [1, 0, 6]),
            outcome([1], [0, 4, 1]),
            outcome([4], [5, 4]),
            outcome([4], [6, 1, 0, 2, 3, 4]),
        ])
        #expect(measures["queries"] == 4)
        #expect(measures["hitAt1"] == 25)
        #expect(measures["recallAt5"] == 75)
        #expect(measures["recallAt10"] == 100)
        #expect(measures["mrr"] == 50)
        #expect(measures["tooHigh"] == 25)
        #expect(measures["tooLow"] == 25)
        #expect(measures["otherBranch"] == 25)
        #expect(measures["missedSecondParent"] == 25)
        // 2/3 of the first query, nothing of the others.
        #expect(measures["setF1"] == 16.6667)
        // 1; 2·1/(1+2); 2·2/(3+2); no common ancestor.
        #expect(measures["wuPalmer"] == 61.6667)
        #expect(measures["expectedCalibrationError"] == nil)
        let flat = measures.flat
        #expect(flat["hitAt1Low"] != nil && flat["hitAt1High"] != nil)
        #expect(flat["queriesLow"] == nil)
    }

    @Test("nearness and calibration need probabilities")
    func probabilities() throws {
        let measures = PlacementMeasures(try taxonomy(), seed: 1).measures([
            outcome([1], [1], 0.9), outcome([1], [0], 0.8), outcome([4], [5], 0.7),
            outcome([4], [6], 0.1),
        ])
        #expect(measures["precisionAt35Coverage"] == 100)
        #expect(measures["coverageAt90Precision"] == 25)
        // |1 − 0.9|, 0.8, 0.7 and 0.1 over four bins of one.
        #expect(measures["expectedCalibrationError"] == 0.425)
    }

    @Test("precision, coverage and calibration error of hand-made answers")
    func formulas() {
        let answers = [(0.9, true), (0.8, true), (0.6, false), (0.5, true), (0.2, false)]
        #expect(PlacementMeasures.precision(answers, coverage: 0.4) == 1)
        #expect(PlacementMeasures.precision(answers, coverage: 0.6) == 2.0 / 3.0)
        #expect(PlacementMeasures.coverage(answers, precision: 0.75) == 0.8)
        #expect(PlacementMeasures.coverage(answers, precision: 0.9) == 0.4)
        // Forty answers of 0.5, half of them right, are calibrated.
        let calibrated = (0..<40).map { (0.5, $0.isMultiple(of: 2)) }
        #expect(PlacementMeasures.calibrationError(calibrated) == 0)
        let boastful = (0..<40).map { _ in (0.8, false) }
        #expect(abs(PlacementMeasures.calibrationError(boastful) - 0.8) < 1e-12)
    }

    @Test("a gain is paired: equal rankings differ by nothing, for certain")
    func gain() throws {
        let placement = PlacementMeasures(try taxonomy(), seed: 1)
        let right = (0..<20).map { _ in outcome([1], [1]) }
        let mixed = (0..<20).map { outcome([1], $0.isMultiple(of: 2) ? [1] : [0, 1]) }
        let none = placement.gain(mixed, over: mixed).flat
        #expect(none["hitAt1"] == 0 && none["hitAt1Low"] == 0 && none["hitAt1High"] == 0)
        let some = placement.gain(right, over: mixed).flat
        #expect(some["hitAt1"] == 50)
        #expect((some["hitAt1Low"] ?? 0) > 0)
    }

    @Test("average precision of hand-made lists")
    func averagePrecision() {
        let gold: Set<Int> = [1, 2, 3]
        #expect(RankedListMeasures.averagePrecision([1, 2, 3], gold: gold, width: 10) == 1)
        #expect(
            RankedListMeasures.averagePrecision([9, 1, 8, 2], gold: gold, width: 10)
                == (0.5 + 0.5) / 3
        )
        // Only two can stand among the first two.
        #expect(RankedListMeasures.averagePrecision([1, 2], gold: gold, width: 2) == 1)
        #expect(RankedListMeasures.averagePrecision([9, 8], gold: gold, width: 10) == 0)
    }

    @Test("a report is a table for a reader and nested keys for a machine")
    func report() throws {
        var report = EvaluationReport(title: "placement")
        let placement = PlacementMeasures(try taxonomy(), seed: 1)
        report.add("all", "fusion", placement.measures([outcome([1], [1])]))
        report.notes.append("a note")
        let json = try JSONDecoder().decode(
            [String: [String: [String: [String: Double]]]].self,
            from: report.json()
        )
        #expect(json["placement"]?["all"]?["fusion"]?["hitAt1"] == 100)
        #expect(report.table().contains("hitAt1"))
        #expect(report.table().contains("100.0 [100.0, 100.0]"))
        #expect(report.table().hasSuffix("a note\n"))
    }
}
