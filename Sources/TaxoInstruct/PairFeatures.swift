import Glibc
import Taxonomy

/// What names and vectors say about whether a concept belongs under a new one.
struct PairFeatures {
    private let vocabulary: Vocabulary
    private var concepts: [Concept] { vocabulary.taxonomy.concepts }

    /// Children nearest to the new concept whose neighbourhood counts.
    private static let core = 5

    init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    /// A row for each concept of the pool.
    ///
    /// - Parameters:
    ///   - newcomer: The new concept.
    ///   - parent: Where it is placed.
    ///   - pool: Children of the parent; not empty.
    /// - Returns: As many rows as concepts of the pool, all of the same length.
    func rows(
        _ newcomer: Insertion.Newcomer,
        under parent: Concept.Index,
        _ pool: [Concept.Index]
    ) -> [[Double]] {
        let own = pool.map { Double(newcomer.cosines[$0]) }
        let mean = own.reduce(0, +) / Double(pool.count)
        let deviation =
            (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pool.count)).squareRoot()
        let toParent = vocabulary.embeddings.cosines(with: vocabulary.embeddings.row(parent))
        let core = Ranking.top(Self.core, of: own.map { Float($0) }).map { pool[$0] }
        let rows = core.map { vocabulary.embeddings.row($0) }

        let parentWords = Self.words(concepts[parent].name)
        let termWords = newcomer.terms.prefix(8).map(Self.words)
        let name = termWords.first ?? []
        let telling = Set(name).subtracting(parentWords)
        let tellingTerms = termWords.map { Set($0).subtracting(parentWords) }.filter { !$0.isEmpty }
        let size = log(Double(pool.count))
        let parentCosine = Double(newcomer.cosines[parent])

        return pool.enumerated().map { place, child in
            let words = Self.words(concepts[child].name)
            let set = Set(words)
            let met = telling.isEmpty ? 0 : share(of: telling, in: set)
            let best = tellingTerms.map { share(of: $0, in: set) }.max() ?? 0
            let vector = vocabulary.embeddings.row(child)
            let near = rows.enumerated().filter { core[$0.offset] != child }
                .map { dot($0.element, vector) }
            let nearness = near.isEmpty ? own[place] : near.reduce(0, +) / Double(near.count)
            let isWhole = !name.isEmpty && Set(name).isSubset(of: set)
            return [
                own[place],
                deviation > 0 ? (own[place] - mean) / deviation : 0,
                own[place] - Double(toParent[child]),
                own[place] - parentCosine,
                isWhole ? 1 : 0,
                met,
                best,
                best == 1 ? 1 : 0,
                name.last == words.last ? 1 : 0,
                words.count > name.count ? 1 : 0,
                nearness,
                size,
                vocabulary.taxonomy.children[child].isEmpty ? 0 : 1,
                Double(telling.count),
            ]
        }
    }

    private func share(of some: Set<Substring>, in all: Set<Substring>) -> Double {
        Double(some.intersection(all).count) / Double(some.count)
    }

    private func dot(_ a: [Float], _ b: [Float]) -> Double {
        var sum: Float = 0
        for place in a.indices { sum += a[place] * b[place] }
        return Double(sum)
    }

    /// Words in natural order and lower case, without a plural's ending.
    private static func words(_ term: String) -> [Substring] {
        Term.key(Term.natural(term)).split(separator: " ").map { word in
            let isPlural = word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss")
            return isPlural ? word.dropLast() : word
        }
    }
}
