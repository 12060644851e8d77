import ArgumentParser
import Evaluation
import Foundation
import TaxoInstruct

extension EvaluateCommand {
    /// Taxonomy expansion on a taxonomy's own leaves.
    struct Placement: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hide a share of a taxonomy's leaves and place each of them.",
            usage: """
                taxod evaluate placement --taxonomy <name> [--holdout <share>]
                    [--seed <number>] [<options>]
                """
        )

        @OptionGroup var options: EvaluateOptions
        @OptionGroup var chosen: TaxonomyOption

        @Option(help: ArgumentHelp("Share of the leaves that is hidden.", valueName: "share"))
        var holdout = 0.2

        @Option(help: ArgumentHelp("Random seed for the leaves.", valueName: "number"))
        var seed: UInt64 = 1

        func validate() throws {
            guard holdout > 0, holdout < 1 else {
                throw ValidationError("found the share \(holdout), expected one between 0 and 1")
            }
        }

        func run() throws {
            try options.report { _, _ in
                let subject = try options.subject(chosen.taxonomy) { taxonomy in
                    .leaves(
                        HeldOut.leaves(of: taxonomy, share: holdout, seed: seed),
                        share: holdout,
                        seed: seed
                    )
                }
                let evaluation = HoldoutEvaluation(
                    subject.expander.vocabulary.taxonomy,
                    share: holdout,
                    seed: seed,
                    limit: options.limit
                )
                let expander = try subject.fitted(hiding: evaluation.heldOut)
                return try evaluation.run(
                    { try expander.rankParents($0) },
                    without: options.comparison(expander),
                    progress: EvaluateOptions.showProgress
                )
            }
        }
    }

    /// Taxonomy expansion over time.
    struct Rollover: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Place the concepts that a later release added.",
            usage: """
                taxod evaluate rollover --taxonomy <name> --queries <file>
                    [--refuse <file>] [<options>]
                """,
            discussion: """
                A line of the queries is a JSON object with the keys id, name, synonyms, parents \
                (identifiers) and, if the taxonomy bears the name already, alreadyNamed. The \
                placement is forced; with --refuse, terms without a place are asked, too, and \
                counted is how many are refused.
                """
        )

        @OptionGroup var options: EvaluateOptions
        @OptionGroup var chosen: TaxonomyOption

        @Option(help: ArgumentHelp("The new concepts.", valueName: "file"))
        var queries: String

        @Option(
            help: ArgumentHelp(
                "Terms without a place in the taxonomy, which should be refused.",
                valueName: "file"
            )
        )
        var refuse: String?

        func run() throws {
            try options.report { _, settings in
                let lines = try options.lines(queries, as: RolloverQuery.self)
                let outside =
                    try refuse.map { try options.lines($0, as: RolloverQuery.self) } ?? []
                let subject = try options.subject(chosen.taxonomy) { _ in .nothing }
                let expander = try subject.inUse()
                let evaluation = RolloverEvaluation(
                    expander.vocabulary.taxonomy,
                    queries: lines,
                    outsideTerms: outside,
                    seed: settings.seed
                )
                // The guard uses only names.
                let plain = expander.variant(withoutModel: true)
                return try evaluation.run(
                    { try expander.rankParents($0) },
                    without: options.comparison(expander),
                    recognise: { try plain.recognition(of: $0) },
                    progress: EvaluateOptions.showProgress
                )
            }
        }
    }
}
