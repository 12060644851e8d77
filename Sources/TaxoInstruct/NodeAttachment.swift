import Glibc
import Taxonomy

/// Where a node of a tree that is being grown belongs, judged from names and the seed tree.
///
/// A weighted sum over pairs of child and parent; the weights were fitted by listwise softmax on
/// the upper three levels of twelve subtrees of MEDIC with twelve seed edges each, none of them
/// the cardiovascular, digestive, eye or musculoskeletal one. With three left out in turn, edge F1
/// over the given nodes is 31.0 and ancestor F1 49.2; the nearest name alone, containing names
/// first, reaches 23 and 20.
struct NodeAttachment {
    private let tables: SiblingTables
    private let view: VisibleTaxonomy
    private let concepts: [Concept]
    private let tops: Set<Concept.Index>
    private let inner: Set<Concept.Index>
    private let sources: Set<Int32>
    /// Children in the seed tree.
    private let children: [Concept.Index: [Concept.Index]]

    /// - Parameters:
    ///   - tables: What is known of the concepts.
    ///   - view: What the query may see.
    ///   - tops: Nodes of the seed tree without a parent.
    ///   - children: Of each inner node of the seed tree.
    init(
        _ tables: SiblingTables,
        _ view: VisibleTaxonomy,
        tops: Set<Concept.Index>,
        children: [Concept.Index: [Concept.Index]]
    ) {
        self.tables = tables
        self.view = view
        self.tops = tops
        self.children = children
        concepts = view.taxonomy.concepts
        inner = Set(children.keys)
        sources = Set(children.keys.map { tables.index.sources[$0] })
    }

    /// How well `child` hangs under `parent`.
    func score(_ child: Concept.Index, under parent: Concept.Index) -> Double {
        let index = tables.index
        let cosine = Double(tables.embeddings.cosine(child, parent))
        let name = index.nameSets[parent]
        var score = 0.955 * cosine + 1.083 * cosine * cosine
        score +=
            6.8 * Double(SiblingIndex.cosine(index.documents[child], index.documents[parent]))
        if index.termSets[child].contains(where: { SiblingIndex.isProperPart(name, of: $0) }) {
            score += 2.447
        }
        score += 0.144 * Double(index.generality[parent])
        if index.generality[parent] > index.generality[child] { score -= 0.432 }
        let head = index.heads[parent]
        if index.termSets[child].contains(where: { $0.contains(head) }) { score -= 0.497 }
        let definition = index.definitions[child].words
        if SiblingIndex.isProperPart(name, of: definition) { score += 1.279 }
        score += 0.043 * Double(name.count - index.nameSets[child].count)
        if concepts[parent].definition != nil { score -= 0.073 }
        if tops.contains(parent) { score -= 1.686 }
        if inner.contains(parent) { score += 1.127 }
        if sources.contains(index.sources[parent]) { score += 5.634 }
        score += 0.248 * log(Double(1 + concepts[parent].synonyms.count))
        let nearest = (children[parent] ?? []).map { tables.embeddings.cosine(child, $0) }.max()
        score += 0.849 * Double(nearest ?? 0)
        // What the vocabulary says already needs no guess.
        if view.parents(of: child).contains(parent) { score += Self.known }
        return score
    }

    private static let known = 8.0
    /// Parents that are tried for a node before it goes to a top.
    private static let tried = 50

    /// A parent for each node, without a cycle.
    ///
    /// The surest go first; one whose best parent hangs below it takes the next best.
    ///
    /// - Parameters:
    ///   - nodes: To be attached; none has a parent yet.
    ///   - parents: Where they may hang; may contain `nodes`.
    ///   - parentOf: The edges there are.
    ///   - bonus: Added to the score of some pairs of child and parent.
    /// - Returns: Child, parent, score and probability among the parents, the surest first; ties
    ///   go by identifier.
    func attach(
        _ nodes: [Concept.Index],
        to parents: [Concept.Index],
        given parentOf: [Concept.Index: Concept.Index],
        bonus: [Concept.Index: [Concept.Index: Double]] = [:]
    ) -> [(child: Concept.Index, parent: Concept.Index, score: Double, probability: Double)] {
        struct Wish {
            let child: Concept.Index
            let choices: [(parent: Concept.Index, score: Double, probability: Double)]
            let best: Double
        }
        let wishes = nodes.map { child -> Wish in
            let others = parents.filter { $0 != child }
            let scores = others.map { score(child, under: $0) + (bonus[child]?[$0] ?? 0) }
            let shares = Ranking.logSoftmax(scores)
            let choices = Ranking.top(Self.tried, of: scores.map(Float.init)).map {
                (parent: others[$0], score: scores[$0], probability: exp(shares[$0]))
            }
            return Wish(child: child, choices: choices, best: choices.first?.score ?? -.infinity)
        }
        .sorted {
            ($1.best, concepts[$0.child].identifier) < ($0.best, concepts[$1.child].identifier)
        }
        var parentOf = parentOf
        func hangs(_ node: Concept.Index, below other: Concept.Index) -> Bool {
            var node = node
            var steps = 0
            while node != other, let up = parentOf[node], steps <= concepts.count {
                node = up
                steps += 1
            }
            return node == other
        }
        return wishes.compactMap { wish in
            guard let choice = wish.choices.first(where: { !hangs($0.parent, below: wish.child) })
            else { return nil }
            parentOf[wish.child] = choice.parent
            return (wish.child, choice.parent, choice.score, choice.probability)
        }
    }
}
