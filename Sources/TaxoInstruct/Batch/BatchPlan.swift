package import Contract
package import Taxonomy

/// What the new terms of one file are to each other: possible parents and near duplicates.
///
/// Decided once for a file, so that each query can then be answered by itself. No term can be
/// reached from itself through the possible parents, hence no answers of one file can close a
/// cycle:
///
///     let plan = BatchPlan(terms, beside: names)
///     plan.parents[3]     // positions of at most ten other terms, the most probable first
package struct BatchPlan: Sendable {
    /// For each term the positions of those that may be its parents, best first.
    package let parents: [[Int]]
    /// For each term the positions of those that are probably the same, ascending; at most eight.
    package let duplicates: [[Int]]

    /// Maximum number of possible parents of one term.
    package static let width = 10
    /// Maximum number of terms that are compared with each other; a longer file is no batch of a
    /// curator's.
    package static let most = 20_000
    /// A pair less probable than this is no candidate: the answer would never show it.
    private static let least = 0.02

    /// Compares the terms of a file.
    ///
    /// - Parameters:
    ///   - terms: The new terms, in the order of the file; keys and identifiers are unique.
    ///   - names: What names mean in the vocabulary, which lacks these terms.
    ///   - isHidden: Whether a concept may not be seen.
    ///   - model: Rates the pairs.
    package init(
        _ terms: [Query.BatchTerm],
        beside names: NameIndex,
        excluding isHidden: @escaping @Sendable (Concept.Index) -> Bool = { _ in false },
        model: PeerModel = .standard
    ) {
        guard (2...Self.most).contains(terms.count) else {
            duplicates = terms.map { _ in [] }
            parents = terms.map { _ in [] }
            return
        }
        let taxonomy = names.taxonomy
        let index = WordIndex(Lexicon(taxonomy), taxonomy)
        let words = terms.map(TermWords.init)
        let pool = PeerPool(words, index)
        let features = PeerFeatures(words: index, taxonomy: taxonomy, isHidden: isHidden)
        // Of several spellings of one term only the first can be a parent.
        let found = BatchDuplicates(of: terms, beside: names, excluding: isHidden)
        duplicates = found.all
        let equal = found.equal
        let isLater = equal.enumerated().map { place, others in others.contains { $0 < place } }
        let rated = parallelMap(terms.count) { child in
            let pair = features.child(words[child])
            return pool.candidates(for: child).compactMap { parent -> Edge? in
                guard !isLater[parent], !equal[child].contains(parent) else { return nil }
                let row = features.row(pair, under: words[parent])
                let probability = model.pair.probability(row)
                guard probability >= Self.least else { return nil }
                return Edge(child: child, parent: parent, probability: probability)
            }
        }
        // Terms that are probably the same count as one, or a cycle would arise once they are merged.
        let same = equal.enumerated().map { place, others in
            min(place, others.first ?? place)
        }
        parents = Self.acyclic(rated.flatMap(\.self), of: terms, same: same)
    }

    private struct Edge: Sendable {
        let child: Int
        let parent: Int
        let probability: Double
    }

    /// Takes pairs from the most probable on, unless one would close a cycle; ties go by key.
    ///
    /// - Parameters:
    ///   - edges: The pairs.
    ///   - terms: The terms.
    ///   - same: For each term the first of those that count as one with it.
    /// - Returns: For each term the positions of its parents, best first.
    private static func acyclic(
        _ edges: [Edge],
        of terms: [Query.BatchTerm],
        same: [Int]
    ) -> [[Int]] {
        let ordered = edges.sorted {
            ($1.probability, terms[$0.child].key, terms[$0.parent].key)
                < ($0.probability, terms[$1.child].key, terms[$1.parent].key)
        }
        var parents = terms.map { _ in [Int]() }
        var above: [Int: Set<Int>] = [:]
        func isAbove(_ node: Int, _ start: Int) -> Bool {
            var seen: Set<Int> = [start]
            var stack = [start]
            while let next = stack.popLast() {
                if next == node { return true }
                stack += (above[next] ?? []).filter { seen.insert($0).inserted }
            }
            return false
        }
        for edge in ordered where parents[edge.child].count < width {
            let (child, parent) = (same[edge.child], same[edge.parent])
            guard !isAbove(child, parent) else { continue }
            parents[edge.child].append(edge.parent)
            above[child, default: []].insert(parent)
        }
        return parents
    }
}

extension TermWords {
    package init(_ term: Query.BatchTerm) {
        self.init(name: term.name, synonyms: term.synonyms, definition: term.definition)
    }
}
