package import Inference
import Jobs
package import Taxonomy

/// Finds the parents of a term: taxonomy expansion, section 3.2 of the paper.
///
/// Retrieval gives `candidates` concepts, the language model rates each as the continuation of a
/// prompt, and a fixed weight joins the two. The paper lets the model write the parent's name and
/// repairs it by edit distance; here every answer is a concept that exists.
struct Placement {
    let retriever: Retriever
    let model: (any LanguageModel)?

    private var view: VisibleTaxonomy { retriever.view }
    private var settings: MethodSettings { retriever.settings }
    private var concepts: [Concept] { view.taxonomy.concepts }

    /// Retrieves and rates the candidates.
    ///
    /// - Parameters:
    ///   - probe: The term.
    ///   - excluded: Concepts that are neither candidates nor shown in the prompt.
    ///   - pool: If given, only these concepts are candidates.
    ///   - always: Concepts that are candidates whatever their score.
    /// - Returns: The candidates in the order of retrieval, with the model's ratings.
    /// - Throws: What the model throws.
    func judge(
        _ probe: Probe,
        excluding excluded: Set<Concept.Index> = [],
        among pool: [Concept.Index]? = nil,
        always: [Concept.Index] = []
    ) throws -> Judgement {
        let candidates = retriever.candidates(
            for: probe,
            excluding: excluded,
            among: pool,
            always: always
        )
        let question = retriever.question(
            probe,
            candidates: candidates.map(\.index),
            excluding: excluded
        )
        let continuations = question.continuations
        let ratings =
            candidates.isEmpty ? nil : try model?.score(continuations, after: question.prompt)
        let parts = ratings.map { ratings in
            Ranking.logSoftmax(
                ratings.map { settings.perToken ? $0.perToken : $0.logLikelihood }
            )
        }
        let judged = candidates.enumerated().map { position, candidate in
            Judgement.Candidate(
                index: candidate.index,
                continuation: continuations[position],
                retrieval: candidate.score,
                cosine: candidate.cosine,
                votes: candidate.votes,
                rating: ratings?[position],
                logProbability: parts?[position],
                fused: candidate.score
                    + (parts.map { settings.languageModelWeight * $0[position] } ?? 0)
            )
        }
        return Judgement(prompt: question.prompt, candidates: judged)
    }

    /// The candidates by fused score, best first; ties go by identifier.
    func ranked(_ judgement: Judgement) -> [Judgement.Candidate] {
        judgement.candidates.sorted {
            ($1.fused, concepts[$0.index].identifier) < ($0.fused, concepts[$1.index].identifier)
        }
    }

    /// Those of the ranked candidates that are proposed: the first, and further ones close to it
    /// of which none is an ancestor of another.
    func accepted(_ ranked: [Judgement.Candidate]) -> [Judgement.Candidate] {
        guard let best = ranked.first, best.fused >= settings.parentThreshold else { return [] }
        var accepted: [Judgement.Candidate] = []
        var related = Set<Concept.Index>()
        for candidate in ranked {
            guard candidate.fused >= best.fused - settings.parentMargin,
                accepted.count < settings.maximumParents
            else { break }
            guard !related.contains(candidate.index) else { continue }
            accepted.append(candidate)
            related.insert(candidate.index)
            related.formUnion(view.ancestors(of: candidate.index))
            related.formUnion(view.descendants(of: candidate.index))
        }
        return accepted
    }

    /// Why a candidate stands where it stands.
    func evidence(for candidate: Judgement.Candidate, _ probe: Probe) -> Evidence {
        var parts = ["retrieval": candidate.retrieval, "encoder": candidate.cosine]
        if candidate.votes > 0 { parts["votes"] = candidate.votes }
        if let logProbability = candidate.logProbability {
            parts["languageModel"] = logProbability
        }
        let nearest = view.children(of: candidate.index)
            .sorted {
                (-probe.cosines[$0], concepts[$0].identifier)
                    < (-probe.cosines[$1], concepts[$1].identifier)
            }
            .prefix(3)
        return Evidence(
            rootPath: view.rootPath(of: candidate.index),
            nearest: nearest.map { concepts[$0].name },
            parts: parts.mapValues(Ranking.rounded)
        )
    }
}

/// The candidates for one term as retrieval and language model see them.
package struct Judgement: Sendable {
    package struct Candidate: Sendable {
        package let index: Concept.Index
        /// What the model rated.
        package let continuation: String
        package let retrieval: Double
        package let cosine: Double
        package let votes: Double
        /// `nil` without a model.
        package let rating: ContinuationScore?
        /// The rating's log-softmax over the candidates.
        package let logProbability: Double?
        package let fused: Double
    }

    package let prompt: String
    /// In the order of retrieval.
    package let candidates: [Candidate]
}
