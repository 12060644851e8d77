import TaxoInstruct

/// Seed-guided construction: hidden subtrees are rebuilt from a few of their edges.
///
/// The seed edges and their (concept, ancestor) pairs count neither as found nor as missed.
package struct ConstructionEvaluation {
    /// What a builder is told about the nodes.
    package enum Mode: String, CaseIterable, Sendable {
        /// The nodes of the tree are given, and only their parents are sought.
        case nodesGiven
        /// All names of the taxonomy are given.
        case allNames
    }

    /// Finds the edges of a tree; `nodes` is `nil` when all names are given.
    package typealias Builder = (_ tree: TreeQuery, _ nodes: [String]?) throws -> [TreeEdge]

    private let trees: [TreeQuery]
    private let seed: UInt64

    package init(_ trees: [TreeQuery], seed: UInt64) {
        self.trees = trees
        self.seed = seed
    }

    /// Rebuilds every tree in both modes.
    ///
    /// - Parameters:
    ///   - builders: Builders by name; the first is compared with the last, over the trees.
    ///   - progress: Called with the number of trees built and the total.
    /// - Returns: A group for each mode.
    /// - Throws: Errors of the builders.
    package func run(
        _ builders: [(name: String, build: Builder)],
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        var report = EvaluationReport(title: "construction")
        let total = trees.count * builders.count * Mode.allCases.count
        var done = 0
        for mode in Mode.allCases {
            var scores: [[Score]] = []
            for builder in builders {
                var own: [Score] = []
                for tree in trees {
                    let found = try builder.build(tree, mode == .nodesGiven ? tree.nodes : nil)
                    let score = Score(tree, found: found)
                    own.append(score)
                    done += 1
                    progress(done, total)
                    try report.addLine(
                        Line(
                            id: tree.id,
                            name: tree.name,
                            mode: mode.rawValue,
                            builder: builder.name,
                            edgeF1: score.edges.f1,
                            ancestorF1: score.ancestors.f1,
                            found: found.map { [$0.child, $0.parent] }
                        )
                    )
                }
                scores.append(own)
                report.add(mode.rawValue, builder.name, measures(own))
            }
            if let first = scores.first, let last = scores.last, scores.count > 1 {
                report.add(mode.rawValue, "gain", gain(first, over: last))
            }
        }
        return report
    }

    /// Precision and recall of the found pairs against the true ones.
    struct Overlap {
        let precision: Double
        let recall: Double

        var f1: Double {
            precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
        }

        init(found: Set<TreeEdge>, gold: Set<TreeEdge>) {
            let met = Double(found.intersection(gold).count)
            precision = found.isEmpty ? 0 : met / Double(found.count)
            recall = gold.isEmpty ? 0 : met / Double(gold.count)
        }
    }

    private struct Score {
        let edges: Overlap
        let ancestors: Overlap

        init(_ tree: TreeQuery, found: [TreeEdge]) {
            let seeds = Set(tree.seedEdges.compactMap(TreeEdge.init))
            let gold = Set(tree.edges.compactMap(TreeEdge.init))
            let found = Set(found)
            edges = Overlap(found: found.subtracting(seeds), gold: gold.subtracting(seeds))
            let known = TreeEdge.closure(of: seeds)
            ancestors = Overlap(
                found: TreeEdge.closure(of: found.union(seeds)).subtracting(known),
                gold: TreeEdge.closure(of: gold.union(seeds)).subtracting(known)
            )
        }
    }

    private func measures(_ scores: [Score]) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: scores.count)
        measures.add("edgePrecision", percent: scores.map(\.edges.precision))
        measures.add("edgeRecall", percent: scores.map(\.edges.recall))
        measures.add("edgeF1", percent: scores.map(\.edges.f1))
        measures.add("ancestorPrecision", percent: scores.map(\.ancestors.precision))
        measures.add("ancestorRecall", percent: scores.map(\.ancestors.recall))
        measures.add("ancestorF1", percent: scores.map(\.ancestors.f1))
        return measures
    }

    private func gain(_ better: [Score], over other: [Score]) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: better.count)
        measures.add("edgeF1", percent: zip(better, other).map { $0.edges.f1 - $1.edges.f1 })
        measures.add(
            "ancestorF1",
            percent: zip(better, other).map { $0.ancestors.f1 - $1.ancestors.f1 }
        )
        return measures
    }

    private struct Line: Encodable {
        let id: String
        let name: String
        let mode: String
        let builder: String
        let edgeF1: Double
        let ancestorF1: Double
        let found: [[String]]
    }
}
