import Taxonomy
import Testing

@Suite("Taxonomy")
struct TaxonomyTests {
    /// a over b and c; d under b and c; e under d and directly under a.
    private let concepts = ["a", "b", "c", "d", "e"].map {
        Concept(identifier: $0, name: $0.uppercased(), synonyms: ["\($0)-other", "shared"])
    }
    private let parents = [[], [0], [0], [2, 1, 2], [3, 0]]

    @Test("edges are sorted, without repetition, and known from both ends")
    func edges() throws {
        let taxonomy = try Taxonomy(concepts: concepts, parents: parents)
        #expect(taxonomy.parents[3] == [1, 2])
        #expect(taxonomy.children[0] == [1, 2, 4])
        #expect(taxonomy.roots == [0])
        #expect(taxonomy.edgeCount == 6)
    }

    @Test("depth follows the shortest way up, and the root has depth 1")
    func depths() throws {
        let taxonomy = try Taxonomy(concepts: concepts, parents: parents)
        #expect(taxonomy.depths == [1, 2, 2, 3, 2])
    }

    @Test("ancestors and descendants leave out the concept itself")
    func relatives() throws {
        let taxonomy = try Taxonomy(concepts: concepts, parents: parents)
        #expect(taxonomy.ancestors(of: 4) == [0, 1, 2, 3])
        #expect(taxonomy.descendants(of: 1) == [3, 4])
    }

    @Test("a term finds the concept it names before those it is a synonym of")
    func terms() throws {
        let more = concepts + [Concept(identifier: "f", name: "Shared")]
        let taxonomy = try Taxonomy(concepts: more, parents: parents + [[]])
        #expect(taxonomy.indices(ofTerm: "SHARED") == [5, 0, 1, 2, 3, 4])
        #expect(taxonomy.indices(ofTerm: "A Other") == [0])
        #expect(taxonomy.indices(ofTerm: "none").isEmpty)
        #expect(taxonomy.index(ofIdentifier: "c") == 2)
    }

    @Test("a part is a concept with all that is below it, other parents left out")
    func part() throws {
        let part = try Taxonomy(concepts: concepts, parents: parents).part(under: 1)
        #expect(part.taxonomy.concepts.map(\.identifier) == ["b", "d", "e"])
        #expect(part.taxonomy.parents == [[], [0], [1]])
        #expect(part.kept == [1, 3, 4])
    }

    @Test("children of what is removed hang on the nearest ancestors that stay")
    func removing() throws {
        let part = try Taxonomy(concepts: concepts, parents: parents).removing([1, 3])
        #expect(part.taxonomy.concepts.map(\.identifier) == ["a", "c", "e"])
        #expect(part.taxonomy.parents == [[], [0], [0, 1]])
        #expect(part.kept == [0, 2, 4])
    }

    @Test("a cycle is refused by the identifiers along it")
    func cycle() {
        #expect(throws: TaxonomyError.cycle(["c", "d"])) {
            try Taxonomy(
                concepts: Array(concepts[..<4]),
                parents: [[], [2], [3], [2]]
            )
        }
        #expect(throws: TaxonomyError.cycle(["a"])) {
            try Taxonomy(concepts: [concepts[0]], parents: [[0]])
        }
    }

    @Test("a repeated identifier is refused")
    func repeatedIdentifier() {
        #expect(throws: TaxonomyError.repeatedIdentifier("a")) {
            try Taxonomy(concepts: [concepts[0], concepts[0]], parents: [[], []])
        }
    }

    @Test("no concepts are a taxonomy")
    func empty() throws {
        let taxonomy = try Taxonomy(concepts: [], parents: [])
        #expect(taxonomy.roots.isEmpty)
        #expect(taxonomy.edgeCount == 0)
    }
}
