import Glibc
package import Taxonomy

/// The probability that a concept of the vocabulary belongs to a growing tree.
///
/// Two logistic regressions over the concepts most similar to the tree as a whole. The first
/// compares names, definitions and embeddings with those of the tree's nodes. The second also reads
/// the first one's probabilities for the concept's neighbours and for concepts whose names are
/// contained in its own: “Heart Failure, Diastolic” belongs where “Heart Failure” does, even if no
/// seed node shows it. A candidate's own edges are not read.
///
/// Fitted on 24 subtrees of MEDIC with twelve seed edges each. The cardiovascular, digestive, eye
/// and musculoskeletal subtrees, and all concepts in them, were left out. In four-fold
/// cross-validation over the trees, with as many top-ranked concepts as the tree has, precision is
/// 41 %; ranking by cosine with the nearest seed gives 29 %.
package struct TreeMembership {
    private let tables: SiblingTables

    package init(_ tables: SiblingTables) { self.tables = tables }

    /// The nodes of the seed tree.
    package struct SeedTree {
        package let nodes: [Concept.Index]
        /// Nodes without a parent, and nodes with children.
        package let tops: [Concept.Index]
        package let inner: [Concept.Index]

        package init(nodes: [Concept.Index], tops: [Concept.Index], inner: [Concept.Index]) {
            self.nodes = nodes
            self.tops = tops
            self.inner = inner
        }
    }

    /// Number of most similar concepts that are scored.
    private static let pool = 2_000

    /// The membership probability of each of the concepts most similar to the tree.
    ///
    /// - Parameters:
    ///   - tree: The seed tree, with at least one node.
    ///   - isEligible: Whether a concept may belong to the tree.
    /// - Returns: Probabilities of up to 2,000 concepts.
    package func probabilities(
        of tree: SeedTree,
        where isEligible: (Concept.Index) -> Bool
    ) -> [Concept.Index: Double] {
        let likeness = Likeness(tree, tables)
        let count = tables.embeddings.count
        let near = (0..<count).map { index in
            isEligible(index)
                ? likeness.cosines.mean[index] + 2 * likeness.words.mean[index] : -.infinity
        }
        let pool = Ranking.top(min(Self.pool, count), of: near).filter { near[$0] > -.infinity }
        let neighbours = tables.neighbours.neighbours(of: pool)
        var known = [Float](repeating: 0, count: count)
        for node in tree.nodes { known[node] = 1 }

        let rows = pool.enumerated().map { place, concept in
            row(concept, rank: place + 1, likeness, tree)
                + [Self.share(of: known, among: neighbours[concept] ?? [], Self.neighbours)]
        }
        let first = rows.map { Self.logistic(Self.alone($0)) }
        for (concept, probability) in zip(pool, first) { known[concept] = Float(probability) }

        let names = ContainedNames(tables.index)
        return Dictionary(
            uniqueKeysWithValues: zip(pool, rows).map { concept, row in
                let near = neighbours[concept] ?? []
                let held = names.contained(in: concept)
                let features =
                    row + [
                        Self.share(of: known, among: near, Self.neighbours),
                        Self.share(of: known, among: near, Self.nearest),
                        held.map { known[$0.name] }.max() ?? 0,
                        held.reduce(0) { $0 + $1.weight * known[$1.name] }
                            / max(held.reduce(0) { $0 + $1.weight }, 0.5),
                        log(known[concept] + 1e-4),
                    ]
                return (concept, Self.logistic(Self.together(features)))
            }
        )
    }

    /// The features of the first regression, which precede those of the neighbours.
    private func row(
        _ concept: Concept.Index,
        rank: Int,
        _ likeness: Likeness,
        _ tree: SeedTree
    ) -> [Float] {
        let index = tables.index
        return [
            likeness.cosines.mean[concept], likeness.cosines.best[concept],
            likeness.cosines.top[concept], likeness.cosines.inner[concept],
            likeness.words.mean[concept], likeness.words.best[concept],
            likeness.words.top[concept], likeness.words.inner[concept],
            likeness.spellings[concept], log(Float(rank)), index.generality[concept],
            tree.tops.contains { index.sources[$0] == index.sources[concept] } ? 1 : 0,
            index.logTerms[concept], index.definitions[concept].words.isEmpty ? 0 : 1,
            Float(index.nameSets[concept].count),
        ]
    }

    /// Number of neighbours that are read.
    private static let neighbours = 20
    private static let nearest = 5

    /// Mean of a value over a concept's nearest neighbours, weighted by similarity.
    private static func share(
        of known: [Float],
        among neighbours: [NeighbourTable.Neighbour],
        _ width: Int
    ) -> Float {
        var sum: Float = 0
        var total: Float = 0
        for neighbour in neighbours.prefix(width) {
            let square = max(0, neighbour.similarity) * max(0, neighbour.similarity)
            sum += square * square * known[Int(neighbour.index)]
            total += square * square
        }
        return total > 0 ? sum / total : 0
    }

    private static func logistic(_ score: Double) -> Double { 1 / (1 + exp(-score)) }

    // Weights in the order of the feature rows.
    private static let alone = BoundedSum(
        bias: -3.0006,
        means: [
            0.2622, 0.4144, 0.3111, 0.3723, 0.02762, 0.08689, 0.03664, 0.06063, 0.03293, 6.603,
            0.3209, 0.6856, 1.894, 0.6732, 2.665, 0.005793,
        ],
        scales: [
            19.11, 11.15, 10.88, 11.63, 50.32, 13.66, 22.32, 16.82, 29.34, 1.009, 1.342, 2.154,
            1.186, 2.132, 0.6174, 33.9,
        ],
        weights: [
            0.1314, 0.1167, 0.3243, 0.2753, 0.4646, 0.3159, 0.223, -0.1052, -0.5085, -0.1979,
            -0.1173, -0.1626, 0.04886, -0.05133, 0.1731, 0.2553,
        ]
    )

    private static let together = BoundedSum(
        bias: -2.9569,
        means: [
            0.2622, 0.4144, 0.3111, 0.3723, 0.02762, 0.08689, 0.03664, 0.06063, 0.03293, 6.603,
            0.3209, 0.6856, 1.894, 0.6732, 2.665, 0.005793, 0.06241, 0.06718, 0.1503, 0.01895,
            -3.101,
        ],
        scales: [
            19.11, 11.15, 10.88, 11.63, 50.32, 13.66, 22.32, 16.82, 29.34, 1.009, 1.342, 2.154,
            1.186, 2.132, 0.6174, 33.9, 9.796, 8.294, 3.906, 13.75, 1.06,
        ],
        weights: [
            0.1387, 0.09826, 0.4087, 0.3221, 0.5377, 0.4066, 0.367, -0.1192, -0.6701, -0.3047,
            -0.1293, -0.1696, 0.07816, -0.1519, 0.218, 0.06959, 0.6247, -0.08751, -0.2836,
            0.2371, -0.5966,
        ]
    )
}

/// The similarity of every concept to the nodes of a tree, as arrays of length C.
private struct Likeness {
    struct Numbers {
        var mean: [Float]
        /// Maximum over all nodes, over the tops, and over the nodes with children.
        var best: [Float]
        var top: [Float]
        var inner: [Float]
    }

    private(set) var cosines: Numbers
    private(set) var words: Numbers
    /// Means over the nodes.
    private(set) var spellings: [Float]

    init(_ tree: TreeMembership.SeedTree, _ tables: SiblingTables) {
        let zeros = [Float](repeating: 0, count: tables.embeddings.count)
        let least = [Float](repeating: -1, count: zeros.count)
        cosines = Numbers(mean: zeros, best: least, top: least, inner: least)
        words = cosines
        spellings = zeros
        let share = 1 / Float(max(1, tree.nodes.count))
        func add(_ similarities: [Float], of node: Concept.Index, to numbers: inout Numbers) {
            let isTop = tree.tops.contains(node)
            let isInner = tree.inner.contains(node)
            for index in similarities.indices {
                let value = similarities[index]
                numbers.mean[index] += share * value
                numbers.best[index] = max(numbers.best[index], value)
                if isTop { numbers.top[index] = max(numbers.top[index], value) }
                if isInner { numbers.inner[index] = max(numbers.inner[index], value) }
            }
        }
        for node in tree.nodes {
            let row = tables.embeddings.row(node)
            add(tables.embeddings.cosines(with: row), of: node, to: &cosines)
            add(tables.index.similarities(to: node), of: node, to: &words)
            for (index, value) in tables.neighbours.spellings(of: node).enumerated() {
                spellings[index] += share * value
            }
        }
    }
}

/// Looks up the concepts whose whole name occurs among the words of another concept's terms.
private struct ContainedNames {
    private let index: SiblingIndex
    /// For each word, the concepts of whose name it is the rarest word.
    private let byRarest: [[Int32]]

    init(_ index: SiblingIndex) {
        self.index = index
        var byRarest = [[Int32]](repeating: [], count: index.weights.count)
        for (concept, words) in index.nameSets.enumerated() {
            let rarest = words.max { index.weights[Int($0)] < index.weights[Int($1)] }
            if let rarest { byRarest[Int(rarest)].append(Int32(concept)) }
        }
        self.byRarest = byRarest
    }

    /// The contained concepts, except `concept` itself; a name that occurs in few others weighs
    /// more.
    func contained(in concept: Concept.Index) -> [(name: Concept.Index, weight: Float)] {
        let words = index.termWords(of: concept)
        return words.flatMap { byRarest[Int($0)] }.compactMap { name in
            let name = Int(name)
            guard name != concept, SiblingIndex.isPart(index.nameSets[name], of: words)
            else { return nil }
            return (name, exp(-index.generality[name]))
        }
    }
}
