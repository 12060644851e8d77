package import Contract
package import Inference
package import Taxonomy

/// The method, bound to one vocabulary: answers queries against it.
///
/// The paper treats its three tasks as one, finding entities that stand in a given relation to the
/// query: siblings (``SetExpansion``), parents (``Placement``), or both (``Construction``); see
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
/// Immutable, so several threads can share one expander; the same query always gets the same
/// answer.
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
    ///   - vocabulary: The vocabulary that queries are answered against.
    ///   - model: Scores and generates continuations; without one, the fitted rankers decide alone.
    ///   - encoder: The encoder that produced the vocabulary's embeddings.
    ///   - settings: The settings of the method.
    ///   - settingsSHA256: SHA-256 of ``MethodSettings/canonicalBytes``, for provenance.
    ///   - fit: The rankers, weights and thresholds fitted on the vocabulary.
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
    /// Blocks while the models compute. An invalid query is not thrown: it gets an answer with the
    /// status `error` and a reason whose code is one of `SubmissionError.Code`.
    ///
    /// - Throws: `SubmissionError` with `engine-unavailable` when the model cannot be reached; the
    ///   query then stays queued.
    package func answer(_ query: Query) throws -> Answer {
        do {
            try check(query)
            let asked = query
            let query = query.composed
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
                query: asked.title,
                identifier: asked.identifier,
                provisionalIdentifier: asked.provisionalIdentifier,
                synonyms: asked.synonyms.isEmpty ? nil : asked.synonyms,
                definition: asked.definition,
                references: asked.references.isEmpty ? nil : asked.references,
                duplicates: asked.duplicateReferences,
                status: draft.status,
                reason: draft.reason,
                matches: draft.matches,
                proposals: draft.proposals,
                notes: draft.notes + notesOnHiding(query),
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

    /// Ranks all visible concepts as parents of a term, whether or not the term already exists and
    /// however improbable the parents are; for evaluations.
    ///
    /// - Parameters:
    ///   - term: The term to place.
    ///   - synonyms: The term's synonyms.
    ///   - hidden: Identifiers of concepts that are hidden with all their descendants.
    ///   - left: Identifiers of concepts to exclude, such as the term's own record and its
    ///     descendants.
    /// - Returns: All visible concepts in order, and the parents that would be proposed.
    /// - Throws: Errors of the encoder and the model.
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

    // MARK: Shared by the tasks

    /// Maximum length of a name in bytes; the longest name in MeSH has 188.
    private static let maximumNameBytes = 1_000
    private static let maximumSeeds = 1_000
    /// Maximum number of other new terms that a query may carry.
    private static let maximumBatch = 10 * BatchPlan.width

    private func check(_ query: Query) throws(SubmissionError) {
        let edges = query.tree.flatMap { [$0.child, $0.parent] }
        let others = query.batch.map(\.name) + query.below + query.notBelow
        let names = query.seeds + [query.term, query.parent].compactMap(\.self) + edges + others
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
        guard query.batch.count <= Self.maximumBatch else {
            throw SubmissionError(
                .unknownListShape,
                """
                The query carries \(query.batch.count) new terms of its file; at most \
                \(Self.maximumBatch) are read.
                """
            )
        }
        if let most = query.maximumParents, most < 1 {
            throw SubmissionError(
                .unknownListShape,
                "At most \(most) parents are asked for; expected 1 or more.",
                remedy: "Give the largest number of parents as 1 or more, or leave it out."
            )
        }
    }

    private func failure(_ query: Query, _ error: SubmissionError) -> Answer {
        Answer(
            key: query.key,
            task: query.task,
            query: query.title,
            identifier: query.identifier,
            provisionalIdentifier: query.provisionalIdentifier,
            synonyms: query.synonyms.isEmpty ? nil : query.synonyms,
            definition: query.definition,
            references: query.references.isEmpty ? nil : query.references,
            duplicates: query.duplicateReferences,
            status: .error,
            reason: Answer.Reason(
                code: error.code.rawValue,
                message: "\(error.message) \(error.remedy)"
            ),
            provenance: provenance
        )
    }

    var concepts: [Concept] { vocabulary.taxonomy.concepts }

    /// What a name means in the vocabulary.
    ///
    /// - Parameters:
    ///   - given: The name or identifier as written.
    ///   - identifier: The identifier that the source writes beside the name; an empty one counts
    ///     as none.
    ///   - isHidden: Whether a concept may not be found.
    /// - Returns: The concept, or what the name may mean.
    func resolve(
        _ given: String,
        identifier: String? = nil,
        excluding isHidden: (Concept.Index) -> Bool = { _ in false }
    ) -> NameIndex.Resolution {
        vocabulary.names.match(
            given,
            identifier: identifier.flatMap { $0.isEmpty ? nil : $0 },
            threshold: settings.matchThreshold,
            excluding: isHidden
        )
    }

    /// A note on each identifier to hide that is none of the vocabulary, because nothing is hidden
    /// for it.
    private func notesOnHiding(_ query: Query) -> [String] {
        query.hide.filter { vocabulary.taxonomy.index(ofAnyIdentifier: $0) == nil }.map {
            "nothing is hidden for “\($0)”, which is no identifier of \(vocabulary.name)"
        }
    }

    /// Makes the placement method for what a query may see.
    ///
    /// - Parameters:
    ///   - view: The part of the vocabulary that the query may see.
    ///   - asksAlways: Whether to consult the model even if its fitted weight is zero.
    /// - Returns: Placement with the fitted ranker and weights.
    package func placement(_ view: VocabularyView, asksAlways: Bool = false) -> Placement {
        let retriever = Retriever(
            view: view,
            encoder: encoder,
            settings: settings,
            ranker: fit.ranker
        )
        // Consulting a model of weight zero would cost time and change nothing.
        let asked = asksAlways || fit.modelWeight.usesModel ? model : nil
        return Placement(retriever: retriever, settings: settings, model: asked, fit: fit)
    }

    package func setExpansion(_ view: VocabularyView) -> SetExpansion {
        SetExpansion(view: view, model: model, settings: settings)
    }
}

/// The result of a task, from which ``Expander/answer(_:)`` makes the answer.
struct AnswerDraft {
    var reason: Answer.Reason?
    var matches: [TermMatch] = []
    var proposals: [Proposal] = []
    var notes: [String] = []

    /// `proposed` if any proposal would change the vocabulary.
    var status: Answer.Status {
        proposals.contains { $0.standing == .proposed || $0.standing == .doubtful }
            ? .proposed : .none
    }

    /// The same draft, with a reason added if it proposes nothing new.
    ///
    /// - Parameters:
    ///   - nothing: The message if nothing was found.
    ///   - known: The message if the vocabulary already holds everything that was found.
    /// - Returns: The draft, with the reason `no-candidates` or `all-known` where one applies.
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
    /// The query with its names in form NFC, so that equal names get equal answers.
    var composed: Query {
        var query = self
        query.seeds = seeds.map(PlainText.composed)
        query.parent = parent.map(PlainText.composed)
        query.term = term.map(PlainText.composed)
        query.synonyms = synonyms.map(PlainText.composed)
        query.definition = definition.map(PlainText.composed)
        query.batch = batch.map { other in
            BatchTerm(
                key: other.key,
                identifier: other.identifier,
                name: PlainText.composed(other.name),
                synonyms: other.synonyms.map(PlainText.composed),
                definition: other.definition.map(PlainText.composed)
            )
        }
        query.tree = tree.map {
            Edge(child: PlainText.composed($0.child), parent: PlainText.composed($0.parent))
        }
        return query
    }

    /// The new terms of the file that are probably the same, as an answer names them.
    var duplicateReferences: [TermReference]? {
        guard !duplicates.isEmpty else { return nil }
        return duplicates.map {
            TermReference(key: $0.key, identifier: $0.identifier, name: $0.name)
        }
    }

    /// A readable title of the query.
    var title: String {
        switch task {
        case .expand: seeds.joined(separator: Prompts.separator)
        case .place, .audit: term ?? identifier ?? ""
        case .grow: tree.map { "\($0.child) < \($0.parent)" }.joined(separator: Prompts.separator)
        }
    }
}

/// All visible concepts ranked as parents of one term.
package struct ParentRanking: Sendable {
    /// The candidates that were rated, the first `candidates` of retrieval.
    package let judgement: Judgement
    /// All visible concepts in retrieval order.
    package let retrieval: [Concept.Index]
    /// The parents that an answer would propose.
    package let accepted: [Concept.Index]
    /// The parents that an answer would propose if it were not allowed to abstain.
    package let forced: [Concept.Index]
    /// Probability that the term belongs to the vocabulary's domain, 0 to 1.
    package let membership: Double

    /// All visible concepts, best first: the rated candidates, then the rest in retrieval order.
    package var order: [Concept.Index] {
        let rated = judgement.candidates.map(\.index)
        return rated + retrieval.dropFirst(rated.count)
    }
}
