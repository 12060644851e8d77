import Contract
import Evaluation
import Foundation
import TaxoInstruct
import Taxonomy
import Testing

/// Each protocol with scripted answers, so that its figures are known.
@Suite("Protocols")
struct ProtocolTests {
    /// Two tops under a root, each with two classes of three leaves.
    private func taxonomy() throws -> Taxonomy {
        var names = ["root", "a", "b"]
        var parents: [[Int]] = [[], [0], [0]]
        for (top, name) in [(1, "a"), (2, "b")] {
            for number in 1...2 {
                let class_ = names.count
                names.append("\(name)\(number)")
                parents.append([top])
                for leaf in 1...3 {
                    names.append("\(name)\(number) kind \(leaf)")
                    parents.append([class_])
                }
            }
        }
        return try Taxonomy(
            concepts: names.map { Concept(identifier: $0, name: $0) },
            parents: parents
        )
    }

    /// Ranks the true parent first, or second when the model is not asked.
    private func oracle(
        isFirst: Bool = true,
        _ parent: @escaping (String) -> Int
    ) -> PlacementRanker {
        { task in
            let right = RatedParent(
                index: parent(task.term),
                probability: isFirst ? 0.9 : 0.2,
                isProposed: isFirst
            )
            let wrong = RatedParent(
                index: 0,
                probability: isFirst ? 0.1 : 0.6,
                isProposed: !isFirst
            )
            return PlacementRanking(
                parents: isFirst ? [right, wrong] : [wrong, right],
                noneProbability: task.term.hasPrefix("x") ? 0.8 : 0.1,
                isAnswered: !task.term.hasPrefix("x")
            )
        }
    }

    @Test("held-out leaves are hidden from their own queries, all of them")
    func holdout() throws {
        let taxonomy = try taxonomy()
        let evaluation = HoldoutEvaluation(taxonomy, share: 0.5, seed: 1, limit: 4)
        #expect(evaluation.heldOut.count == 6)
        func parent(_ term: String) -> Int {
            taxonomy.index(ofIdentifier: term).map { taxonomy.parents[$0][0] } ?? 0
        }
        let ranker: PlacementRanker = { task in
            #expect(task.hiding == evaluation.heldOut)
            #expect(task.hiding.contains(task.term))
            return try self.oracle(parent)(task)
        }
        let report = try evaluation.run(ranker, without: oracle(isFirst: false, parent))
        #expect(report.measures("all", "fusion")?["queries"] == 4)
        #expect(report.measures("all", "fusion")?["hitAt1"] == 100)
        #expect(report.measures("all", "withoutModel")?["hitAt1"] == 0)
        #expect(report.measures("all", "gain")?["hitAt1"] == 100)
        #expect(report.dump.count(where: { $0 == UInt8(ascii: "\n") }) == 4)
    }

    @Test("roll-over groups its queries, counts refusals and what the guard says")
    func rollover() throws {
        let taxonomy = try taxonomy()
        let queries = [
            RolloverQuery(id: "1", name: "new one", parents: ["a1", "b1"]),
            RolloverQuery(id: "2", name: "a1 kind one", parents: ["a1"], alreadyNamed: "a1 kind 1"),
            RolloverQuery(id: "3", name: "lost", parents: ["nowhere"]),
        ]
        let outside = ["xylophone", "table"].map { RolloverQuery(id: $0, name: $0) }
        let class_ = try #require(taxonomy.index(ofIdentifier: "a1"))
        let report = try RolloverEvaluation(
            taxonomy,
            queries: queries,
            outsideTerms: outside,
            seed: 1
        ).run(
            oracle { _ in class_ },
            without: oracle(isFirst: false) { _ in class_ },
            recognise: { $0.id == "2" ? .isKnown(["a1 kind 1"]) : .isNew }
        )
        #expect(report.measures("all", "fusion")?["queries"] == 2)
        #expect(report.measures("unnamed", "fusion")?["queries"] == 1)
        #expect(report.measures("unnamed", "fusion")?["missedSecondParent"] == 100)
        #expect(report.measures("alreadyNamed", "fusion")?["setF1"] == 100)
        #expect(report.measures("refusing", "fusion")?["refused"] == 50)
        #expect(report.measures("refusing", "fusion")?["answered"] == 100)
        #expect(report.measures("refusing", "fusion")?["refusedAt90Answered"] == 50)
        #expect(report.measures("guard", "fusion")?["recognised"] == 1)
        #expect(report.measures("guard", "fusion")?["recognisedRight"] == 1)
        #expect(report.measures("guard", "fusion")?["recognisedFalsely"] == 0)
        #expect(report.notes == ["1 queries have no parent in the taxonomy"])
    }

    @Test("sets are grouped by subtree and by overlap of words")
    func sets() throws {
        let taxonomy = try taxonomy()
        let queries = ["a", "b"].map { top in
            SetQuery(
                id: top,
                hide: top,
                seeds: ["\(top)1 kind 1"],
                gold: ["\(top)1 kind 2", "\(top)1 kind 3"]
            )
        }
        let report = try SetEvaluation(taxonomy, queries: queries, seed: 1).run([
            ("fusion", { $0.gold.compactMap(taxonomy.index(ofIdentifier:)) }),
            ("encoder", { $0.id == "a" ? $0.gold.compactMap(taxonomy.index(ofIdentifier:)) : [] }),
        ])
        #expect(report.measures("all", "fusion")?["mapAt10"] == 100)
        #expect(report.measures("all", "encoder")?["mapAt10"] == 50)
        #expect(report.measures("all", "gain")?["mapAt10"] == 50)
        #expect(report.measures("b", "encoder")?["mapAt10"] == 0)
        #expect(report.measures("lowOverlap", "fusion") == nil)
    }

    @Test("closed classes give drawn seeds and the rest as gold")
    func classes() throws {
        let table = "C1\tcolours\tred\tgreen\tblue\tgrey\tpink\nC2\tfew\tone\ttwo\n"
        let closed = try ClosedClasses(table, file: "classes.tsv")
        #expect(closed.vocabulary.concepts.count == 7)
        let queries = closed.queries(seed: 4)
        #expect(queries.map(\.id) == ["C1/1", "C1/2"])
        for query in queries {
            #expect(query.seeds.count == 3)
            #expect(
                Set(query.seeds + query.gold) == ["red", "green", "blue", "grey", "pink"]
            )
        }
        #expect(closed.queries(seed: 4) == queries)
        #expect(throws: SubmissionError.self) {
            try ClosedClasses("C1\tcolours\n", file: "classes.tsv")
        }
    }

    @Test("construction counts edges and ancestors beyond the seeds")
    func construction() throws {
        let tree = TreeQuery(
            id: "t",
            name: "t",
            hide: "t",
            seedEdges: [["a", "t"], ["b", "t"]],
            nodes: ["a", "b", "c", "d"],
            edges: [["a", "t"], ["b", "t"], ["c", "a"], ["d", "c"]]
        )
        let report = try ConstructionEvaluation([tree], seed: 1).run([
            (
                "fusion",
                { _, nodes in
                    #expect(nodes == nil || nodes == tree.nodes)
                    return [
                        TreeEdge(child: "a", parent: "t"), TreeEdge(child: "c", parent: "a"),
                        TreeEdge(child: "d", parent: "a"),
                    ]
                }
            ),
            ("retrieval", { _, _ in [TreeEdge(child: "c", parent: "a")] }),
        ])
        let fusion = try #require(report.measures("nodesGiven", "fusion"))
        #expect(fusion["edgePrecision"] == 50)
        #expect(fusion["edgeRecall"] == 50)
        // Found c<a, c<t, d<a, d<t; true are those and d<c.
        #expect(fusion["ancestorPrecision"] == 100)
        #expect(fusion["ancestorRecall"] == 80)
        #expect(report.measures("allNames", "retrieval")?["edgePrecision"] == 100)
        #expect(report.measures("allNames", "gain")?["edgeF1"] == -16.6667)
    }

    @Test("insertion hangs the children of a removed concept on its parents and asks for it")
    func insertion() throws {
        let taxonomy = try taxonomy()
        let evaluation = try InsertionEvaluation(taxonomy, remove: 1, seed: 2)
        #expect(evaluation.reduced.concepts.count == taxonomy.concepts.count - 2)
        #expect(evaluation.kept.count == evaluation.reduced.concepts.count)
        let names = Set(evaluation.reduced.concepts.map(\.name))
        let gone = taxonomy.concepts.map(\.name).filter { !names.contains($0) }
        let inner = try #require(gone.first { !$0.contains("kind") })
        let top = try #require(evaluation.reduced.index(ofIdentifier: String(inner.prefix(1))))
        let moved = evaluation.reduced.concepts.indices.filter {
            evaluation.reduced.concepts[$0].name.hasPrefix(inner + " ")
        }
        for index in moved { #expect(evaluation.reduced.parents[index] == [top]) }
        let report = try evaluation.run(
            oracle(isFirst: false) { _ in top },
            insert: { task in
                ([top], task.term == inner ? Array(moved.prefix(1)) : [])
            }
        )
        #expect(report.measures("inner", "insertion")?["hitAt1"] == 100)
        #expect(report.measures("inner", "alwaysLeaf")?["hitAt1"] == 0)
        #expect(report.measures("inner", "gain")?["hitAt1"] == 100)
        #expect(report.measures("inner", "insertion")?["childrenPrecision"] == 100)
        #expect(report.measures("inner", "alwaysLeaf")?["childrenF1"] == 0)
        #expect(report.measures("leaves", "insertion")?["falseInsertions"] == 0)
        #expect((report.measures("all", "gain")?["childrenF1"] ?? 0) > 0)
    }

    @Test("a line that is no query is refused with its place")
    func lines() throws {
        let good = Data("{\"id\":\"1\",\"name\":\"n\",\"parents\":[]}\n\n".utf8)
        let queries = try LineFile.read(good, file: "q.jsonl", as: RolloverQuery.self)
        #expect(queries == [RolloverQuery(id: "1", name: "n")])
        #expect(throws: SubmissionError.self) {
            try LineFile.read(Data("{}\n".utf8), file: "q.jsonl", as: RolloverQuery.self)
        }
        #expect(throws: SubmissionError.self) {
            try LineFile.read(Data(), file: "q.jsonl", as: RolloverQuery.self)
        }
    }
}
