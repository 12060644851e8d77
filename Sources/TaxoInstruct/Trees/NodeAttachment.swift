import Glibc
package import Taxonomy

/// Chooses a parent for each node of a growing tree, using names and the seed tree.
///
/// A first scorer, a weighted sum over features of (child, parent) pairs, gives each node a
/// distribution over parents. A second scorer also reads these distributions: the expected number
/// of children of the parent, the probable parents of the child's nearest nodes, and whether child
/// and parent may be swapped or two levels apart.
///
/// The weights were fitted by listwise softmax on the upper three levels of 24 subtrees of MEDIC
/// with twelve seed edges each. The cardiovascular, digestive, eye and musculoskeletal subtrees,
/// and all concepts in them, were left out. In four-fold cross-validation over the trees, with the
/// nodes given, edge F1 is 39.5 and ancestor F1 59.4; the first scorer alone reaches 37.6 and 56.6.
package struct NodeAttachment {
    private let tables: SiblingTables
    private let view: VocabularyView
    private let concepts: [Concept]
    private let tops: Set<Concept.Index>
    private let sources: Set<Int32>
    /// The children of each inner node of the seed tree.
    private let children: [Concept.Index: [Concept.Index]]

    /// - Parameters:
    ///   - view: What the query may see.
    ///   - tops: Nodes of the seed tree without a parent.
    ///   - children: The children of each inner node of the seed tree.
    package init(
        _ view: VocabularyView,
        tops: Set<Concept.Index>,
        children: [Concept.Index: [Concept.Index]]
    ) {
        let tables = view.vocabulary.siblingTables
        self.tables = tables
        self.view = view
        self.tops = tops
        self.children = children
        concepts = view.concepts
        sources = Set(children.keys.map { tables.index.sources[$0] })
    }

    /// A node with the parent found for it.
    package struct Edge {
        package let child: Concept.Index
        package let parent: Concept.Index
        package let score: Double
        /// Probability among the parents that were scored.
        package let probability: Double
    }

    /// Number of best parents per node that the second scorer rescores.
    private static let tried = 50

    /// Chooses a parent for each node, without creating a cycle.
    ///
    /// Edges are added by descending probability; a node whose best parent is its descendant takes
    /// the next best.
    ///
    /// - Parameters:
    ///   - nodes: The nodes to attach; none has a parent yet.
    ///   - parents: Possible parents; may include `nodes`.
    ///   - parentOf: The existing edges.
    ///   - bonus: A bonus added to the score of given (child, parent) pairs.
    /// - Returns: The edges by descending probability; ties go by identifier.
    package func attach(
        _ nodes: [Concept.Index],
        to parents: [Concept.Index],
        given parentOf: [Concept.Index: Concept.Index],
        bonus: [Concept.Index: [Concept.Index: Double]] = [:]
    ) -> [Edge] {
        func added(_ child: Concept.Index, _ parent: Concept.Index) -> Double {
            // An edge that the vocabulary already has need not be predicted.
            let known = view.parents(of: child).contains(parent) ? Self.known : 0
            return known + (bonus[child]?[parent] ?? 0)
        }
        let descriptions = Dictionary(
            uniqueKeysWithValues: Set(nodes).union(parents).map { ($0, Description($0, tables)) }
        )
        let guesses = nodes.map { child in
            let rows = rows(child, parents.filter { $0 != child }, descriptions)
            return Guess(child, rows) { Self.alone($1) + added(child, $0) }
        }
        let all = Guesses(guesses, given: parentOf)
        let wishes = guesses.map { guess -> (child: Concept.Index, choices: [Edge]) in
            let scores = guess.choices.map { choice in
                Self.together(choice.row + all.features(of: choice, guess))
                    + added(guess.child, choice.parent)
            }
            let shares = Ranking.logSoftmax(scores)
            let choices = Ranking.top(scores.count, of: scores.map(Float.init)).map {
                Edge(
                    child: guess.child,
                    parent: guess.choices[$0].parent,
                    score: scores[$0],
                    probability: exp(shares[$0])
                )
            }
            return (guess.child, choices)
        }
        return withoutCycles(wishes, given: parentOf)
    }

    /// Score bonus for an edge of the vocabulary, large enough to outweigh the evidence of the
    /// names.
    private static let known = 8.0

    private func withoutCycles(
        _ wishes: [(child: Concept.Index, choices: [Edge])],
        given parentOf: [Concept.Index: Concept.Index]
    ) -> [Edge] {
        var parentOf = parentOf
        func isBelow(_ node: Concept.Index, _ other: Concept.Index) -> Bool {
            var node = node
            var steps = 0
            while node != other, let up = parentOf[node], steps <= concepts.count {
                node = up
                steps += 1
            }
            return node == other
        }
        func key(_ wish: (child: Concept.Index, choices: [Edge])) -> (Double, String) {
            (-(wish.choices.first?.score ?? -.infinity), concepts[wish.child].identifier)
        }
        return wishes.sorted { key($0) < key($1) }.compactMap { wish in
            guard let edge = wish.choices.first(where: { !isBelow($0.parent, wish.child) })
            else { return nil }
            parentOf[wish.child] = edge.parent
            return edge
        }
    }

    // MARK: Pairs

    /// Features computed once per concept and used in all its pairs.
    private struct Description {
        let terms: [SiblingIndex.Word]
        let nameWeight: Float

        init(_ concept: Concept.Index, _ tables: SiblingTables) {
            terms = tables.index.termWords(of: concept)
            nameWeight = tables.index.nameSets[concept].reduce(0) {
                $0 + tables.index.weights[Int($1)]
            }
        }
    }

    /// A possible parent of a node.
    fileprivate struct Pair {
        let parent: Concept.Index
        let row: [Float]
        /// Sum of embedding cosine and trigram cosine.
        let similarity: Float
    }

    /// The first scorer's features of a node with each of the given parents.
    private func rows(
        _ child: Concept.Index,
        _ parents: [Concept.Index],
        _ descriptions: [Concept.Index: Description]
    ) -> [Pair] {
        let index = tables.index
        let documents = index.similarities(to: child)
        let spellings = tables.neighbours.spellings(of: child)
        let name = index.nameSets[child]
        let definition = index.definitions[child]
        guard let own = descriptions[child] else { return [] }
        func share(
            _ part: [SiblingIndex.Word],
            of whole: [SiblingIndex.Word],
            _ weight: Float
        ) -> Float {
            weight > 0 ? index.commonWeight(part, whole) / weight : 0
        }
        return parents.compactMap { parent in
            guard let its = descriptions[parent] else { return nil }
            let words = index.nameSets[parent]
            let cosine = tables.embeddings.cosine(child, parent)
            let below = children[parent] ?? []
            let row: [Float] = [
                cosine, cosine * cosine, documents[parent],
                share(words, of: own.terms, its.nameWeight),
                SiblingIndex.isPart(words, of: definition.words) ? 1 : 0,
                index.heads[child] == index.heads[parent] && index.heads[child] >= 0 ? 1 : 0,
                index.generality[parent] > index.generality[child] ? 1 : 0,
                Float(words.count - name.count),
                index.definitions[parent].words.isEmpty ? 0 : 1,
                tops.contains(parent) ? 1 : 0,
                below.isEmpty ? 0 : 1,
                sources.contains(index.sources[parent]) ? 1 : 0,
                log(Float(1 + concepts[parent].synonyms.count)),
                below.map { tables.embeddings.cosine(child, $0) }.max() ?? 0,
                spellings[parent],
                SiblingIndex.isProperPart(name, of: words) ? 1 : 0,
                SiblingIndex.cosine(definition, index.definitions[parent]),
                share(words, of: name, its.nameWeight),
                share(name, of: words, own.nameWeight),
                below.map { documents[$0] }.max() ?? 0,
            ]
            return Pair(parent: parent, row: row, similarity: cosine + spellings[parent])
        }
    }

    /// A node's distribution over parents by the first scorer.
    fileprivate struct Guess {
        let child: Concept.Index
        /// Possible parents, best first.
        let choices: [Pair]
        /// Probabilities of ``choices``.
        let shares: [Double]
        /// The most similar of all possible parents.
        let nearest: [Pair]

        init(
            _ child: Concept.Index,
            _ pairs: [Pair],
            score: (Concept.Index, [Float]) -> Double
        ) {
            self.child = child
            let scores = pairs.map { score($0.parent, $0.row) }
            let shares = Ranking.logSoftmax(scores).map(exp)
            let tried = min(NodeAttachment.tried, scores.count)
            let best = Ranking.top(tried, of: scores.map(Float.init))
            choices = best.map { pairs[$0] }
            self.shares = best.map { shares[$0] }
            nearest = Ranking.top(min(Self.neighbours, pairs.count), of: pairs.map(\.similarity))
                .map { pairs[$0] }
        }

        private static let neighbours = 10
    }

    /// The distributions of all nodes, as input of the second scorer.
    private struct Guesses {
        /// For each node, the probabilities of its most likely parents.
        private let shares: [Concept.Index: [Concept.Index: Float]]
        /// Expected number of children of each node.
        private let sizes: [Concept.Index: Float]

        /// Number of most likely parents kept per node.
        private static let read = 20

        init(_ guesses: [Guess], given parentOf: [Concept.Index: Concept.Index]) {
            var shares = parentOf.mapValues { [$0: Float(1)] }
            for guess in guesses {
                shares[guess.child] = Dictionary(
                    uniqueKeysWithValues: zip(guess.choices, guess.shares).prefix(Self.read).map {
                        ($0.parent, Float($1))
                    }
                )
            }
            var sizes: [Concept.Index: Float] = [:]
            // Summed in a fixed order, because a dictionary's order differs from run to run.
            for child in shares.keys.sorted() {
                for (parent, share) in shares[child] ?? [:] { sizes[parent, default: 0] += share }
            }
            self.shares = shares
            self.sizes = sizes
        }

        /// The second scorer's features, in addition to the pair's own row.
        func features(of pair: Pair, _ guess: Guess) -> [Float] {
            let parent = pair.parent
            let place = guess.choices.firstIndex { $0.parent == parent } ?? 0
            var votes: Float = 0
            var total: Float = 0
            for near in guess.nearest {
                let square = max(0, near.similarity) * max(0, near.similarity)
                votes += square * square * (shares[near.parent]?[parent] ?? 0)
                total += square * square
            }
            var byWay: Float = 0
            for (choice, share) in zip(guess.choices, guess.shares).prefix(Self.read) {
                byWay += Float(share) * (shares[choice.parent]?[parent] ?? 0)
            }
            return [
                Float(log(guess.shares[place] + 1e-6)),
                log((sizes[parent] ?? 0) + 0.05),
                total > 0 ? votes / total : 0,
                shares[parent]?[guess.child] ?? 0,
                byWay,
            ]
        }
    }

    // Weights in the order of the feature rows.
    private static let alone = BoundedSum(
        means: [
            0.2871, 0.1047, 0.05166, 0.04903, 0.008203, 0.06163, 0.09045, -0.3082, 0.7492,
            0.004812, 0.05903, 0.7626, 2.111, 0.01926, 0.05373, 0.001731, 0.0406, 0.007516,
            0.03184, 0.003264,
        ],
        scales: [
            6.701, 9.096, 13.93, 7.05, 11.1, 4.155, 3.49, 0.4052, 2.308, 14.47, 4.234, 2.354,
            0.8414, 12.02, 9.361, 24.07, 14.06, 11.6, 9.547, 47.26,
        ],
        weights: [
            0.6301, 0.336, 0.6401, 0.3205, 0.1606, -0.05702, 0.3218, 0.4459, -0.519, 0.1546,
            -0.1586, 3.23, -0.394, 0.001765, -0.1886, -0.8323, -0.13, 0.1717, -0.3128, 0.3525,
        ]
    )

    private static let together = BoundedSum(
        means: [
            0.2871, 0.1047, 0.05166, 0.04903, 0.008203, 0.06163, 0.09045, -0.3082, 0.7492,
            0.004812, 0.05903, 0.7626, 2.111, 0.01926, 0.05373, 0.001731, 0.0406, 0.007516,
            0.03184, 0.003264, -7.217, -1.329, 0.006088, 0.003703, 0.003381,
        ],
        scales: [
            6.701, 9.096, 13.93, 7.05, 11.1, 4.155, 3.49, 0.4052, 2.308, 14.47, 4.234, 2.354,
            0.8414, 12.02, 9.361, 24.07, 14.06, 11.6, 9.547, 47.26, 0.3525, 0.6401, 29.57,
            33.58, 50.61,
        ],
        weights: [
            0.493, 0.3611, 0.6689, 0.2049, 0.1214, -0.07185, -0.03245, 0.1299, -0.1524,
            -0.008947, -0.2167, 1.927, -0.1671, -0.1283, -0.1554, -0.4932, -0.06912, 0.1116,
            -0.234, 0.2211, 0.1179, 0.704, 0.1219, -0.3832, 0.1632,
        ]
    )
}
