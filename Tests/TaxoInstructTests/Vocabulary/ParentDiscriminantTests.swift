import Foundation
import Inference
import TaxoInstruct
import Taxonomy
import Testing

@Suite("Linear discriminant analysis of edges")
struct ParentDiscriminantTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let concept: Int
            let without: [Int]
            let logarithms: [Float]
        }

        let dimension: Int
        let vectors: [Float]
        let parents: [[Int]]
        let cases: [Case]

        static func read() throws -> Golden {
            let url = try #require(
                Bundle.module.url(
                    forResource: "parent_discriminant",
                    withExtension: "json",
                    subdirectory: "Golden"
                )
            )
            return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        }

        func taxonomy() throws -> Taxonomy {
            try Taxonomy(
                concepts: parents.indices.map { Concept(identifier: "\($0)", name: "c\($0)") },
                parents: parents
            )
        }

        var table: EmbeddingTable { EmbeddingTable(rows: vectors, dimension: dimension) }
    }

    @Test("agrees with an independent implementation, with and without concepts left out")
    func golden() throws {
        let golden = try Golden.read()
        let view = VisibleTaxonomy(try golden.taxonomy())
        let discriminant = ParentDiscriminant(golden.table, view)
        for one in golden.cases {
            let posterior = discriminant.posterior(
                of: golden.table.row(one.concept),
                excluding: one.without,
                Lineage(view)
            )
            // Sums of a few numbers in 32 bits against 64.
            for (found, expected) in zip(posterior.logarithms, one.logarithms) {
                #expect(abs(found - expected) < 1e-3, "\(one.concept) without \(one.without)")
            }
        }
    }

    @Test("a concept's share holds that of all below it; the root's is everything")
    func below() throws {
        let golden = try Golden.read()
        let view = VisibleTaxonomy(try golden.taxonomy())
        let posterior = ParentDiscriminant(golden.table, view)
            .posterior(of: golden.table.row(4), excluding: [4], Lineage(view))
        #expect(abs(posterior.below[0]) < 1e-4)
        let own = exp(posterior.logarithms[3]) + exp(posterior.logarithms[8])
        #expect(abs(posterior.below[3] - log(own)) < 1e-4)
        #expect(posterior.below[4] < -20)
    }

    @Test("what is hidden is neither a class nor a child of one")
    func hidden() throws {
        let golden = try Golden.read()
        let taxonomy = try golden.taxonomy()
        let view = VisibleTaxonomy(taxonomy, hiding: ["3"])
        let posterior = ParentDiscriminant(golden.table, view)
            .posterior(of: golden.table.row(4), excluding: [], Lineage(view))
        for concept in [3, 8] { #expect(posterior.logarithms[concept] == -25) }
        let whole = VisibleTaxonomy(taxonomy)
        let other = ParentDiscriminant(golden.table, whole)
            .posterior(of: golden.table.row(4), excluding: [], Lineage(whole))
        #expect(other.logarithms[1] != posterior.logarithms[1])
    }

    @Test(
        "names that say nothing are placed by chance when they are left out, in a small taxonomy, too"
    )
    func noLeak() throws {
        // 120 random vectors of 64 channels under ten classes: nothing can be known.
        var generator = SplitMix64(seed: 3)
        let names = (0..<131).map { Concept(identifier: "\($0)", name: "c\($0)") }
        let parents = (0..<131).map { index -> [Int] in
            index == 0 ? [] : index <= 10 ? [0] : [1 + generator.next(below: 10)]
        }
        let rows = (0..<131).flatMap { _ in
            let row = (0..<64).map { _ in Float(generator.uniform() - 0.5) }
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return row.map { $0 / length }
        }
        let table = EmbeddingTable(rows: rows, dimension: 64)
        let view = VisibleTaxonomy(try Taxonomy(concepts: names, parents: parents))
        let discriminant = ParentDiscriminant(table, view)
        let lineage = Lineage(view)
        let right = (11..<131).count { concept in
            let posterior = discriminant.posterior(
                of: table.row(concept),
                excluding: [concept],
                lineage
            )
            let best = (1...10).max { posterior.logarithms[$0] < posterior.logarithms[$1] }
            return best.map { parents[concept].contains($0) } ?? false
        }
        // Twelve are expected; with the concept's own part in W it would be nearly all.
        #expect(right < 28)
    }

    @Test("a taxonomy without edges has no class")
    func bare() throws {
        let golden = try Golden.read()
        let taxonomy = try Taxonomy(
            concepts: (0..<golden.parents.count).map {
                Concept(identifier: "\($0)", name: "\($0)")
            },
            parents: golden.parents.map { _ in [] }
        )
        let view = VisibleTaxonomy(taxonomy)
        let posterior = ParentDiscriminant(golden.table, view)
            .posterior(of: golden.table.row(0), excluding: [], Lineage(view))
        #expect(posterior.logarithms.allSatisfy { $0 == -25 })
    }
}
