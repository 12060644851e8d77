import Taxonomy
import Testing

@Suite("Taxonomy")
struct TaxonomyTests {
    /// a is the parent of b and c, both are parents of d, and e has the parents d and a.
    private let concepts = ["a", "b", "c", "d", "e"].map {
        Concept(identifier: $0, name: $0.uppercased(), synonyms: ["\($0)-other", "shared"])
    }
    private let parents = [[], [0], [0], [2, 1, 2], [3, 0]]

    @Test("edges are sorted, without duplicates, and known from both ends")
    func edges() throws {
        let taxonomy = try Taxonomy(concepts: concepts, parents: parents)
        #expect(taxonomy.parents[3] == [1, 2])
        #expect(taxonomy.children[0] == [1, 2, 4])
        #expect(taxonomy.roots == [0])
        #expect(taxonomy.edgeCount == 6)
    }

    @Test("depth follows the shortest path to the root, which has depth 1")
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

    @Test("a term finds the concept that it names before those of which it is a synonym")
    func terms() throws {
        let more = concepts + [Concept(identifier: "f", name: "Shared")]
        let taxonomy = try Taxonomy(concepts: more, parents: parents + [[]])
        #expect(taxonomy.indices(ofTerm: "SHARED") == [5, 0, 1, 2, 3, 4])
        #expect(taxonomy.indices(ofTerm: "A Other") == [0])
        #expect(taxonomy.indices(ofTerm: "none").isEmpty)
        #expect(taxonomy.index(ofIdentifier: "c") == 2)
    }

    @Test("a part is a concept with all its descendants, without other parents")
    func part() throws {
        let part = try Taxonomy(concepts: concepts, parents: parents).part(under: 1)
        #expect(part.taxonomy.concepts.map(\.identifier) == ["b", "d", "e"])
        #expect(part.taxonomy.parents == [[], [0], [1]])
        #expect(part.kept == [1, 3, 4])
    }

    @Test("children of a removed concept move to the nearest remaining ancestors")
    func removing() throws {
        let part = try Taxonomy(concepts: concepts, parents: parents).removing([1, 3])
        #expect(part.taxonomy.concepts.map(\.identifier) == ["a", "c", "e"])
        #expect(part.taxonomy.parents == [[], [0], [0, 1]])
        #expect(part.kept == [0, 2, 4])
    }

    @Test("a cycle is refused with the identifiers along it")
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

    @Test("a taxonomy may have no concepts")
    func empty() throws {
        let taxonomy = try Taxonomy(concepts: [], parents: [])
        #expect(taxonomy.roots.isEmpty)
        #expect(taxonomy.edgeCount == 0)
    }
}
