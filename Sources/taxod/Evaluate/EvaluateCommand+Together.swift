import ArgumentParser
import Contract
import Evaluation
import Foundation
import TaxoInstruct
import Taxonomy
import Workshop

extension EvaluateCommand {
    /// New terms asked together as one file.
    struct Together: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Place new terms as one file, compared with each alone.",
            usage: """
                taxod evaluate together --taxonomy <name>
                    [--queries <file> | --terms <count> --seed <number>] [<options>]
                """,
            discussion: """
                The new terms are the concepts of a file, whose parents may be new themselves (a \
                line is a JSON object with the keys id, name, synonyms, definition and parents), or \
                else concepts of the taxonomy, single ones and branches, which are hidden together \
                from everything that is fitted.
                """
        )

        @OptionGroup var options: EvaluateOptions
        @OptionGroup var chosen: TaxonomyOption

        @Option(help: ArgumentHelp("The new concepts.", valueName: "file"))
        var queries: String?

        @Option(help: ArgumentHelp("New terms to draw without --queries.", valueName: "count"))
        var terms = 400

        @Option(help: ArgumentHelp("Seed of the draw.", valueName: "number"))
        var seed: UInt64 = 1

        func run() throws {
            try options.report { _, settings in
                let evaluation: TogetherEvaluation
                let method: Expander
                if let queries {
                    let lines = try options.lines(queries, as: RolloverQuery.self)
                    method = try options.subject(chosen.taxonomy) { _ in .nothing }.inUse()
                    evaluation = TogetherEvaluation(
                        method.vocabulary,
                        queries: lines,
                        seed: settings.seed
                    )
                } else {
                    let draw = { (taxonomy: Taxonomy) in
                        NewTerms(
                            of: taxonomy,
                            count: terms,
                            namesOnly: false,
                            isBarred: { _ in false },
                            seed: seed
                        )
                    }
                    let subject = try options.subject(chosen.taxonomy) {
                        .subtrees(draw($0).terms.map(\.identifier))
                    }
                    let new = draw(subject.expander.vocabulary.taxonomy)
                    method = try subject.fitted(hiding: new.terms.map(\.identifier))
                    evaluation = TogetherEvaluation(method.vocabulary, new, seed: seed)
                }
                let expander = options.withoutModel ? method.variant(withoutModel: true) : method
                return try evaluation.run(
                    { try expander.rankedParents($0) },
                    progress: EvaluateOptions.showProgress
                )
            }
        }
    }
}
