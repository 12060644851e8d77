package import Inference
package import Taxonomy

/// Finds more concepts of the same kind as the seeds: entity set expansion, section 3.1 of the
/// paper.
///
/// In the paper, the class of the seeds is named, the model writes siblings for every order of the
/// seeds, and the merged answers are ranked by an encoder. Here
/// 1. the class is given by the user or inferred from the seeds' ancestors (``SeedStructure``);
/// 2. embeddings, spelling, words and structure select a pool of a few hundred concepts;
/// 3. a ranker fitted on subtrees of MEDIC orders the pool (``SiblingRanker``); in a vocabulary
///    without edges, the mean cosine with the seeds does;
/// 4. the model continues orders of the seeds until they bring nothing new. Generation is
///    constrained to names of the pool, so that no answer has to be repaired. The model then scores
///    the names it wrote and the best of the pool as the next list item (``SiblingModel``);
/// 5. the scores of ranker, structure, votes and likelihood are added up.
package struct SetExpansion {
    package let view: VocabularyView
    package let model: (any LanguageModel)?
    package let settings: MethodSettings

    private var vocabulary: Vocabulary { view.vocabulary }
    private var concepts: [Concept] { view.concepts }

    /// A concept of the same kind as the seeds.
    package struct Sibling {
        package let index: Concept.Index
        package let score: Double
        /// Calibrated probability, 0 to 1.
        package let probability: Double
        package let isKnown: Bool
        package let parts: [String: Double]
        /// The seeds most similar to the concept, nearest first.
        package let nearest: [Concept.Index]
    }

    package struct Result {
        package let siblings: [Sibling]
        package let category: Concept.Index?
        package let poolSize: Int
        /// The language model's votes and scores; `nil` without a model.
        package let opinion: SiblingModel.Opinion?
    }

    /// Expands a seed set.
    ///
    /// - Parameters:
    ///   - seeds: At least one concept, without repetition.
    ///   - category: The class of the seeds, if the user named one that is known.
    ///   - categoryName: The class as the user named it.
    ///   - maximum: Maximum number of siblings to return.
    ///   - excluded: Further concepts to exclude from the answer.
    ///   - allowed: If given, only these concepts may be in the answer.
    /// - Returns: Siblings, best first; ties go by identifier.
    /// - Throws: Errors of the model.
    package func expand(
        seeds: [Concept.Index],
        category: Concept.Index?,
        categoryName: String?,
        maximum: Int,
        excluding excluded: Set<Concept.Index> = [],
        among allowed: Set<Concept.Index>? = nil
    ) throws -> Result {
        let structure = SeedStructure(seeds: seeds, category: category, view: view.edges)
        let similar = SiblingFeatures.Seeds(seeds, vocabulary)
        var barred = excluded.union(self.barred(by: seeds))
        if let category {
            barred.insert(category)
            barred.formUnion(view.ancestors(of: category))
        }
        let pool = pool(similar, structure, barred: barred, among: allowed)
        let ranked = ranked(pool.map(\.index), similar)
        let rated = zip(pool, ranked).map { entry, score in
            Entry(index: entry.index, agreement: entry.agreement, ranker: score)
        }
        let entries = Array(
            view.bestFirst(rated, at: \.index, by: weighed).prefix(max(settings.pool, maximum))
        )
        let class_ = structure.category.map { concepts[$0].name } ?? categoryName
        let name = class_.map(Term.natural) ?? Self.namelessClass
        let opinion = try model.map { model in
            try SiblingModel(model: model, vocabulary: vocabulary, settings: settings)
                .opinion(on: entries.map(\.index), seeds: seeds, category: name)
        }
        let judged = fused(entries, opinion)
        let probabilities = SiblingRanker.probabilities(judged.map(\.score))
        let siblings = zip(judged, probabilities).prefix(maximum).map { sibling, probability in
            Sibling(
                index: sibling.index,
                score: sibling.score,
                probability: probability,
                isKnown: structure.isKnownSibling(sibling.index),
                parts: sibling.parts.mapValues(Ranking.rounded),
                nearest: nearestSeeds(to: sibling.index, similar)
            )
        }
        return Result(
            siblings: siblings,
            category: structure.category,
            poolSize: entries.count,
            opinion: opinion
        )
    }

    // MARK: Candidates

    private struct Entry {
        let index: Concept.Index
        let agreement: Double
        var ranker = 0.0
    }

    static let namelessClass = "members"
    /// Number of most similar concepts that enter the pool.
    private static let similar = 500

    /// The ranker's score of each concept of a pool.
    ///
    /// A vocabulary without edges rarely covers a single field, and there the weights of words and
    /// predicted parents mislead (MAP@10 on EgoSet's classes: 28, against 45 for the encoder).
    private func ranked(
        _ pool: [Concept.Index],
        _ similar: SiblingFeatures.Seeds
    ) -> [Double] {
        guard vocabulary.taxonomy.edgeCount > 0 else {
            let cosines = SiblingFeatures.Seeds.mean(similar.cosines)
            return Ranking.standardised(pool.map { Double(cosines[$0]) })
        }
        return SiblingRanker.standard.scores(SiblingFeatures.rows(pool, similar, view))
    }

    private func weighed(_ entry: Entry) -> Double {
        settings.siblings.ranker * entry.ranker + settings.siblings.structure * entry.agreement
    }

    /// Concepts that cannot be siblings of the seeds: the seeds themselves, under any of their
    /// names, and their ancestors and descendants.
    private func barred(by seeds: [Concept.Index]) -> Set<Concept.Index> {
        var barred = Set(seeds)
        for seed in seeds {
            barred.formUnion(view.ancestors(of: seed))
            barred.formUnion(view.descendants(of: seed))
            for term in concepts[seed].terms {
                barred.formUnion(vocabulary.taxonomy.indices(ofTerm: term))
            }
        }
        return barred
    }

    /// The concepts most similar to the seeds, and all children of the parents that most seeds
    /// share.
    private func pool(
        _ similar: SiblingFeatures.Seeds,
        _ structure: SeedStructure,
        barred: Set<Concept.Index>,
        among allowed: Set<Concept.Index>?
    ) -> [Entry] {
        var scores = [Float](repeating: 0, count: concepts.count)
        for rows in [similar.cosines, similar.spellings, similar.words] {
            let means = SiblingFeatures.Seeds.mean(rows)
            for (index, value) in Ranking.standardised(means.map(Double.init)).enumerated() {
                scores[index] += Float(value)
            }
        }
        for index in barred { scores[index] = -.infinity }
        if let allowed {
            for index in scores.indices where !allowed.contains(index) {
                scores[index] = -.infinity
            }
        }
        var looked = Set(Ranking.top(Self.similar, of: scores))
        for parent in structure.sharedParents { looked.formUnion(view.children(of: parent)) }
        return looked.filter { scores[$0] > -.infinity }.sorted().map {
            Entry(index: $0, agreement: structure.agreement(of: $0))
        }
    }

    private func nearestSeeds(
        to index: Concept.Index,
        _ similar: SiblingFeatures.Seeds
    ) -> [Concept.Index] {
        similar.indices.indices.sorted {
            (-similar.cosines[$0][index], $0) < (-similar.cosines[$1][index], $1)
        }
        .prefix(3).map { similar.indices[$0] }
    }

    // MARK: Combining scores

    private struct Judged {
        let index: Concept.Index
        let score: Double
        let parts: [String: Double]
    }

    /// Sums the weighted scores of each concept; best first, ties by identifier.
    private func fused(_ entries: [Entry], _ opinion: SiblingModel.Opinion?) -> [Judged] {
        let weights = settings.siblings
        let rated = entries.indices.filter { opinion?.likelihoods[$0] != nil }
        let gains = rated.map { position in
            (opinion?.likelihoods[position] ?? 0)
                - weights.prior * (opinion?.priors[position] ?? 0)
        }
        var gain: [Int: Double] = [:]
        for (position, value) in zip(rated, Ranking.standardised(gains)) { gain[position] = value }
        // Concepts that the model did not score get the lowest gain, so the ranker decides their
        // order.
        let unrated = gain.values.min() ?? 0
        let judged = entries.enumerated().map { position, entry in
            var parts = ["ranker": weights.ranker * entry.ranker]
            if entry.agreement > 0 { parts["structure"] = weights.structure * entry.agreement }
            if let opinion {
                parts["votes"] = weights.votes * opinion.votes[position]
                parts["languageModel"] = weights.languageModel * (gain[position] ?? unrated)
            }
            let score =
                parts["ranker", default: 0] + parts["structure", default: 0]
                + parts["votes", default: 0] + parts["languageModel", default: 0]
            return Judged(index: entry.index, score: score, parts: parts)
        }
        return view.bestFirst(judged, at: \.index, by: \.score)
    }
}
