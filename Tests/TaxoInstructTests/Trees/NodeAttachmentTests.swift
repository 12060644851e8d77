import TaxoInstruct
import Taxonomy
import Testing

@Suite("Attaching nodes to a tree")
struct NodeAttachmentTests {
    /// A tree of Heart Diseases over Heart Failure, in the sample or in a vocabulary without edges.
    private func attachment(isBare: Bool = true) throws -> NodeAttachment {
        let whole = try Sample.taxonomy()
        let taxonomy =
            isBare
            ? try Taxonomy(
                concepts: whole.concepts,
                parents: whole.concepts.map { _ in [] }
            ) : whole
        return NodeAttachment(
            try Sample.vocabulary(of: taxonomy).view(),
            tops: [1],
            children: [1: [2]]
        )
    }

    @Test("every node gets one parent of those that may have it, the surest first")
    func attached() throws {
        let nodes = [3, 5, 6]
        let edges = try attachment().attach(nodes, to: [1, 2] + nodes, given: [2: 1])
        #expect(Set(edges.map(\.child)) == Set(nodes))
        for edge in edges {
            #expect(edge.child != edge.parent && ([1, 2] + nodes).contains(edge.parent))
            #expect(edge.probability > 0 && edge.probability <= 1)
        }
        #expect(zip(edges, edges.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    @Test("no two nodes are each other's ancestors, whatever is wished")
    func acyclic() throws {
        // Both would be the other's child by far.
        let edges = try attachment().attach(
            [5, 6],
            to: [1, 5, 6],
            given: [2: 1],
            bonus: [5: [6: 100], 6: [5: 100]]
        )
        let parents = Dictionary(uniqueKeysWithValues: edges.map { ($0.child, $0.parent) })
        #expect(parents.count == 2)
        #expect(parents[5] == 1 || parents[6] == 1)
    }

    @Test("a bonus moves a node, and what the vocabulary knows outweighs a small one")
    func bonus() throws {
        let moved = try attachment().attach(
            [8],
            to: [1, 2],
            given: [2: 1],
            bonus: [8: [2: 100]]
        )
        #expect(moved.map(\.parent) == [2])
        let known = try attachment(isBare: false).attach(
            [3],
            to: [1, 2],
            given: [2: 1],
            bonus: [3: [2: 1]]
        )
        #expect(known.map(\.parent) == [1])
    }

    @Test("where there is nothing to attach or no place for it, there is no edge")
    func nothing() throws {
        #expect(try attachment().attach([], to: [1], given: [:]).isEmpty)
        #expect(try attachment().attach([3], to: [3], given: [:]).isEmpty)
    }
}
