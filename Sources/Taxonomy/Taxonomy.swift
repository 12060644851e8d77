/// A directed acyclic graph (DAG) of concepts, with edges from each concept to its parents.
///
/// Immutable; ``init(concepts:parents:)`` rejects anything that is not a DAG.
package struct Taxonomy: Sendable {
    /// All concepts, in the order of the source.
    package let concepts: [Concept]
    /// For each concept, the indices of its parents, ascending and without repetition.
    package let parents: [[Concept.Index]]
    /// For each concept, the indices of its children, ascending.
    package let children: [[Concept.Index]]
    /// Number of edges on the shortest path up to a root, plus 1; a root has depth 1.
    package let depths: [Int]
    /// Concepts that the source calls obsolete, in its order; none of them is in ``concepts``.
    package let obsolete: [ObsoleteConcept]

    private let indexByIdentifier: [String: Concept.Index]
    private let indicesByTerm: [String: [Concept.Index]]
    let identifiers = IdentifierIndex()

    /// Builds the graph.
    ///
    /// - Parameters:
    ///   - concepts: The nodes, with unique identifiers.
    ///   - parents: For each concept, a list of indices into `concepts`.
    ///   - obsolete: Concepts that the source calls obsolete.
    /// - Throws: ``TaxonomyError`` for a repeated identifier or a cycle.
    package init(
        concepts: [Concept],
        parents: [[Concept.Index]],
        obsolete: [ObsoleteConcept] = []
    ) throws(TaxonomyError) {
        precondition(
            concepts.count == parents.count,
            "Taxonomy: \(concepts.count) concepts, \(parents.count) parent lists"
        )
        var byIdentifier = [String: Concept.Index](minimumCapacity: concepts.count)
        for (index, concept) in concepts.enumerated() {
            guard byIdentifier.updateValue(index, forKey: concept.identifier) == nil else {
                throw .repeatedIdentifier(concept.identifier)
            }
        }
        let parents = parents.map { Array(Set($0)).sorted() }
        var children = [[Concept.Index]](repeating: [], count: concepts.count)
        for (child, its) in parents.enumerated() {
            for parent in its { children[parent].append(child) }
        }

        // Topological order from the roots: a node is queued once all its parents have been
        // visited, so that nodes on a cycle, and those below one, are never queued.
        var depths = [Int](repeating: 0, count: concepts.count)
        var open = parents.map(\.count)
        var queue = parents.indices.filter { parents[$0].isEmpty }
        for root in queue { depths[root] = 1 }
        var head = 0
        while head < queue.count {
            let node = queue[head]
            head += 1
            for child in children[node] {
                let depth = depths[node] + 1
                depths[child] = depths[child] == 0 ? depth : min(depths[child], depth)
                open[child] -= 1
                if open[child] == 0 { queue.append(child) }
            }
        }
        if queue.count < concepts.count {
            let stuck = open.indices.first { open[$0] > 0 } ?? 0
            let cycle = Self.cycle(through: stuck, parents: parents)
            throw .cycle(cycle.map { concepts[$0].identifier })
        }

        self.concepts = concepts
        self.parents = parents
        self.children = children
        self.depths = depths
        self.obsolete = obsolete
        indexByIdentifier = byIdentifier
        indicesByTerm = Self.indicesByTerm(of: concepts)
    }

    /// The concepts with each term, by its key.
    ///
    /// Names come before synonyms, so the first match of a term is a concept with that name.
    private static func indicesByTerm(of concepts: [Concept]) -> [String: [Concept.Index]] {
        var byTerm = [String: [Concept.Index]](minimumCapacity: concepts.count * 2)
        for (index, concept) in concepts.enumerated() {
            byTerm[Term.key(concept.name), default: []].append(index)
        }
        for (index, concept) in concepts.enumerated() {
            for synonym in concept.synonyms {
                let key = Term.key(synonym)
                if byTerm[key]?.contains(index) != true { byTerm[key, default: []].append(index) }
            }
        }
        return byTerm
    }

    /// Concepts without a parent.
    package var roots: [Concept.Index] { parents.indices.filter { parents[$0].isEmpty } }

    /// The total number of parent edges.
    package var edgeCount: Int { parents.reduce(0) { $0 + $1.count } }

    /// The concept with exactly this identifier; `nil` if there is none.
    package func index(ofIdentifier identifier: String) -> Concept.Index? {
        indexByIdentifier[identifier]
    }

    /// The one concept with this identifier, however it is written; `nil` if there is none, or
    /// several have it as an alternative one.
    ///
    /// The prefix may be missing, the letter case is ignored, and addresses of OBO, NLM and
    /// identifiers.org, tree numbers and the source's alternative identifiers count as well.
    package func index(ofAnyIdentifier identifier: String) -> Concept.Index? {
        let found = indices(ofAnyIdentifier: identifier)
        return found.count == 1 ? found[0] : nil
    }

    /// The concepts with this identifier, however it is written; several only if it is an
    /// alternative one of several.
    ///
    /// - Parameters:
    ///   - identifier: The identifier as written.
    ///   - isBeside: Whether it stands beside a name and may come from any collection. Then a tree
    ///     number without a dot and a bare number of OMIM do not count, since codes of other
    ///     collections look the same.
    /// - Returns: The concepts, ascending.
    package func indices(
        ofAnyIdentifier identifier: String,
        besideName isBeside: Bool = false
    ) -> [Concept.Index] {
        if let index = index(ofIdentifier: identifier) { return [index] }
        return identifiers.indices(of: identifier, in: self, isBeside: isBeside)
    }

    /// Concepts with this term as name (listed first) or synonym, compared by ``Term/key(_:)``.
    package func indices(ofTerm term: String) -> [Concept.Index] {
        indicesByTerm[Term.key(term)] ?? []
    }

    /// All ancestors of `index`, without `index` itself.
    package func ancestors(of index: Concept.Index) -> Set<Concept.Index> {
        reach(from: index, along: parents)
    }

    /// All descendants of `index`, without `index` itself.
    package func descendants(of index: Concept.Index) -> Set<Concept.Index> {
        reach(from: index, along: children)
    }

    private func reach(
        from start: Concept.Index,
        along edges: [[Concept.Index]]
    ) -> Set<Concept.Index> {
        var found = Set<Concept.Index>()
        var stack = edges[start]
        while let node = stack.popLast() {
            if found.insert(node).inserted { stack.append(contentsOf: edges[node]) }
        }
        return found
    }

    /// A cycle reached by climbing from `start`, which lies on one or below one.
    private static func cycle(
        through start: Concept.Index,
        parents: [[Concept.Index]]
    ) -> [Concept.Index] {
        var state = [UInt8](repeating: 0, count: parents.count)
        var path: [(node: Concept.Index, next: Int)] = [(start, 0)]
        state[start] = 1
        while let (node, next) = path.last {
            guard next < parents[node].count else {
                state[node] = 2
                path.removeLast()
                continue
            }
            path[path.count - 1].next += 1
            let parent = parents[node][next]
            if state[parent] == 1, let from = path.firstIndex(where: { $0.node == parent }) {
                return path[from...].map(\.node)
            }
            if state[parent] == 0 {
                state[parent] = 1
                path.append((parent, 0))
            }
        }
        return [start]
    }
}

/// Why a set of concepts and edges is not a taxonomy.
package enum TaxonomyError: Error, Hashable {
    case repeatedIdentifier(String)
    /// Identifiers along the cycle, each a child of the next.
    case cycle([String])
}
