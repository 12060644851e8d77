import Contract
package import TaxoInstruct
import Taxonomy

extension Expander {
    /// Grows a tree from its seed edges; if nodes are given, in a vocabulary of only those nodes.
    ///
    /// - Throws: ``UnansweredQuery``.
    package func grownEdges(of tree: TreeQuery, nodes: [String]?) throws -> [TreeEdge] {
        let named = tree.seedEdges.flatMap(\.self) + [tree.hide]
        let asked = try nodes.map {
            variant(vocabulary: try vocabulary.restricted(to: $0 + named))
        }
        let answer = try (asked ?? self).answer(
            Query(
                key: tree.id,
                task: .grow,
                tree: tree.seedEdges.compactMap(TreeEdge.init).map {
                    Query.Edge(child: $0.child, parent: $0.parent)
                },
                hide: [tree.hide]
            )
        )
        guard answer.status != .error else {
            throw UnansweredQuery(key: tree.id, reason: answer.reason?.message ?? "")
        }
        return answer.proposals.compactMap { proposal in
            proposal.parent.map { TreeEdge(child: proposal.identifier, parent: $0) }
        }
    }

    /// The baseline: the parent of each node is the first concept that retrieval finds.
    ///
    /// If all names are given, the `count` names nearest to the seeds become nodes.
    package func retrievedEdges(of tree: TreeQuery, nodes: [String]?, count: Int) -> [TreeEdge] {
        let taxonomy = vocabulary.taxonomy
        let seeds = tree.seedEdges.compactMap(TreeEdge.init)
        let placed = Set(seeds.map(\.child)).union([tree.hide])
        let named = Set(seeds.flatMap { [$0.child, $0.parent] })
        let known = named.compactMap(taxonomy.index(ofIdentifier:)).sorted()
        let children: [Concept.Index]
        let pool: [Concept.Index]
        if let nodes {
            pool = Set(known).union(nodes.compactMap(taxonomy.index(ofIdentifier:))).sorted()
            children = pool.filter { !placed.contains(taxonomy.concepts[$0].identifier) }
        } else {
            pool = known
            var nearest = [Float](repeating: -1, count: taxonomy.concepts.count)
            for index in known {
                let cosines = vocabulary.embeddings.cosines(with: vocabulary.embeddings.row(index))
                for other in nearest.indices where cosines[other] > nearest[other] {
                    nearest[other] = cosines[other]
                }
            }
            let isKnown = Set(known)
            children = Array(
                Ranking.top(count + known.count, of: nearest)
                    .filter { !isKnown.contains($0) }.prefix(count)
            )
        }
        return children.compactMap { child in
            retrieveParents(of: child, among: pool, hiding: [tree.hide], count: 1).first.map {
                TreeEdge(
                    child: taxonomy.concepts[child].identifier,
                    parent: taxonomy.concepts[$0].identifier
                )
            }
        }
    }
}

extension Vocabulary {
    /// A vocabulary of only the given concepts, without edges.
    ///
    /// - Throws: `TaxonomyError` for a repeated identifier.
    package func restricted(to identifiers: [String]) throws -> Vocabulary {
        let indices = Set(identifiers.compactMap(taxonomy.index(ofIdentifier:))).sorted()
        return replaced(
            by: try Taxonomy(
                concepts: indices.map { taxonomy.concepts[$0] },
                parents: indices.map { _ in [] }
            ),
            keeping: indices
        )
    }
}
