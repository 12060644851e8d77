import Inference
import Taxonomy

/// Finds and ranks the concepts that may be parents of a term.
///
/// The paper takes the 20 concepts whose SPECTER vector is nearest to the term's (section 3.2);
/// they hold the true parent for 67 % of Environment only. Here a pool of about two hundred is chosen
/// by two scores that need no fit (``ParentEvidence``), by the classes that vectors belong to
/// (``ParentDiscriminant``) and by how common a class is, and a ranker fitted on the taxonomy's own
/// edges (``VocabularyFit``) orders it by forty-four features (``ParentFeatures``).
struct Retriever {
    let vocabulary: Vocabulary
    let view: VisibleTaxonomy
    let encoder: any TextEncoder
    let settings: MethodSettings
    let ranker: ParentRanker
    private let lineage: Lineage
    /// The classes with most children, see ``commonParents(of:)``.
    private let common: [Concept.Index]
    private let discriminant: ParentDiscriminant

    init(
        vocabulary: Vocabulary,
        view: VisibleTaxonomy,
        encoder: any TextEncoder,
        settings: MethodSettings,
        ranker: ParentRanker = .standard
    ) {
        self.vocabulary = vocabulary
        self.view = view
        self.encoder = encoder
        self.settings = settings
        self.ranker = ranker
        lineage = vocabulary.lineage(of: view)
        common = Self.commonParents(of: view)
        discriminant = vocabulary.discriminant(view)
    }

    /// Where new concepts go most often, whatever they are called.
    ///
    /// A child counts as one, divided among its parents. Nothing in the name “Nuchal Cord” leads to
    /// Fetal Diseases: in MEDIC such classes raise the share of the true parents in the pool by
    /// four points.
    private static func commonParents(of view: VisibleTaxonomy) -> [Concept.Index] {
        let shares = view.taxonomy.concepts.indices.map { index in
            view.children(of: index).reduce(Float(0)) {
                $0 + 1 / Float(max(1, view.parents(of: $1).count))
            }
        }
        return Ranking.top(commonCount, of: shares).filter { shares[$0] > 0 }
    }

    private static let commonCount = 80

    /// A concept that may be a parent.
    struct Candidate {
        let index: Concept.Index
        /// The ranker's; comparable within one term's candidates.
        let score: Double
        /// See ``ParentFeatures/names``; empty for one that the ranker did not see.
        let features: [Float]
    }

    /// Concepts of the pool by each of the two scores.
    private static let poolWidth = 80

    /// Concepts of the pool by their vectors' classes.
    private static let learnedWidth = 60

    /// Concepts of a pool at most.
    static let poolLimit = 2 * poolWidth + learnedWidth + commonCount

    /// Looks up a term that need not be in the vocabulary.
    ///
    /// - Throws: What the encoder throws.
    func probe(_ term: String, synonyms: [String] = []) throws -> Probe {
        let terms = Array(([term] + synonyms).prefix(Probe.comparedTerms))
        return probe(terms, vectors: try encoder.encode(terms.map(Term.natural)))
    }

    /// Looks up a concept by the vector it has; its further names are compared by spelling.
    func probe(_ index: Concept.Index) -> Probe {
        probe(
            vocabulary.taxonomy.concepts[index].terms,
            vectors: vocabulary.embeddings.row(index)
        )
    }

    /// Looks up a term that was encoded before.
    ///
    /// - Parameters:
    ///   - terms: The term and its further names; at least one.
    ///   - vectors: Of the first terms in natural order, end to end; at least of the first.
    /// - Returns: The term as retrieval sees it.
    func probe(_ terms: [String], vectors: [Float]) -> Probe {
        Probe(terms: terms, vectors: vectors, vocabulary: vocabulary)
    }

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
        let limit = limit ?? settings.candidates
        var isExcluded = [Bool](repeating: false, count: probe.cosines.count)
        for index in excluded { isExcluded[index] = true }
        let posterior = discriminant.posterior(
            of: probe.vector,
            excluding: excluded.union(view.orphan.map { [$0] } ?? []).sorted(),
            lineage
        )
        let evidence = ParentEvidence(probe, vocabulary, view, lineage, excluding: isExcluded)
        let eligible = (pool ?? Array(isExcluded.indices)).filter {
            !isExcluded[$0] && (pool != nil || !view.isHidden($0))
        }
        let concepts = vocabulary.taxonomy.concepts
        func ordered(_ scored: [(index: Concept.Index, score: Double)]) -> [Concept.Index] {
            scored.sorted {
                ($1.score, concepts[$0.index].identifier)
                    < ($0.score, concepts[$1.index].identifier)
            }
            .map(\.index)
        }
        var chosen = Set(Ranking.top(Self.poolWidth, of: eligible.map { evidence.quick[$0] }))
        chosen.formUnion(Ranking.top(Self.poolWidth, of: eligible.map { evidence.wide[$0] }))
        chosen.formUnion(
            Ranking.top(Self.learnedWidth, of: eligible.map { posterior.logarithms[$0] })
        )
        let open = common.filter { !isExcluded[$0] && !view.isHidden($0) }
        let inPool = Set(chosen.map { eligible[$0] }).union(always)
            .union(pool == nil ? open : [])
        let known = ordered(inPool.map { ($0, Double(evidence.quick[$0])) })
        var below: [Concept.Index: Int] = [:]
        for index in excluded {
            for ancestor in lineage.ancestors(of: index) { below[Int(ancestor), default: 0] += 1 }
        }
        let rows = ParentFeatures.rows(
            known,
            probe,
            evidence,
            posterior,
            vocabulary,
            view,
            lineage,
            excluding: isExcluded,
            excludedBelow: below
        )
        let ranked = zip(known, rows).map {
            Candidate(index: $0, score: ranker.score($1), features: $1)
        }
        .sorted {
            ($1.score, concepts[$0.index].identifier) < ($0.score, concepts[$1.index].identifier)
        }
        let best = Array(ranked.prefix(limit))
        let taken = Set(best.map(\.index))
        let added = always.compactMap { wanted in
            taken.contains(wanted) ? nil : ranked.first { $0.index == wanted }
        }
        guard limit > ranked.count else { return best + added }
        // What the ranker did not see follows in the order of the score without a fit.
        let rest = eligible.filter { !inPool.contains($0) }
        let lowest = ranked.last?.score ?? 0
        let further = ordered(rest.map { ($0, Double(evidence.quick[$0])) })
            .prefix(limit - ranked.count)
            .map { index in
                let behind = Double(evidence.quick[index]) - 100
                return Candidate(index: index, score: lowest + behind, features: [])
            }
        return best + further + added
    }

    /// The known concepts most similar to the term, by meaning and spelling, that have a parent.
    ///
    /// - Parameters:
    ///   - probe: The term.
    ///   - count: Concepts returned at most.
    ///   - excluded: Concepts that are passed over.
    /// - Returns: Nearest first; ties go to the smaller index.
    func nearest(
        _ probe: Probe,
        _ count: Int,
        excluding excluded: Set<Concept.Index>
    ) -> [Concept.Index] {
        var similarity = [Float](repeating: -.infinity, count: probe.cosines.count)
        for index in similarity.indices
        where !excluded.contains(index) && !view.parents(of: index).isEmpty {
            similarity[index] = probe.nearness(index)
        }
        return Ranking.top(count, of: similarity).filter { similarity[$0] > -.infinity }
    }
}
