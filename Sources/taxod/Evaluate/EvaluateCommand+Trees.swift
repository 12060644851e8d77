import ArgumentParser
import Evaluation
import Foundation
import TaxoInstruct
import Taxonomy

extension EvaluateCommand {
    /// Seed-guided construction.
    struct Construction: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rebuild hidden subtrees from a few of their edges.",
            usage: """
                taxod evaluate construction --taxonomy <name> --queries <file>
                    [<options>]
                """,
            discussion: """
                A line of the queries is a JSON object with the keys id, name, hide (the top), \
                seedEdges and edges (pairs of identifiers, child and parent) and nodes. Each tree \
                is built twice: with its nodes given, and with all names of the taxonomy.
                """
        )

        @OptionGroup var options: EvaluateOptions
        @OptionGroup var chosen: TaxonomyOption

        @Option(help: ArgumentHelp("The hidden subtrees.", valueName: "file"))
        var queries: String

        func run() throws {
            try options.report { _, settings in
                let trees = try options.lines(queries, as: TreeQuery.self)
                let tops = trees.map(\.hide)
                let expander = try options.subject(chosen.taxonomy) { _ in
                    .subtrees(tops)
                }
                .fitted(hiding: tops)
                let plain = expander.variant(withoutModel: true)
                var counts: [String: Int] = [:]
                func grow(
                    _ builder: Expander,
                    _ tree: TreeQuery,
                    _ nodes: [String]?
                ) throws -> [TreeEdge] {
                    let edges = try builder.grownEdges(of: tree, nodes: nodes)
                    counts[tree.id] = max(counts[tree.id] ?? 0, edges.count)
                    return edges
                }
                var builders: [(name: String, build: ConstructionEvaluation.Builder)] = [
                    ("withoutModel", { try grow(plain, $0, $1) }),
                    (
                        "retrieval",
                        {
                            let count = counts[$0.id] ?? 0
                            return plain.retrievedEdges(of: $0, nodes: $1, count: count)
                        }
                    ),
                ]
                if !options.withoutModel {
                    builders.insert(("fusion", { try grow(expander, $0, $1) }), at: 0)
                }
                return try ConstructionEvaluation(trees, seed: settings.seed)
                    .run(builders, progress: EvaluateOptions.showProgress)
            }
        }
    }

    /// New concepts between a parent and some of its children.
    struct Insertion: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take inner concepts away and ask where they go and what moves below them.",
            usage: """
                taxod evaluate insertion --taxonomy <name> [--remove <count>]
                    [--seed <number>] [<options>]
                """,
            discussion: """
                The children of a removed concept move to its parents. The same number of leaves \
                is removed and placed as a control: none of them should be given children.
                """
        )

        @OptionGroup var options: EvaluateOptions
        @OptionGroup var chosen: TaxonomyOption

        @Option(
            help: ArgumentHelp(
                "Number of inner concepts, and of leaves, that are removed.",
                valueName: "count"
            )
        )
        var remove = 300

        @Option(help: ArgumentHelp("Random seed for the concepts.", valueName: "number"))
        var seed: UInt64 = 1

        func run() throws {
            try options.report { _, _ in
                let subject = try options.subject(chosen.taxonomy) { taxonomy in
                    let gone = try InsertionEvaluation(taxonomy, remove: remove, seed: seed).removed
                    return .subtrees(gone)
                }
                let whole = subject.expander.vocabulary
                let evaluation = try InsertionEvaluation(
                    whole.taxonomy,
                    remove: remove,
                    seed: seed
                )
                let reduced = whole.replaced(by: evaluation.reduced, keeping: evaluation.kept)
                let expander = try subject.fitted(hiding: [], over: reduced)
                return try evaluation.run(
                    { try expander.rankParents($0) },
                    insert: { try expander.insert($0) },
                    limit: options.limit,
                    progress: EvaluateOptions.showProgress
                )
            }
        }
    }
}
