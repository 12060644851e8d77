package import Contract
package import Inference
package import Taxonomy

/// The method: answers queries against one vocabulary.
///
/// The three tasks of the paper are one idea, finding entities in a given relation to the query:
/// siblings (``SetExpansion``), parents (``Placement``), or both (``Construction``); see
/// TaxoInstruct, arXiv 2402.13405, section 3.
///
///     let expander = Expander(
///         vocabulary: medic, model: decoder, encoder: encoder,
///         settings: settings, settingsSHA256: hash, fit: fit
///     )
///     let query = Query(key: "1", task: .place, term: "Takotsubo cardiomyopathy")
///     let answer = try expander.answer(query)
///     answer.proposals.first?.name    // “Cardiomyopathies”
///
/// Immutable, so that several threads share one expander; the same query gets the same answer.
package final class Expander: Sendable {
    package let vocabulary: Vocabulary
    package let settings: MethodSettings
    package let model: (any LanguageModel)?
    package let encoder: any TextEncoder
    package let fit: VocabularyFit
    package let provenance: Provenance

    /// Binds the method to a vocabulary and models.
    ///
    /// - Parameters:
    ///   - vocabulary: What is answered against.
    ///   - model: Rates and writes; without one, the fitted rankers decide alone.
    ///   - encoder: The one that made the vocabulary's embeddings.
    ///   - settings: What a user may set.
    ///   - settingsSHA256: Over ``MethodSettings/canonicalBytes``, for provenance.
    ///   - fit: What was fitted on the vocabulary.
    package init(
        vocabulary: Vocabulary,
        model: (any LanguageModel)?,
        encoder: any TextEncoder,
        settings: MethodSettings,
        settingsSHA256: String,
        fit: VocabularyFit = .standard
    ) {
        precondition(
            vocabulary.embeddings.dimension == encoder.dimension,
            "Expander: rows of \(vocabulary.embeddings.dimension), encoder of \(encoder.dimension)"
        )
        self.vocabulary = vocabulary
        self.model = model
        self.encoder = encoder
        self.settings = settings
        self.fit = fit
        provenance = Provenance(
            vocabulary: vocabulary.name,
            vocabularyVersion: vocabulary.version,
            model: model?.identity.name ?? "none",
            modelSHA256: model?.identity.sha256 ?? "",
            encoder: encoder.identity.name,
            encoderSHA256: encoder.identity.sha256,
            adapterSHA256: model?.identity.adapterSHA256,
            path: model?.identity.path ?? encoder.identity.path,
            settingsSHA256: settingsSHA256,
            method: MethodSettings.methodVersion
        )
    }

    /// Answers a query.
    ///
    /// Blocks for as long as the models compute. A fault of the query is an answer with the status
    /// `error` and a reason whose code is one of `SubmissionError.Code`.
    ///
    /// - Throws: `SubmissionError` with `engine-unavailable` when the model cannot be asked at all:
    ///   the query waits for it.
    package func answer(_ query: Query) throws -> Answer {
        do {
            try check(query)
            let view = vocabulary.view(hiding: query.hide)
            let (draft, tokens) = try TokenMeter.measuring {
                switch query.task {
                case .expand: try expand(query, view)
                case .place: try place(query, view)
                case .grow: try grow(query, view)
                case .audit: try audit(query)
                }
            }
            return Answer(
                key: query.key,
                task: query.task,
                query: query.title,
                status: draft.status,
                reason: draft.reason,
                matches: draft.matches,
                proposals: draft.proposals,
                notes: draft.notes,
                tokens: tokens,
                provenance: provenance
            )
        } catch let error as SubmissionError where error.code == .engineUnavailable {
            throw error
        } catch let error as SubmissionError {
            return failure(query, error)
        } catch InferenceError.contextExceeded(let tokens, let limit) {
            let message = "The prompt has \(tokens) tokens; the model takes \(limit)."
            return failure(query, SubmissionError(.promptTooLong, message))
        } catch {
            let message = "The model could not answer: \(error)."
            return failure(query, SubmissionError(.engineUnavailable, message))
        }
    }

    /// Ranks all visible concepts as parents of a term, whether it exists and whether any is
    /// probable or not; for evaluations.
    ///
    /// - Parameters:
    ///   - term: The term.
    ///   - synonyms: Its further names.
    ///   - hidden: Identifiers of concepts that are hidden with all that is below them.
    ///   - left: Identifiers of concepts that are left out, such as the term's own record and what
    ///     is below it.
    /// - Returns: The ranking.
    /// - Throws: What the models throw.
    package func rank(
        _ term: String,
        synonyms: [String] = [],
        hiding hidden: [String] = [],
        leavingOut left: [String] = []
    ) throws -> ParentRanking {
        let view = vocabulary.view(hiding: hidden)
        let placement = placement(view, asksAlways: true)
        let search = placement.retriever.search(
            for: try placement.retriever.probe(term, synonyms: synonyms),
            excluding: Set(left.compactMap(vocabulary.taxonomy.index(ofIdentifier:)))
        )
        let all = placement.retriever.candidates(for: search, count: concepts.count)
        let membership = placement.membership(search)
        let judgement = try placement.judge(search, Array(all.prefix(settings.candidates)))
        return ParentRanking(
            judgement: judgement,
            retrieval: all.map(\.index),
            accepted: membership < fit.membership.threshold
                ? [] : placement.accepted(judgement.candidates, in: view).map(\.index),
            forced: placement.accepted(judgement.candidates, in: view, forced: true).map(\.index),
            membership: membership
        )
    }

    // MARK: What the tasks share

    /// Bytes of a name at most; MeSH's longest has 188.
    private static let maximumNameBytes = 1_000
    private static let maximumSeeds = 1_000

    private func check(_ query: Query) throws(SubmissionError) {
        let edges = query.tree.flatMap { [$0.child, $0.parent] }
        let names = query.seeds + [query.term, query.parent].compactMap(\.self) + edges
        for name in names where name.utf8.count > Self.maximumNameBytes {
            throw SubmissionError(
                .nameTooLong,
                """
                A name of \(name.utf8.count) bytes, “\(name.prefix(40))…”; at most \
                \(Self.maximumNameBytes) are read.
                """
            )
        }
        guard query.seeds.count <= Self.maximumSeeds, query.tree.count <= Self.maximumSeeds else {
            throw SubmissionError(
                .seedSetTooLarge,
                """
                \(max(query.seeds.count, query.tree.count)) seeds; at most \
                \(Self.maximumSeeds) are read.
                """
            )
        }
    }

    private func failure(_ query: Query, _ error: SubmissionError) -> Answer {
        Answer(
            key: query.key,
            task: query.task,
            query: query.title,
            status: .error,
            reason: Answer.Reason(
                code: error.code.rawValue,
                message: "\(error.message) \(error.remedy)"
            ),
            provenance: provenance
        )
    }

    var concepts: [Concept] { vocabulary.taxonomy.concepts }

    package var resolver: TermResolver {
        TermResolver(
            vocabulary: vocabulary,
            encoder: encoder,
            threshold: settings.matchThreshold
        )
    }

    /// Placement within what a query may see.
    ///
    /// - Parameters:
    ///   - view: What may be seen.
    ///   - asksAlways: Whether a model whose fitted weight is zero is asked all the same.
    /// - Returns: With the ranker and the weights of the fit.
    package func placement(_ view: VocabularyView, asksAlways: Bool = false) -> Placement {
        let retriever = Retriever(
            view: view,
            encoder: encoder,
            settings: settings,
            ranker: fit.ranker
        )
        // A model of weight zero would cost time and change nothing.
        let asked = asksAlways || fit.modelWeight.usesModel ? model : nil
        return Placement(retriever: retriever, settings: settings, model: asked, fit: fit)
    }

    package func setExpansion(_ view: VocabularyView) -> SetExpansion {
        SetExpansion(view: view, model: model, settings: settings)
    }
}

/// What a task found for a query; ``Expander/answer(_:)`` makes the answer of it.
struct AnswerDraft {
    var reason: Answer.Reason?
    var matches: [TermMatch] = []
    var proposals: [Proposal] = []
    var notes: [String] = []

    /// `proposed` if anything in it would change the vocabulary.
    var status: Answer.Status {
        proposals.contains { $0.standing == .proposed || $0.standing == .doubtful }
            ? .proposed : .none
    }

    /// The same with a reason if nothing in it is new.
    ///
    /// - Parameters:
    ///   - nothing: Said where nothing was found.
    ///   - known: Said where the vocabulary holds all that was found.
    /// - Returns: With the reason `no-candidates` or `all-known`.
    func explained(nothing: String, known: String) -> AnswerDraft {
        guard status == .none else { return self }
        var explained = self
        explained.reason =
            proposals.isEmpty
            ? Answer.Reason(code: "no-candidates", message: nothing)
            : Answer.Reason(code: "all-known", message: known)
        return explained
    }
}

extension Query {
    /// What was asked, for a reader.
    var title: String {
        switch task {
        case .expand: seeds.joined(separator: Prompts.separator)
        case .place, .audit: term ?? identifier ?? ""
        case .grow: tree.map { "\($0.child) < \($0.parent)" }.joined(separator: Prompts.separator)
        }
    }
}

/// All concepts as parents of one term.
package struct ParentRanking: Sendable {
    /// The first `candidates`, rated by the language model.
    package let judgement: Judgement
    /// All visible concepts in the order of retrieval.
    package let retrieval: [Concept.Index]
    /// The parents that an answer would propose.
    package let accepted: [Concept.Index]
    /// The parents that an answer would propose if it were not allowed to abstain.
    package let forced: [Concept.Index]
    /// Probability that the term belongs to the vocabulary's domain at all, 0 to 1.
    package let membership: Double

    /// All visible concepts, best first: what the model rated, then the rest.
    package var order: [Concept.Index] {
        let rated = judgement.candidates.map(\.index)
        return rated + retrieval.dropFirst(rated.count)
    }
}
