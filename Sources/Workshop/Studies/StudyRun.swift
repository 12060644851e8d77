package import Evaluation
package import Settings

/// A study from its question to its report.
package struct StudyRun {
    private let study: StudyPlan.Name
    private let taxonomy: String
    private let under: String?
    private let seeds: [UInt64]
    private let other: String?
    private let larger: String?
    private let budget: StudyBench.Budget

    /// - Parameters:
    ///   - study: The question.
    ///   - taxonomy: A loaded taxonomy by name, or a `.tsv` file of edges.
    ///   - under: A concept of the taxonomy; only its subtree is studied.
    ///   - seeds: Each draws held-out leaves, rows and factors; one repetition per seed.
    ///   - other: A taxonomy of another domain, if there is one.
    ///   - larger: A larger decoder's GGUF file, if there is one.
    ///   - budget: How much is asked and trained on.
    package init(
        study: StudyPlan.Name,
        taxonomy: String,
        under: String?,
        seeds: [UInt64],
        other: String?,
        larger: String?,
        budget: StudyBench.Budget
    ) {
        self.study = study
        self.taxonomy = taxonomy
        self.under = under
        self.seeds = seeds
        self.other = other
        self.larger = larger
        self.budget = budget
    }

    /// Measures every variant with every seed, unless the folder has the measurement already, and
    /// stores the report there.
    ///
    /// - Returns: The report, and the columns of its tables.
    /// - Throws: `SubmissionError`, `TrainingError`, `ModelFileError`, `FileError`,
    ///   ``CommandError``, ``WorkStopped``.
    package func report(
        _ configuration: Configuration,
        _ folder: StudyFolder,
        _ monitor: WorkMonitor
    ) throws -> (EvaluationReport, columns: [String]) {
        try EngineSetup(configuration).demandWeights()
        let bench = try StudyBench(taxonomy, under: under, configuration, folder, budget, monitor)
        let plan = StudyPlan.named(study, other: other, larger: larger)
        var results = plan.variants.map { StudyVariant(name: $0.name, base: $0.base) }
        for seed in seeds {
            for (position, variant) in plan.variants.enumerated() {
                try bench.measure(plan, variant, seed: seed, into: &results[position])
            }
        }
        let report = report(plan, results, bench, seed: configuration.method.seed)
        try folder.keepReport(try report.json() + [0x0A], study.rawValue)
        return (report, plan.columns)
    }

    private func report(
        _ plan: StudyPlan,
        _ results: [StudyVariant],
        _ bench: StudyBench,
        seed: UInt64
    ) -> EvaluationReport {
        var report = EvaluationReport(title: "study \(study.rawValue)")
        let joined = StudyReport(bench.taxonomy, seed: seed)
        if study == .parents {
            for variant in results { joined.addParents(variant, to: &report) }
        } else {
            joined.addPlacements(results, against: plan.bases.placement, to: &report)
            joined.addSets(results, against: plan.bases.sets, to: &report)
        }
        let subject = (under.map { "\($0) of " } ?? "") + bench.name
        let seeds = seeds.map(String.init).joined(separator: ",")
        let bases = Set([plan.bases.placement, plan.bases.sets]).subtracting([""])
        report.notes = [
            """
            \(plan.question) \(subject), seeds \(seeds): \(budget.holdout) of the leaves held \
            out, \(budget.tokens) tokens taught, at most \(budget.placements) leaves placed and \
            \(budget.sets) sets expanded for each seed; compared with \
            \(bases.sorted().map { "“\($0)”" }.joined(separator: " and ")).
            """,
            """
            Processor time: \(Self.minutes(Array(bench.trainingSeconds.values))) min of training, \
            \(Self.minutes(results.flatMap(\.querySeconds))) min of asking.
            """,
        ]
        report.notes += bench.refusals
        return report
    }

    private static func minutes(_ seconds: [Double]) -> Double {
        (seconds.reduce(0, +) / 6).rounded() / 10
    }
}
