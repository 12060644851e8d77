import Inference
package import Taxonomy

/// Decides which children of a parent move under a new concept placed there (insert-between).
///
/// A logistic regression over features of the pair of child and new concept (``PairFeatures``),
/// fitted on the taxonomy itself. The examples are inner concepts treated as if they were new,
/// whose children are then found among the other children of their parents, and leaves, which have
/// no children. The thresholds are chosen on the same examples so that few leaves are given
/// children.
package struct Insertion: Sendable {
    /// A child that should move.
    package struct Move: Hashable, Sendable {
        package let child: Concept.Index
        /// Probability that it belongs under the new concept, 0 to 1.
        package let probability: Double
    }

    /// A new concept, with what the rule needs to know about it.
    package struct Newcomer: Sendable {
        let terms: [String]
        /// Cosine with each concept of the vocabulary.
        let cosines: [Float]

        /// - Parameters:
        ///   - terms: The name, followed by the synonyms.
        ///   - cosines: Cosine of the name in natural order with each concept.
        package init(terms: [String], cosines: [Float]) {
            self.terms = terms
            self.cosines = cosines
        }
    }

    /// The fitted parameters.
    package struct Rule: Hashable, Codable, Sendable {
        /// The regression over ``PairFeatures``; `nil` if no child is ever moved.
        var model: LogisticRegression?
        /// Probability that at least one child must reach for any to move.
        var first = 1.0
        /// Probability from which a child moves, once one has reached ``first``.
        var further = 1.0
    }

    private let view: VocabularyView
    package let rule: Rule

    /// Maximum number of inner concepts, and of leaves, that the rule is fitted on.
    private static let fitted = 500
    /// Maximum number of children in one example; more children of one class cost time and add
    /// little.
    private static let looked = 200
    /// Number of candidate parents that are checked for belonging below the new concept.
    private static let checked = 5
    /// Largest share of leaves that may wrongly be given a child.
    private static let falseShare = 0.02

    /// Fits the rule.
    ///
    /// - Parameters:
    ///   - view: The view whose edges the rule is fitted on.
    ///   - seed: Seed for drawing the examples.
    package init(_ view: VocabularyView, seed: UInt64 = 1) {
        self.view = view
        let examples = Self.examples(view, seed: seed)
        let rows = examples.flatMap(\.rows)
        let labels = examples.flatMap(\.labels)
        guard labels.contains(true), labels.contains(false) else {
            rule = Rule()
            return
        }
        let model = LogisticRegression.fit(
            rows,
            labels,
            prior: LogisticRegression(weights: rows[0].map { _ in 0 }, bias: 0)
        )
        let (first, further) = Self.thresholds(examples, model)
        rule = Rule(model: model, first: first, further: further)
    }

    /// Uses a rule that was fitted earlier.
    package init(_ view: VocabularyView, rule: Rule) {
        self.view = view
        self.rule = rule
    }

    /// The visible children of the given parents that belong under a new concept placed there.
    ///
    /// - Parameters:
    ///   - newcomer: The new concept.
    ///   - parents: The parents under which it is placed.
    /// - Returns: The children by descending probability, ties by index. Empty if the concept is a
    ///   leaf.
    package func children(of newcomer: Newcomer, under parents: [Concept.Index]) -> [Move] {
        guard let model = rule.model, !parents.isEmpty else { return [] }
        let pool = Set(parents.flatMap(view.children(of:))).subtracting(parents).sorted()
        guard !pool.isEmpty else { return [] }
        let rows = PairFeatures(view).rows(newcomer, under: parents, pool)
        let moves = zip(pool, rows).map { child, row in
            Move(child: child, probability: model.probability(row))
        }
        .sorted { ($1.probability, $0.child) < ($0.probability, $1.child) }
        guard let best = moves.first, best.probability >= rule.first else { return [] }
        return moves.filter { $0.probability >= rule.further }
    }

    /// The candidate parents that belong below the new concept instead: they are children of
    /// concepts that would be its parents.
    ///
    /// - Parameters:
    ///   - newcomer: The new concept.
    ///   - candidates: Possible parents, best first.
    /// - Returns: Candidates to skip; each has a parent among the candidates.
    package func candidatesBelow(
        _ newcomer: Newcomer,
        among candidates: [Concept.Index]
    ) -> Set<Concept.Index> {
        let known = Set(candidates)
        return Set(
            candidates.prefix(Self.checked).filter { candidate in
                let above = view.parents(of: candidate)
                guard !known.isDisjoint(with: above) else { return false }
                return children(of: newcomer, under: above).contains { $0.child == candidate }
            }
        )
    }

    // MARK: Fitting

    private struct Example {
        let rows: [[Double]]
        let labels: [Bool]

        var isLeaf: Bool { !labels.contains(true) }
    }

    private static func examples(_ view: VocabularyView, seed: UInt64) -> [Example] {
        let vocabulary = view.vocabulary
        var generator = SplitMix64(seed: seed)
        let placed = vocabulary.taxonomy.concepts.indices.filter { index in
            view.parents(of: index).contains { !view.parents(of: $0).isEmpty }
        }
        let inner = placed.filter { !view.children(of: $0).isEmpty }
        let leaves = placed.filter { view.children(of: $0).isEmpty }
        let drawn =
            generator.shuffled(inner).prefix(fitted) + generator.shuffled(leaves).prefix(fitted)
        let features = PairFeatures(view)
        return drawn.flatMap { index -> [Example] in
            // Placement often finds only one of several parents, so half of the examples have only
            // one.
            let all = generator.shuffled(view.parents(of: index))
            let parents = Array(all.prefix(generator.uniform() < 0.5 ? 1 : all.count))
            // An example of placement one level too high: none of the children there belongs below
            // the concept.
            let above = Array(view.parents(of: parents[0]).prefix(1))
            let own = Set(view.children(of: index))
            let newcomer = Newcomer(
                terms: vocabulary.taxonomy.concepts[index].terms,
                cosines: vocabulary.embeddings.cosines(with: vocabulary.embeddings.row(index))
            )
            return [parents, above].compactMap { place -> Example? in
                let below = place == above ? [] : own
                let beside = Set(place.flatMap(view.children(of:)))
                    .subtracting(own).subtracting(place).subtracting([index]).sorted()
                let pool = Array(generator.shuffled(below.sorted() + beside).prefix(looked))
                guard !place.isEmpty, !pool.isEmpty else { return nil }
                return Example(
                    rows: features.rows(newcomer, under: place, pool),
                    labels: pool.map(below.contains)
                )
            }
        }
    }

    /// The thresholds with the best mean F1 over the inner concepts, among those that give a child
    /// to at most ``falseShare`` of the leaves.
    private static func thresholds(
        _ examples: [Example],
        _ model: LogisticRegression
    ) -> (first: Double, further: Double) {
        let rated = examples.map { example in
            (example.rows.map(model.probability), example.labels, example.isLeaf)
        }
        let leaves = rated.filter(\.2)
        let inner = rated.filter { !$0.2 }
        let steps = (1...19).map { Double($0) / 20 }
        var best: [(first: Double, further: Double)] = []
        var highest = -1.0
        for first in steps {
            let wrong = leaves.count { ($0.0.max() ?? 0) >= first }
            guard Double(wrong) <= falseShare * Double(leaves.count) else { continue }
            for further in steps where further <= first {
                let sum = inner.reduce(0) { sum, example in
                    sum + f1(example.0, example.1, first: first, further: further)
                }
                if sum > highest {
                    highest = sum
                    best = []
                }
                if sum == highest { best.append((first, further)) }
            }
        }
        // Among equally good pairs, the middle one is least sensitive to the sample.
        return best.isEmpty ? (1, 1) : best[best.count / 2]
    }

    private static func f1(
        _ probabilities: [Double],
        _ labels: [Bool],
        first: Double,
        further: Double
    ) -> Double {
        guard (probabilities.max() ?? 0) >= first else { return 0 }
        var met = 0
        var found = 0
        for (probability, label) in zip(probabilities, labels) where probability >= further {
            found += 1
            if label { met += 1 }
        }
        return 2 * Double(met) / Double(found + labels.count(where: \.self))
    }
}
