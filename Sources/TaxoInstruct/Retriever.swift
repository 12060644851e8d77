import Inference
import Taxonomy

/// Finds the concepts that may be parents of a term.
///
/// The paper takes the 20 concepts whose SPECTER vector is nearest to the term's (section 3.2);
/// they hold the true parent for 67 % of Environment only. This score adds what costs nothing:
///
///     score = wᶜ·cosine + wʰ·hasChildren + wⁿ·containment + wᵛ·votes + wᵗ·trigrams
///
/// - *hasChildren*: 1 for an inner node of what the query may see.
/// - *containment*: 1 if the candidate's name stands within the term, in lower case.
/// - *votes*: the nearest known concepts vote for their parents; see ``votes(_:excluding:)``.
/// - *trigrams*: similarity of spelling, over all names of both.
struct Retriever {
    let vocabulary: Vocabulary
    let view: VisibleTaxonomy
    let encoder: any TextEncoder
    let settings: MethodSettings

    /// A concept that may be a parent, with the parts of its score.
    struct Candidate {
        let index: Concept.Index
        let score: Double
        let cosine: Double
        let hasChildren: Bool
        let isContained: Bool
        let votes: Double
        let trigrams: Double
    }

    private var weights: MethodSettings.RetrievalWeights {
        vocabulary.taxonomy.concepts.count < settings.largeTaxonomy
            ? settings.retrieval : settings.retrievalLarge
    }

    /// Looks up a term that need not be in the vocabulary.
    ///
    /// - Throws: What the encoder throws.
    func probe(_ term: String, synonyms: [String] = []) throws -> Probe {
        Probe(
            terms: [term] + synonyms,
            vector: try encoder.encode([Term.natural(term)]),
            wantsTrigrams: wantsTrigrams,
            vocabulary: vocabulary
        )
    }

    /// Looks up a concept by the vector it has.
    func probe(_ index: Concept.Index) -> Probe {
        Probe(
            terms: vocabulary.taxonomy.concepts[index].terms,
            vector: vocabulary.embeddings.row(index),
            wantsTrigrams: wantsTrigrams,
            vocabulary: vocabulary
        )
    }

    /// Looks up terms whose first one, in natural order, has this vector.
    func probe(_ terms: [String], vector: [Float]) -> Probe {
        Probe(terms: terms, vector: vector, wantsTrigrams: wantsTrigrams, vocabulary: vocabulary)
    }

    private var wantsTrigrams: Bool { weights.trigrams != 0 || weights.votes != 0 }

    /// The concepts that may be parents.
    ///
    /// - Parameters:
    ///   - probe: The term.
    ///   - limit: Candidates at most; `MethodSettings.candidates` if not given.
    ///   - excluded: Concepts that cannot be its parent.
    ///   - pool: If given, these concepts and no others are candidates, hidden ones too: a seed
    ///     tree may name what the query may not look up.
    ///   - always: Concepts that are candidates whatever their score, added at the end.
    /// - Returns: Best first; ties go by identifier.
    func candidates(
        for probe: Probe,
        count limit: Int? = nil,
        excluding excluded: Set<Concept.Index> = [],
        among pool: [Concept.Index]? = nil,
        always: [Concept.Index] = []
    ) -> [Candidate] {
        let weights = weights
        let votes = weights.votes == 0 ? [] : votes(probe, excluding: excluded)
        let count = probe.cosines.count
        var isContained = [Bool](repeating: false, count: count)
        for index in probe.contained { isContained[index] = true }

        func candidate(_ index: Concept.Index) -> Candidate {
            let hasChildren = !view.children(of: index).allSatisfy(excluded.contains)
            let vote = votes.isEmpty ? 0 : Double(votes[index])
            let trigrams = probe.trigrams.isEmpty ? 0 : Double(probe.trigrams[index])
            var score = weights.cosine * Double(probe.cosines[index])
            score += weights.votes * vote + weights.trigrams * trigrams
            if hasChildren { score += weights.hasChildren }
            if isContained[index] { score += weights.containment }
            return Candidate(
                index: index,
                score: score,
                cosine: Double(probe.cosines[index]),
                hasChildren: hasChildren,
                isContained: isContained[index],
                votes: vote,
                trigrams: trigrams
            )
        }

        let eligible = (pool ?? Array(0..<count)).filter {
            !excluded.contains($0) && (pool != nil || !view.isHidden($0))
        }
        let scored = eligible.map(candidate)
        let concepts = vocabulary.taxonomy.concepts
        let best = Ranking.top(limit ?? settings.candidates, of: scored.map { Float($0.score) })
            .map { scored[$0] }
            .sorted {
                ($1.score, concepts[$0.index].identifier)
                    < ($0.score, concepts[$1.index].identifier)
            }
        let taken = Set(best.map(\.index))
        return best + always.filter { !taken.contains($0) }.map(candidate)
    }

    /// The known concepts most similar to the term that have a parent.
    ///
    /// - Parameters:
    ///   - probe: The term.
    ///   - count: Concepts returned at most.
    ///   - excluded: Concepts that are passed over.
    ///   - bySpelling: Whether spelling counts beside meaning.
    /// - Returns: Nearest first; ties go to the smaller index.
    func nearest(
        _ probe: Probe,
        _ count: Int,
        excluding excluded: Set<Concept.Index>,
        bySpelling: Bool = false
    ) -> [Concept.Index] {
        var similarity = probe.cosines
        if bySpelling, !probe.trigrams.isEmpty {
            for index in similarity.indices { similarity[index] += probe.trigrams[index] }
        }
        var found: [Concept.Index] = []
        // Some of the nearest have no parent to show; twice as many suffice except in odd forests.
        var width = 2 * count + excluded.count
        while true {
            found = Ranking.top(width, of: similarity).filter {
                !excluded.contains($0) && !view.parents(of: $0).isEmpty
            }
            if found.count >= count || width >= similarity.count { break }
            width *= 4
        }
        return Array(found.prefix(count))
    }

    /// Each concept's share of the votes of its nearest known children.
    ///
    /// The most similar concepts, by meaning and spelling, vote with the fourth power of their
    /// similarity, for each of their parents.
    private func votes(_ probe: Probe, excluding excluded: Set<Concept.Index>) -> [Float] {
        var votes = [Float](repeating: 0, count: probe.cosines.count)
        var total: Float = 0
        for voter in nearest(probe, settings.voters, excluding: excluded, bySpelling: true) {
            let trigrams = probe.trigrams.isEmpty ? 0 : probe.trigrams[voter]
            let similarity = max(0, probe.cosines[voter] + trigrams)
            let weight = similarity * similarity * similarity * similarity
            total += weight
            for parent in view.parents(of: voter) { votes[parent] += weight }
        }
        guard total > 0 else { return votes }
        for index in votes.indices where votes[index] > 0 { votes[index] /= total }
        return votes
    }
}
