import Glibc
import Synchronization
package import Taxonomy

/// The nearest neighbours of each concept by name, in meaning and spelling.
///
/// Neighbours are computed on first use and cached: an expansion needs those of a few hundred
/// concepts, and the next one needs largely the same. They do not depend on edges, so all views
/// share one table.
package final class NeighbourTable: Sendable {
    package struct Neighbour: Sendable {
        package let index: Int32
        /// Sum of embedding cosine and trigram cosine, −1 to 2.
        package let similarity: Float
        package let cosine: Float
    }

    /// Number of neighbours kept per concept.
    package static let width = 100

    private let embeddings: EmbeddingTable
    private let spellings: NameTrigrams
    private let cache = Mutex<[Int: [Neighbour]]>([:])

    package init(_ taxonomy: Taxonomy, _ embeddings: EmbeddingTable) {
        self.embeddings = embeddings
        spellings = NameTrigrams(taxonomy)
    }

    /// The neighbours of each of the given concepts, nearest first; ties go to the smaller index.
    package func neighbours(of indices: [Concept.Index]) -> [Concept.Index: [Neighbour]] {
        let known = cache.withLock { cache in
            indices.reduce(into: [Int: [Neighbour]]()) { $0[$1] = cache[$1] }
        }
        let missing = Array(Set(indices.filter { known[$0] == nil })).sorted()
        var found = known
        // In small batches, so that one pass over the table in memory serves several rows.
        for start in stride(from: 0, to: missing.count, by: Self.batch) {
            let batch = Array(missing[start..<min(start + Self.batch, missing.count)])
            let cosines = embeddings.cosines(ofRows: batch)
            for (index, cosines) in zip(batch, cosines) {
                found[index] = nearest(index, cosines)
            }
        }
        let added = found.filter { known[$0.key] == nil }
        if !added.isEmpty {
            cache.withLock { cache in cache.merge(added) { old, _ in old } }
        }
        return found
    }

    private static let batch = 4

    /// Trigram cosine of a concept's name with every name, `[C]`.
    package func spellings(of index: Concept.Index) -> [Float] { spellings.similarities(to: index) }

    private func nearest(_ index: Concept.Index, _ cosines: [Float]) -> [Neighbour] {
        var sums = spellings.similarities(to: index)
        for other in sums.indices { sums[other] += cosines[other] }
        sums[index] = -.infinity
        return Ranking.top(min(Self.width, max(0, sums.count - 1)), of: sums).map {
            Neighbour(index: Int32($0), similarity: sums[$0], cosine: cosines[$0])
        }
    }
}

/// Character trigrams of the names only.
///
/// ``TrigramIndex`` covers all terms, which makes comparison ten times as expensive.
private struct NameTrigrams: Sendable {
    /// Trigram codes of each name, ascending.
    private let codes: [[Int32]]
    private let weights: [Float]
    private let postings: [[Int32]]
    private let norms: [Float]

    init(_ taxonomy: Taxonomy) {
        var numbers: [UInt32: Int32] = [:]
        var postings: [[Int32]] = []
        var codes: [[Int32]] = []
        for (concept, entry) in taxonomy.concepts.enumerated() {
            let bytes = [0x20, 0x20] + Array(Term.key(Term.natural(entry.name)).utf8) + [0x20]
            var own = Set<Int32>()
            for place in 0..<(bytes.count - 2) {
                let code =
                    UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8
                    | UInt32(bytes[place + 2])
                let number = numbers[code] ?? Int32(postings.count)
                if numbers[code] == nil {
                    numbers[code] = number
                    postings.append([])
                }
                if own.insert(number).inserted { postings[Int(number)].append(Int32(concept)) }
            }
            codes.append(own.sorted())
        }
        let total = Double(taxonomy.concepts.count + 1)
        let weights = postings.map { postings -> Float in
            let weight = Float(1 + Glibc.log(total / Double(1 + postings.count)))
            return weight * weight
        }
        self.codes = codes
        self.postings = postings
        self.weights = weights
        norms = codes.map { codes in
            codes.reduce(0) { $0 + weights[Int($1)] }.squareRoot()
        }
    }

    /// Trigram cosine of a concept's name with every name, `[C]`.
    func similarities(to concept: Concept.Index) -> [Float] {
        var sums = [Float](repeating: 0, count: norms.count)
        for code in codes[concept] {
            let weight = weights[Int(code)]
            for other in postings[Int(code)] { sums[Int(other)] += weight }
        }
        let own = norms[concept]
        for other in sums.indices where sums[other] > 0 { sums[other] /= own * norms[other] }
        return sums
    }
}
