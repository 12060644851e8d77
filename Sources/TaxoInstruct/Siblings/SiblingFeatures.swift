import Glibc
package import Taxonomy

/// The ranker's features of a candidate sibling, in the order of ``names``.
///
/// All are computed from texts, identifiers and predicted parents, never from the concept's own
/// edges, so they mean the same for concepts inside and outside a hidden subtree. Those in
/// ``standardised`` are in standard deviations over the pool, because their level differs between
/// queries.
package enum SiblingFeatures {
    package static let names = [
        "cosine", "bestCosine", "leastCosine", "spelling", "bestSpelling", "words", "leastWords",
        "definition", "neighbours", "bestNeighbours", "parents", "leastParents", "meanParents",
        "sharedParents",
        "head", "ending5", "ending4", "firstWord", "family", "sameHead", "sameFamily", "source",
        "isDefined", "terms", "length", "generality", "moreGeneral", "lessGeneral", "partOfSeed",
        "holdsSeed", "commonWords", "haveCommonWords", "isParent", "isChild",
        "above", "leastAbove", "narrowAbove", "leastNarrowAbove", "sharedAbove",
    ]

    /// The features standardised over the pool: similarities, and predicted parents and ancestors.
    private static let standardised = [0..<14, 34..<39].flatMap(Array.init)

    /// The seeds with their similarity to every concept.
    package struct Seeds {
        package let indices: [Concept.Index]
        /// Similarities of each seed to each concept, `[S, C]`: cosine of embeddings, spelling over
        /// all terms, words of the documents.
        package let cosines: [[Float]]
        package let spellings: [[Float]]
        package let words: [[Float]]

        package init(_ indices: [Concept.Index], _ vocabulary: Vocabulary) {
            self.indices = indices
            cosines = vocabulary.embeddings.cosines(ofRows: indices)
            words = indices.map(vocabulary.siblingTables.index.similarities)
            spellings = indices.map { seed in
                var best = [Float](repeating: 0, count: vocabulary.embeddings.count)
                let terms = vocabulary.taxonomy.concepts[seed].terms
                for term in terms.prefix(Self.comparedTerms) {
                    let similarities = vocabulary.trigrams.similarities(to: Term.key(term))
                    for (term, similarity) in similarities.enumerated() where similarity > 0 {
                        let concept = Int(vocabulary.lexicon.concepts[term])
                        if similarity > best[concept] { best[concept] = similarity }
                    }
                }
                return best
            }
        }

        /// Maximum number of a seed's names compared by spelling; records list dozens that differ
        /// only by a comma.
        private static let comparedTerms = 6

        /// Mean over the seeds, `[C]`.
        package static func mean(_ rows: [[Float]]) -> [Float] {
            guard var sums = rows.first else { return [] }
            for row in rows.dropFirst() {
                for index in sums.indices { sums[index] += row[index] }
            }
            let share = 1 / Float(rows.count)
            for index in sums.indices { sums[index] *= share }
            return sums
        }
    }

    /// Computes the features of a pool of concepts.
    ///
    /// - Returns: One row of `names.count` numbers per concept of the pool.
    package static func rows(
        _ pool: [Concept.Index],
        _ seeds: Seeds,
        _ view: VocabularyView
    ) -> [[Float]] {
        let tables = view.vocabulary.siblingTables
        let index = tables.index
        let own = seeds.indices
        let neighbours = tables.neighbours.neighbours(of: own + pool)
        let predictor = ParentPredictor(tables: tables, view: view.edges)
        func profile(_ concept: Concept.Index) -> (Neighbourhood, ParentPredictor.Prediction) {
            let its = neighbours[concept] ?? []
            return (Neighbourhood(concept, its), predictor.parents(of: concept, its))
        }
        let profiles = own.map(profile)
        let neighbourhoods = profiles.map { $0.0.weights }
        let expected = PredictedParents(profiles.map { $0.1 })
        let above = PredictedAncestors(profiles.map { $0.1 }, view.lineage)
        let text = SeedText(own, index)

        var rows = pool.map { concept -> [Float] in
            let (neighbourhood, entry) = profile(concept)
            let alike = neighbourhoods.map(neighbourhood.similarity)
            let definition = own.map {
                SiblingIndex.cosine(index.definitions[concept], index.definitions[$0])
            }
            let cosines = seeds.cosines.map { $0[concept] }
            let spellings = seeds.spellings.map { $0[concept] }
            let words = seeds.words.map { $0[concept] }
            let childOf = own.reduce(Float(0)) { sum, seed in
                let place = entry.parents.firstIndex(of: seed)
                return sum + (place.map { entry.probabilities[$0] } ?? 0)
            }
            return [
                mean(cosines), cosines.max() ?? 0, cosines.min() ?? 0,
                mean(spellings), spellings.max() ?? 0,
                mean(words), words.min() ?? 0, mean(definition),
                mean(alike), alike.max() ?? 0,
            ] + expected.features(of: entry) + text.features(of: concept)
                + [expected.mean[concept] ?? 0, childOf] + above.features(of: entry)
        }
        standardise(&rows)
        return rows
    }

    private static func mean(_ values: [Float]) -> Float {
        values.isEmpty ? 0 : values.reduce(0, +) / Float(values.count)
    }

    private static func standardise(_ rows: inout [[Float]]) {
        for column in standardised {
            let values = Ranking.standardised(rows.map { Double($0[column]) })
            for (row, value) in values.enumerated() { rows[row][column] = Float(value) }
        }
    }
}

/// A concept and its nearest neighbours as a sparse unit vector over all concepts.
private struct Neighbourhood {
    let weights: [Int32: Float]

    /// Number of neighbours used.
    private static let width = 30

    init(_ concept: Concept.Index, _ neighbours: [NeighbourTable.Neighbour]) {
        var weights: [Int32: Float] = [Int32(concept): 2]
        for neighbour in neighbours.prefix(Self.width) where neighbour.similarity > 0 {
            let similarity = neighbour.similarity
            weights[neighbour.index] = similarity * similarity * similarity
        }
        let squares = weights.keys.sorted().reduce(Float(0)) { sum, key in
            let weight = weights[key] ?? 0
            return sum + weight * weight
        }
        let length = squares.squareRoot()
        self.weights = weights.mapValues { $0 / length }
    }

    /// Cosine with another neighbourhood.
    func similarity(_ other: [Int32: Float]) -> Float {
        // Summed in a fixed order, because a dictionary's order differs from run to run.
        weights.keys.sorted().reduce(0) { sum, key in
            sum + (weights[key] ?? 0) * (other[key] ?? 0)
        }
    }
}

/// Words and identifiers of the seeds.
private struct SeedText {
    private let index: SiblingIndex
    private let seeds: [Concept.Index]
    /// Weights of the words that more than one seed has; they add up to 1.
    private let common: [SiblingIndex.Word: Float]
    private let generality: Float
    private let logTerms: Float
    private let length: Float
    private let defined: Float

    init(_ seeds: [Concept.Index], _ index: SiblingIndex) {
        self.seeds = seeds
        self.index = index
        let share = 1 / Float(max(1, seeds.count))
        var counts: [SiblingIndex.Word: Int] = [:]
        for seed in seeds { for word in index.nameSets[seed] { counts[word, default: 0] += 1 } }
        var common: [SiblingIndex.Word: Float] = [:]
        var total: Float = 0
        for word in counts.keys.sorted() {
            let count = counts[word] ?? 0
            guard count > 1 else { continue }
            let part = Float(count) * share
            common[word] = part * part * index.weights[Int(word)]
            total += common[word] ?? 0
        }
        self.common = common.mapValues { $0 / max(total, 1e-9) }
        generality = seeds.reduce(0) { $0 + index.generality[$1] } * share
        logTerms = seeds.reduce(0) { $0 + index.logTerms[$1] } * share
        length = seeds.reduce(0) { $0 + Float(index.names[$1].count) } * share
        defined =
            Float(seeds.count { !index.definitions[$0].words.isEmpty }) * share
    }

    /// From “head” to “haveCommonWords” of ``SiblingFeatures/names``.
    func features(of concept: Concept.Index) -> [Float] {
        let share = 1 / Float(max(1, seeds.count))
        func agreeing(_ values: [Int32]) -> Float {
            Float(seeds.count { values[$0] == values[concept] }) * share
        }
        let head = agreeing(index.heads)
        let family = agreeing(index.families)
        let first = index.names[concept].first
        let sameFirst = Float(seeds.count { index.names[$0].first == first }) * share
        let words = index.nameSets[concept]
        let isDefined: Float = index.definitions[concept].words.isEmpty ? 0 : 1
        let general = index.generality[concept]
        let parts = Float(
            seeds.count { SiblingIndex.isProperPart(words, of: index.nameSets[$0]) }
        )
        let wholes = Float(
            seeds.count { SiblingIndex.isProperPart(index.nameSets[$0], of: words) }
        )
        return [
            head, agreeing(index.longEndings), agreeing(index.shortEndings), sameFirst, family,
            head == 1 ? 1 : 0, family > 0 ? 1 : 0, agreeing(index.sources),
            abs(isDefined - defined), abs(index.logTerms[concept] - logTerms),
            abs(Float(index.names[concept].count) - length),
            general, max(0, general - generality), max(0, generality - general),
            parts * share, wholes * share,
            words.reduce(0) { $0 + (common[$1] ?? 0) }, common.isEmpty ? 0 : 1,
        ]
    }
}
