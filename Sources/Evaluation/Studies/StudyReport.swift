import TaxoInstruct
package import Taxonomy

/// One variant of a study with its results for each seed.
package struct StudyVariant: Sendable {
    package let name: String
    /// Name of the variant to compare with, if it is not the study's base.
    package let base: String?
    package var placements: [UInt64: [PlacementRecord]] = [:]
    package var sets: [UInt64: [SetRecord]] = [:]
    /// CPU time of training, for each seed.
    package var trainingSeconds: [Double] = []
    /// Number of training tokens, for each seed.
    package var trainingTokens: [Double] = []

    package init(name: String, base: String? = nil) {
        self.name = name
        self.base = base
    }

    /// CPU time of each query.
    package var querySeconds: [Double] {
        placements.values.joined().map(\.processorSeconds)
            + sets.values.joined().map(\.processorSeconds)
    }
}

/// Combines the variants of a study into a report: measures pooled over the queries of all seeds,
/// and paired differences from a base variant.
package struct StudyReport {
    private let placement: PlacementMeasures
    private let lists: RankedListMeasures
    private let seed: UInt64

    /// - Parameters:
    ///   - taxonomy: The taxonomy to which the indices in the records refer.
    ///   - seed: Seed of the bootstrap.
    package init(_ taxonomy: Taxonomy, seed: UInt64) {
        placement = PlacementMeasures(taxonomy, seed: seed)
        lists = RankedListMeasures(seed: seed)
        self.seed = seed
    }

    /// Adds the placement tables: the model alone, and ranker and model combined with the ranker
    /// alone for comparison.
    ///
    /// `…OverBase` is the paired difference from the base variant under the same ranking, and
    /// `…OverRanker` that from the ranker alone.
    ///
    /// - Parameters:
    ///   - variants: The variants in row order; those without placements are skipped.
    ///   - base: Name of the variant that the others are compared with.
    ///   - report: The report to add to.
    package func addPlacements(
        _ variants: [StudyVariant],
        against base: String,
        to report: inout EvaluationReport
    ) {
        let measured = variants.filter { !$0.placements.isEmpty }
        guard let first = measured.first(where: { $0.name == base }) ?? measured.first else {
            return
        }
        func add(
            _ group: String,
            _ name: String,
            _ variant: StudyVariant,
            _ outcomes: ([PlacementRecord]) -> [PlacementOutcome]
        ) {
            let other = measured.first { $0.name == variant.base } ?? first
            let seeds = variant.placements.keys.sorted()
            let records = seeds.flatMap { variant.placements[$0] ?? [] }
            var measures = placement.measures(
                seeds.flatMap { outcomes(variant.placements[$0] ?? []) }
            )
            measures.add(
                "amongCandidates",
                percent: records.map { $0.gold.isDisjoint(with: $0.rated.candidates) ? 0 : 1 }
            )
            let common = seeds.filter { other.placements[$0] != nil }
            func addGain(over others: ([PlacementRecord]) -> [PlacementOutcome], _ suffix: String) {
                let gain = placement.gain(
                    common.flatMap { outcomes(variant.placements[$0] ?? []) },
                    over: common.flatMap { others(other.placements[$0] ?? []) }
                )
                measures.add(gain, suffix: suffix)
            }
            if !common.isEmpty, name != Self.ranker {
                if group == Self.joined { addGain(over: Self.rankerOutcomes, "OverRanker") }
                if name != other.name { addGain(over: outcomes, "OverBase") }
            }
            if name != Self.ranker { addCost(variant, records.map(\.processorSeconds), &measures) }
            report.add(group, name, measures)
        }
        for variant in measured where variant.placements.values.joined().allSatisfy(\.rated.isRated)
        {
            add(Self.byModel, variant.name, variant, Self.modelOutcomes)
        }
        add(Self.joined, Self.ranker, first, Self.rankerOutcomes)
        for variant in measured { add(Self.joined, variant.name, variant, joinedOutcomes) }
    }

    /// Adds the table on proposing one or several parents, with and without the model.
    package func addParents(_ variant: StudyVariant, to report: inout EvaluationReport) {
        let records = variant.placements.sorted { $0.key < $1.key }.flatMap(\.value)
        let ways: [(String, (PlacementRecord) -> [Concept.Index])] = [
            ("one, ranker alone", { Array($0.proposedWithoutModel.prefix(1)) }),
            ("several, ranker alone", \.proposedWithoutModel),
            ("one, with the model", { Array($0.proposed.prefix(1)) }),
            ("several, with the model", \.proposed),
        ]
        func groups(_ name: String, _ members: [PlacementRecord]) {
            guard let way = ways.first, !members.isEmpty else { return }
            func outcomes(_ proposed: (PlacementRecord) -> [Concept.Index]) -> [PlacementOutcome] {
                members.map { $0.outcome(proposed($0), proposed: proposed($0)) }
            }
            let base = outcomes(way.1)
            for (mode, proposed) in ways {
                let own = outcomes(proposed)
                var measures = placement.measures(own)
                if mode != way.0 {
                    measures.add(placement.gain(own, over: base), suffix: "OverBase")
                }
                measures.add("proposed", mean: members.map { Double(proposed($0).count) })
                report.add(name, mode, measures)
            }
        }
        groups("all", records)
        groups("of several parents", records.filter { $0.gold.count > 1 })
        groups("of one parent", records.filter { $0.gold.count == 1 })
    }

    /// Adds the set-expansion tables: by the model's likelihood alone, by its votes, and by all
    /// scores combined.
    package func addSets(
        _ variants: [StudyVariant],
        against base: String,
        to report: inout EvaluationReport
    ) {
        let measured = variants.filter { !$0.sets.isEmpty }
        guard let first = measured.first(where: { $0.name == base }) ?? measured.first else {
            return
        }
        typealias Order = (RatedSiblings) -> [Concept.Index]
        func answers(
            _ variant: StudyVariant,
            _ seeds: [UInt64],
            _ order: Order
        ) -> [(ranking: [Int], gold: Set<Int>)] {
            seeds.flatMap { variant.sets[$0] ?? [] }.map { (order($0.rated), $0.gold) }
        }
        func add(_ group: String, _ name: String, _ variant: StudyVariant, _ order: Order) {
            let base = measured.first { $0.name == variant.base } ?? first
            let seeds = variant.sets.keys.sorted()
            let records = seeds.flatMap { variant.sets[$0] ?? [] }
            var measures = lists.measures(answers(variant, seeds, order))
            func addGain(_ suffix: String, over other: StudyVariant, by otherOrder: Order) {
                let common = seeds.filter { other.sets[$0] != nil }
                guard !common.isEmpty else { return }
                let gain = lists.gain(
                    answers(variant, common, order),
                    over: answers(other, common, otherOrder)
                )
                measures.add(gain, suffix: suffix)
            }
            if name != Self.ranker {
                if group == Self.joinedSets {
                    // Compared with the variant's own ranker, because more seeds help the ranker
                    // too.
                    addGain("OverRanker", over: variant, by: \.byRanker)
                }
                if name != base.name { addGain("OverBase", over: base, by: order) }
                measures.add("orders", mean: records.map { Double($0.rated.orders) })
                let agreements = records.compactMap(\.rated.agreement)
                if !agreements.isEmpty { measures.add("agreement", mean: agreements) }
                addCost(variant, records.map(\.processorSeconds), &measures)
            }
            report.add(group, name, measures)
        }
        let rated = measured.filter { $0.sets.values.joined().allSatisfy(\.rated.isRated) }
        for variant in rated { add(Self.byLikelihood, variant.name, variant, \.byLikelihood) }
        for variant in rated { add(Self.written, variant.name, variant, \.byVotes) }
        add(Self.joinedSets, Self.ranker, first, \.byRanker)
        for variant in measured { add(Self.joinedSets, variant.name, variant, \.pool) }
    }

    // MARK: Groups

    private static let byModel = "placement by the model alone"
    private static let joined = "placement by ranker and model"
    private static let byLikelihood = "siblings by the model's rating alone"
    private static let written = "siblings as the model wrote them"
    private static let joinedSets = "siblings by all parts"
    private static let ranker = "ranker alone"

    private func addCost(
        _ variant: StudyVariant,
        _ querySeconds: [Double],
        _ measures: inout Measures
    ) {
        measures.add("processorSeconds", mean: querySeconds)
        guard !variant.trainingSeconds.isEmpty else { return }
        func mean(_ values: [Double]) -> Int {
            Int((values.reduce(0, +) / Double(values.count)).rounded())
        }
        measures.add("trainingSeconds", count: mean(variant.trainingSeconds))
        measures.add("trainingTokens", count: mean(variant.trainingTokens))
    }

    private static func modelOutcomes(_ records: [PlacementRecord]) -> [PlacementOutcome] {
        records.map { $0.outcome($0.rated.byModel) }
    }

    private static func rankerOutcomes(_ records: [PlacementRecord]) -> [PlacementOutcome] {
        records.map { $0.outcome($0.rated.candidates) }
    }

    private func joinedOutcomes(_ records: [PlacementRecord]) -> [PlacementOutcome] {
        guard records.allSatisfy(\.rated.isRated) else { return Self.rankerOutcomes(records) }
        let orders = RatedCandidates.joined(
            records.map(\.rated),
            right: records.map(\.gold),
            seed: seed
        )
        return zip(records, orders).map { $0.outcome($1) }
    }
}
