import Glibc
package import Taxonomy

/// The features by which ``Insertion`` judges whether a child belongs under a new concept.
package struct PairFeatures {
    private let view: VocabularyView
    private var vocabulary: Vocabulary { view.vocabulary }
    private var words: WordIndex { vocabulary.words }

    /// Number of children nearest to the new concept with which the other children are compared.
    private static let core = 5
    /// Maximum number of terms of the new concept that are compared.
    private static let comparedTerms = 8

    package init(_ view: VocabularyView) { self.view = view }

    /// The feature rows of a pool of children.
    ///
    /// - Parameters:
    ///   - newcomer: The new concept.
    ///   - parents: The parents under which it is placed; at least one.
    ///   - pool: Children of those parents; not empty.
    /// - Returns: One row per child of the pool, all of the same length.
    package func rows(
        _ newcomer: Insertion.Newcomer,
        under parents: [Concept.Index],
        _ pool: [Concept.Index]
    ) -> [[Double]] {
        let vectors = vectorFeatures(newcomer, parents, pool)
        let names = nameFeatures(newcomer, parents, pool)
        let size = log(Double(pool.count))
        let telling = tellingWords(newcomer, beyond: words(above: parents))
        return pool.enumerated().map { place, child in
            let belowShare = belowShare(child, parents)
            let covered = vocabulary.taxonomy.children[child].isEmpty ? 0.0 : 1
            let places = [
                size, covered, telling, belowShare,
                parents.count > 1 && belowShare > 0.99 ? 1 : 0,
            ]
            return vectors[place].cosines + names[place] + [vectors[place].nearness] + places
        }
    }

    /// Four comparisons of the child's cosine with the new concept, and the child's similarity to
    /// the children nearest to the new concept.
    private func vectorFeatures(
        _ newcomer: Insertion.Newcomer,
        _ parents: [Concept.Index],
        _ pool: [Concept.Index]
    ) -> [(cosines: [Double], nearness: Double)] {
        let own = pool.map { Double(newcomer.cosines[$0]) }
        let mean = own.reduce(0, +) / Double(pool.count)
        let deviation =
            (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pool.count)).squareRoot()
        let parentVectors = parents.map(vocabulary.embeddings.row)
        let toParents = parents.map { Double(newcomer.cosines[$0]) }.max() ?? 0
        let core = Ranking.top(Self.core, of: own.map { Float($0) }).map { pool[$0] }
        let coreVectors = core.map(vocabulary.embeddings.row)
        return pool.enumerated().map { place, child in
            let vector = vocabulary.embeddings.row(child)
            let near = coreVectors.indices.filter { core[$0] != child }
                .map { dot(coreVectors[$0], vector) }
            let fromParents = parentVectors.map { dot($0, vector) }.max() ?? 0
            return (
                [
                    own[place],
                    deviation > 0 ? (own[place] - mean) / deviation : 0,
                    own[place] - fromParents,
                    own[place] - toParents,
                ],
                near.isEmpty ? own[place] : near.reduce(0, +) / Double(near.count)
            )
        }
    }

    /// Overlap of names and definitions with those of the new concept.
    private func nameFeatures(
        _ newcomer: Insertion.Newcomer,
        _ parents: [Concept.Index],
        _ pool: [Concept.Index]
    ) -> [[Double]] {
        let above = words(above: parents)
        let terms = newcomer.terms.prefix(Self.comparedTerms).map { words.words(of: $0) }
        let name = terms.first ?? []
        let isNamed = Set(name.compactMap(\.self))
        let shares = terms.map { self.shares(of: $0, beyond: above) }
        return pool.map { child in
            let childName = words.names[child]
            let isWhole = !isNamed.isEmpty && isNamed.isSubset(of: Set(childName))
            let best = shares.map { $0.named[Int32(child)] ?? 0 }.max() ?? 0
            let defined = shares.map { $0.defined[Int32(child)] ?? 0 }.max() ?? 0
            return [
                isWhole ? 1 : 0,
                shares.first?.named[Int32(child)] ?? 0,
                best,
                best > 0.99 ? 1 : 0,
                defined,
                defined > 0.99 ? 1 : 0,
                name.last.flatMap(\.self) == childName.last && !childName.isEmpty ? 1 : 0,
                childName.count > name.count ? 1 : 0,
            ]
        }
    }

    private func words(above parents: [Concept.Index]) -> Set<WordIndex.Word> {
        parents.reduce(into: []) { $0.formUnion(words.names[$1]) }
    }

    /// Words of the name that occur in no parent's name.
    private func tellingWords(
        _ newcomer: Insertion.Newcomer,
        beyond above: Set<WordIndex.Word>
    ) -> Double {
        let name = newcomer.terms.first.map { words.words(of: $0) } ?? []
        return Double(name.count { $0.map { !above.contains($0) } ?? true })
    }

    /// The share of the parents that are ancestors of the concept; a child of the new concept is a
    /// descendant of all its parents.
    private func belowShare(_ child: Concept.Index, _ parents: [Concept.Index]) -> Double {
        let above = view.ancestors(of: child)
        return Double(parents.count(where: above.contains)) / Double(parents.count)
    }

    /// The share of a term's distinctive words, weighted by rarity, that occur in the names and
    /// definition of each concept; concepts with no such word are omitted.
    private func shares(
        of term: [WordIndex.Word?],
        beyond above: Set<WordIndex.Word>
    ) -> (named: [Int32: Double], defined: [Int32: Double]) {
        var named: [Int32: Double] = [:]
        var defined: [Int32: Double] = [:]
        var total = 0.0
        var seen = Set<WordIndex.Word>()
        for word in term {
            let weight = Double(words.weight(of: word))
            guard let word else {
                total += weight
                continue
            }
            guard !above.contains(word), seen.insert(word).inserted else { continue }
            total += weight
            for concept in words.concepts(with: word) { named[concept, default: 0] += weight }
            for concept in words.definitions(with: word) { defined[concept, default: 0] += weight }
        }
        guard total > 0 else { return ([:], [:]) }
        return (named.mapValues { $0 / total }, defined.mapValues { $0 / total })
    }

    private func dot(_ a: [Float], _ b: [Float]) -> Double {
        var sum: Float = 0
        for place in a.indices { sum += a[place] * b[place] }
        return Double(sum)
    }
}
