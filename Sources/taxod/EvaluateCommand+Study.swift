import ArgumentParser
import Evaluation
import Files
import Foundation
import Contract
import Models
import Settings
import Spool
import Training

extension EvaluateCommand {
    /// A question about the method as an experiment.
    struct Study: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer a question about the method by an experiment.",
            usage: """
                taxod evaluate study <study> --taxonomy <name> --out <folder> [<options>]
                """,
            discussion: """
                Studies: tuning, skills, candidates, negatives, orders, parents, disturbed, size. \
                Each trains the adapters it needs and measures every variant on the same held-out \
                leaves; printed are tables in Markdown with bootstrap 95 % intervals. Interrupted, \
                it goes on when the same command is run again: what is done lies in the folder. \
                Several studies may share one.

                  taxod evaluate study skills --taxonomy train.tsv --out studies
                  taxod evaluate study orders --taxonomy MEDIC --under MESH:D002318 --out studies
                """
        )

        @OptionGroup var options: AdapterOptions

        @Argument(help: "The study.")
        var study: StudyPlan.Name

        @Option(
            help: ArgumentHelp(
                "A loaded taxonomy, or a .tsv file with a child and a parent a line.",
                valueName: "name"
            )
        )
        var taxonomy: String

        @Option(help: ArgumentHelp("Study this concept's subtree alone.", valueName: "concept"))
        var under: String?

        @Option(help: ArgumentHelp("Keeps adapters, cells and reports.", valueName: "folder"))
        var out: String

        @Option(
            help: ArgumentHelp(
                "Draw held-out leaves, rows and factors; separated by commas.",
                valueName: "numbers"
            )
        )
        var seeds = "1,2,3"

        @Option(help: "Tokens that each adapter is taught.")
        var tokens = 20_000

        @Option(help: "Leaves placed for each seed at most.")
        var limit = 60

        @Option(help: "Sets expanded for each seed at most.")
        var sets = 20

        @Option(
            help: ArgumentHelp(
                "A taxonomy of another domain to tune on (disturbed).",
                valueName: "name"
            )
        )
        var other: String?

        @Option(
            help: ArgumentHelp(
                "A larger decoder to compare with (size, orders).",
                valueName: "file"
            )
        )
        var larger: String?

        @Option(help: "Threads. Default: one a core.")
        var threads: Int?

        @Flag(help: "Write JSON.")
        var json = false

        func validate() throws {
            guard !numbers.isEmpty, numbers.count == seeds.split(separator: ",").count else {
                throw ValidationError("--seeds: found “\(seeds)”, expected numbers such as 1,2,3")
            }
            for (option, value) in [("--tokens", tokens), ("--limit", limit), ("--sets", sets)] {
                guard value > 0 else { throw ValidationError("\(option) must be 1 or more.") }
            }
            if study == .size, larger == nil {
                throw ValidationError("The study of size needs a second decoder by --larger.")
            }
        }

        private var numbers: [UInt64] {
            seeds.split(separator: ",").compactMap { UInt64($0) }
        }

        func run() throws {
            var values = try options.read().values
            if let threads { values.worker.threads = threads }
            StopSignals.catchFirst()
            // A file that may not grow is met where it is written.
            signal(SIGXFSZ, SIG_IGN)
            do {
                try run(values)
            } catch is Tuning.Stopped {
                let text = "stopped; what is done is kept: run the same command again to go on"
                throw Exit(.temporaryFailure, text)
            } catch let error as TuningFolder.Refusal {
                throw Exit(.dataError, error.description)
            } catch let error as SubmissionError {
                throw Exit(error.code == .engineUnavailable ? .unavailable : .dataError, "\(error)")
            } catch let error as ModelFileError {
                throw Exit(error.code == .unwritable ? .inputOutput : .unavailable, "\(error)")
            } catch let error as TrainingError {
                if case .file = error { throw Exit(.inputOutput, "\(error)") }
                throw Exit(.dataError, "\(error)")
            } catch let error as FileError {
                throw Exit(.inputOutput, "\(error)")
            }
        }

        private func run(_ values: Configuration) throws {
            try EngineSetup(values).demandWeights()
            let budget = StudyBench.Budget(tokens: tokens, placements: limit, sets: sets)
            let folder = try StudyFolder(out)
            let bench = try StudyBench(taxonomy, under: under, values, folder, budget)
            let plan = StudyPlan.named(study, other: other, larger: larger)
            var results = plan.variants.map { StudyVariant(name: $0.name, base: $0.base) }
            for seed in numbers {
                for (position, variant) in plan.variants.enumerated() {
                    try bench.measure(plan, variant, seed: seed, into: &results[position])
                }
            }
            let report = report(plan, results, bench, budget, seed: values.method.seed)
            let data = try report.json() + [0x0A]
            try folder.keepReport(data, study.rawValue)
            if json {
                FileHandle.standardOutput.write(data)
            } else {
                print(report.markdown(plan.columns))
            }
        }

        private func report(
            _ plan: StudyPlan,
            _ results: [StudyVariant],
            _ bench: StudyBench,
            _ budget: StudyBench.Budget,
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
}
