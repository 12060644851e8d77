import ArgumentParser
import Evaluation
import Foundation
import TaxoInstruct

extension EvaluateCommand {
    /// Entity set expansion.
    struct Sets: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sets",
            abstract: "Expand seed sets whose siblings are known.",
            usage: """
                taxod evaluate sets --taxonomy <name> --queries <file> [<options>]
                       taxod evaluate sets --classes <file> [--seed <number>] [<options>]
                """,
            discussion: """
                A line of the queries is a JSON object with the keys id, hide (the top of the \
                hidden subtree), className, seeds and gold (identifiers); all names of the \
                taxonomy are candidates. A line of the classes is an identifier, a class name and \
                its members, separated by tabs; all members are candidates, and seeds are drawn.
                """
        )

        @OptionGroup var options: EvaluateOptions
        @OptionGroup var chosen: TaxonomyOption

        @Option(help: ArgumentHelp("Sibling sets of the taxonomy.", valueName: "file"))
        var queries: String?

        @Option(help: ArgumentHelp("Closed classes without a taxonomy.", valueName: "file"))
        var classes: String?

        @Option(
            help: ArgumentHelp("Random seed for the seeds of closed classes.", valueName: "number")
        )
        var seed: UInt64 = 1

        @Flag(help: "Give the class name together with the seeds.")
        var withClassName = false

        func validate() throws {
            guard (queries == nil) != (classes == nil) else {
                throw ValidationError("expected one of --queries and --classes")
            }
        }

        func run() throws {
            try options.report { setup, settings in
                let expander: Expander
                let lines: [SetQuery]
                if let classes {
                    let text = String(
                        decoding: try EvaluateOptions.content(classes),
                        as: UTF8.self
                    )
                    let closed = try ClosedClasses(text, file: classes)
                    let drawn = closed.queries(seed: seed)
                    lines = Array(drawn.prefix(options.limit ?? drawn.count))
                    expander = try setup.expander(
                        over: closed.vocabulary,
                        withoutModel: options.withoutModel
                    )
                } else {
                    lines = try options.lines(queries ?? "", as: SetQuery.self)
                    let tops = Array(Set(lines.compactMap(\.hide))).sorted()
                    // Set expansion needs no fit.
                    expander = try options.subject(chosen.taxonomy) { _ in
                        .subtrees(tops)
                    }
                    .expander
                }
                let plain = expander.variant(withoutModel: true)
                var rankers: [(name: String, rank: SetEvaluation.Ranker)] = [
                    ("withoutModel", { try plain.siblings(of: $0, namesClass: withClassName) }),
                    ("encoder", { expander.encoderSiblings(of: $0) }),
                ]
                if !options.withoutModel {
                    rankers.insert(
                        ("fusion", { try expander.siblings(of: $0, namesClass: withClassName) }),
                        at: 0
                    )
                }
                return try SetEvaluation(
                    expander.vocabulary.taxonomy,
                    queries: lines,
                    seed: settings.seed
                ).run(rankers, progress: EvaluateOptions.showProgress)
            }
        }
    }
}
