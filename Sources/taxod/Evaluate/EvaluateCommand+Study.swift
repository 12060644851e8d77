import ArgumentParser
import Foundation
import Workshop

extension EvaluateCommand {
    /// A question about the method, answered by an experiment.
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
                it resumes when the same command is run again: the folder keeps what is done. \
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

        @Option(
            help: ArgumentHelp(
                "Where adapters, measurements and reports are kept.",
                valueName: "folder"
            )
        )
        var out: String

        @Option(
            help: ArgumentHelp(
                "Random seeds, separated by commas: one repetition each.",
                valueName: "numbers"
            )
        )
        var seeds = "1,2,3"

        @Option(help: "Tokens that each adapter is trained on.")
        var tokens = 20_000

        @Option(help: "Leaves placed per seed, at most.")
        var limit = 60

        @Option(help: "Sets expanded per seed, at most.")
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

        @Option(help: "Threads. Default: one per core.")
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
            // Exceeding a file-size limit shows up as a failed write (EFBIG), not as a signal.
            signal(SIGXFSZ, SIG_IGN)
            let run = StudyRun(
                study: study,
                taxonomy: taxonomy,
                under: under,
                seeds: numbers,
                other: other,
                larger: larger,
                budget: StudyBench.Budget(tokens: tokens, placements: limit, sets: sets)
            )
            let (report, columns) = try run.report(
                values,
                StudyFolder(out),
                ProgressPrinter.monitor()
            )
            if json {
                FileHandle.standardOutput.write(try report.json() + [0x0A])
            } else {
                print(report.markdown(columns))
            }
        }
    }
}

extension StudyPlan.Name: ExpressibleByArgument {}
