import ArgumentParser
import Evaluation
import TaxoInstruct
import Workshop

extension EvaluateCommand {
    /// What the language model adds to the ranker.
    struct LeaveOneOut: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Leave concepts out in turn: what does the language model add?",
            usage: """
                taxod evaluate leave-one-out --taxonomy <name> [--taxonomy <name> …]
                    [--concepts <count>] [--limit <count>] [<options>]
                """,
            discussion: """
                Concepts that the adapter may have seen are not asked for. Ranker and weights are \
                fitted on folds that do not hold the concept. With several taxonomies the last \
                group pools their concepts.
                """
        )

        @OptionGroup var options: EvaluateOptions

        @Option(
            help: ArgumentHelp(
                "A loaded taxonomy, or a .tsv file with a child and a parent a line.",
                valueName: "name"
            )
        )
        var taxonomy: [String]

        @Option(
            help: ArgumentHelp(
                "Concepts of each taxonomy that are left out, those the adapter saw among them.",
                valueName: "count"
            )
        )
        var concepts = VocabularyFitting.Options().queries

        func validate() throws {
            guard concepts > 0 else {
                throw ValidationError("--concepts: found \(concepts), expected at least 1")
            }
            guard !options.withoutModel else {
                throw ValidationError("found --model none, but the model is what is asked about")
            }
        }

        func run() throws {
            try options.report { setup, settings in
                let encoder = try setup.encoder()
                let model = try setup.languageModel()
                let taxonomies = try taxonomy.map { named in
                    let vocabulary = try TuningSource(named, setup, encoder).vocabulary
                    let memory = try setup.memory(of: vocabulary)
                    var fitting = VocabularyFitting.Options()
                    fitting.queries = concepts
                    fitting.modelQueries = options.limit ?? fitting.queries
                    let placed = try VocabularyFitting(
                        vocabulary: vocabulary,
                        encoder: encoder,
                        settings: settings,
                        options: fitting
                    )
                    .leaveOneOut(
                        model: model,
                        wasSeen: { memory?.saw($0) ?? false },
                        progress: EvaluateOptions.showProgress
                    )
                    return (vocabulary.name, placed)
                }
                return try LeaveOneOutEvaluation(seed: settings.seed).report(taxonomies)
            }
        }
    }
}
