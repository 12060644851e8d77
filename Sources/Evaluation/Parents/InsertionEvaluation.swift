import Inference
import TaxoInstruct
package import Taxonomy

/// Insert-between: removed inner concepts are to be put back between their parents and children.
///
/// Their children are attached to the grandparents. For each removed concept, the method has to
/// find its parents and the children that move below it.
///
/// As many true leaves are removed and queried too; none of them should be given children.
package struct InsertionEvaluation {
    /// A removed concept, in the indices of the reduced taxonomy.
    private struct Question {
        let query: PlacementQuery
        /// The concept's true children; empty for a leaf.
        let children: Set<Concept.Index>
    }

    /// Predicts the parents of a new concept, best first, and the children that move below it.
    package typealias Inserter = (PlacementTask) throws -> (
        parents: [Concept.Index], children: [Concept.Index]
    )

    /// The taxonomy without the removed concepts.
    package let reduced: Taxonomy
    /// For each concept of ``reduced``, its index in the full taxonomy.
    package let kept: [Concept.Index]
    /// Identifiers of the removed concepts.
    package let removed: [String]
    private let questions: [Question]
    private let seed: UInt64

    /// - Parameters:
    ///   - taxonomy: The full taxonomy.
    ///   - count: Number of inner concepts, and of leaves, to remove; fewer if there are not that
    ///     many without an edge between two of them.
    ///   - seed: Seed of the draw and of the bootstrap.
    /// - Throws: `TaxonomyError`, which cannot happen for a DAG.
    package init(_ taxonomy: Taxonomy, remove count: Int, seed: UInt64) throws {
        self.seed = seed
        var generator = SplitMix64(seed: seed)
        let isBelowTop = taxonomy.concepts.indices.filter { index in
            taxonomy.parents[index].contains { !taxonomy.parents[$0].isEmpty }
        }
        let inner = isBelowTop.filter { !taxonomy.children[$0].isEmpty }
        let leaves = isBelowTop.filter { taxonomy.children[$0].isEmpty }
        var removed = Set<Concept.Index>()
        func draw(_ pool: [Concept.Index]) -> [Concept.Index] {
            var drawn: [Concept.Index] = []
            for index in generator.shuffled(pool) where drawn.count < count {
                let beside = taxonomy.parents[index] + taxonomy.children[index]
                guard removed.isDisjoint(with: beside) else { continue }
                removed.insert(index)
                drawn.append(index)
            }
            return drawn
        }
        let drawn = draw(inner) + draw(leaves)
        let part = try taxonomy.removing(removed)
        kept = part.kept
        reduced = part.taxonomy
        let place = Dictionary(uniqueKeysWithValues: part.kept.enumerated().map { ($1, $0) })
        self.removed = drawn.map { taxonomy.concepts[$0].identifier }
        questions = drawn.map { index in
            let concept = taxonomy.concepts[index]
            return Question(
                query: PlacementQuery(
                    key: concept.identifier,
                    task: PlacementTask(term: concept.name, synonyms: concept.synonyms),
                    gold: Set(taxonomy.parents[index].compactMap { place[$0] })
                ),
                children: Set(taxonomy.children[index].compactMap { place[$0] })
            )
        }
    }

    /// Queries every removed concept.
    ///
    /// - Parameters:
    ///   - ranker: Ranks parents in ``reduced`` and moves no children: the baseline “always a
    ///     leaf”.
    ///   - insert: The method under test, on ``reduced``.
    ///   - limit: Maximum number of concepts of each kind.
    ///   - progress: Called with the number of concepts done and the total.
    /// - Returns: Groups `inner`, `leaves` and `all`, compared with “always a leaf”.
    /// - Throws: Errors of `ranker` and `insert`.
    package func run(
        _ ranker: PlacementRanker,
        insert: Inserter,
        limit: Int? = nil,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        let asked =
            questions.filter { !$0.children.isEmpty }.sampled(limit, seed: seed)
            + questions.filter(\.children.isEmpty).sampled(limit, seed: seed)
        var answers: [Answer] = []
        var report = EvaluationReport(title: "insertion")
        for question in asked {
            let leaf = try ranker(question.query.task).parents.first?.index
            let (parents, children) = try insert(question.query.task)
            let moved = Set(children)
            let answer = Answer(
                isInner: !question.children.isEmpty,
                isHit: parents.first.map(question.query.gold.contains) == true,
                isHitAsLeaf: leaf.map(question.query.gold.contains) == true,
                met: moved.intersection(question.children).count,
                moved: moved.count,
                children: question.children.count
            )
            answers.append(answer)
            func names(_ indices: some Sequence<Concept.Index>) -> [String] {
                indices.map { reduced.concepts[$0].name }
            }
            try report.addLine(
                Line(
                    id: question.query.key,
                    term: question.query.task.term,
                    parents: names(parents),
                    goldParents: names(question.query.gold.sorted()),
                    moved: names(moved.sorted()),
                    goldMoved: names(question.children.sorted())
                )
            )
            progress(answers.count, asked.count)
        }
        for (group, members) in [
            ("inner", answers.filter(\.isInner)), ("leaves", answers.filter { !$0.isInner }),
            ("all", answers),
        ] where !members.isEmpty {
            let plain = members.map(\.asLeaf)
            report.add(group, "insertion", measures(members))
            report.add(group, "alwaysLeaf", measures(plain))
            report.add(group, "gain", gain(members, over: plain))
        }
        return report
    }

    private struct Answer {
        let isInner: Bool
        let isHit: Bool
        let isHitAsLeaf: Bool
        let met: Int
        let moved: Int
        let children: Int

        var asLeaf: Answer {
            Answer(
                isInner: isInner,
                isHit: isHitAsLeaf,
                isHitAsLeaf: isHitAsLeaf,
                met: 0,
                moved: 0,
                children: children
            )
        }

        var precision: Double { moved == 0 ? 0 : Double(met) / Double(moved) }
        var recall: Double { children == 0 ? 0 : Double(met) / Double(children) }
        /// F1 of the moved children; 1 if there are no true children and none was moved.
        var f1: Double {
            moved + children == 0 ? 1 : 2 * Double(met) / Double(moved + children)
        }
        var isRightKind: Bool { isInner == (moved > 0) }
    }

    private func measures(_ answers: [Answer]) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: answers.count)
        measures.add("hitAt1", percent: answers.map { $0.isHit ? 1 : 0 })
        measures.add("childrenPrecision", percent: answers.filter { $0.moved > 0 }.map(\.precision))
        measures.add("childrenRecall", percent: answers.filter(\.isInner).map(\.recall))
        measures.add("childrenF1", percent: answers.map(\.f1))
        measures.add("rightKind", percent: answers.map { $0.isRightKind ? 1 : 0 })
        measures.add(
            "falseInsertions",
            percent: answers.filter { !$0.isInner }.map { $0.moved > 0 ? 1 : 0 }
        )
        return measures
    }

    private func gain(_ answers: [Answer], over other: [Answer]) -> Measures {
        var measures = Measures(Bootstrap(seed: seed))
        measures.add("queries", count: answers.count)
        measures.add(
            "hitAt1",
            percent: zip(answers, other).map { ($0.isHit ? 1 : 0) - ($1.isHit ? 1 : 0) }
        )
        measures.add("childrenF1", percent: zip(answers, other).map { $0.f1 - $1.f1 })
        measures.add(
            "rightKind",
            percent: zip(answers, other).map {
                ($0.isRightKind ? 1 : 0) - ($1.isRightKind ? 1 : 0)
            }
        )
        return measures
    }

    private struct Line: Encodable {
        let id: String
        let term: String
        let parents: [String]
        let goldParents: [String]
        let moved: [String]
        let goldMoved: [String]
    }
}
