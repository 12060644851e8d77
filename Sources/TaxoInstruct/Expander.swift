package import Inference
package import Jobs
package import Taxonomy

/// The method: answers queries against one vocabulary.
///
/// The three tasks of the paper are one idea, finding entities in a given relation to the query:
/// siblings (``SetExpansion``), parents (``Placement``), or both (``Construction``); see
/// TaxoInstruct, arXiv 2402.13405, section 3. Immutable, so that several threads ask one expander
/// at once; the same query gets the same answer.
package final class Expander: Sendable {
    package let vocabulary: Vocabulary
    package let settings: MethodSettings
    let model: (any LanguageModel)?
    let encoder: any TextEncoder
    package let provenance: Provenance

    /// Binds the method to a vocabulary and models.
    ///
    /// - Parameters:
    ///   - vocabulary: What is answered against.
    ///   - model: Rates and writes; without one, retrieval and encoder decide alone.
    ///   - encoder: The one that made the vocabulary's embeddings.
    ///   - settings: What a user may set.
    ///   - settingsSHA256: Over ``MethodSettings/canonicalBytes``, for provenance.
    ///   - adapterSHA256: Of the adapter that `model` runs with, where the model does not say so.
    package init(
        vocabulary: Vocabulary,
        model: (any LanguageModel)?,
        encoder: any TextEncoder,
        settings: MethodSettings,
        settingsSHA256: String,
        adapterSHA256: String? = nil
    ) {
        precondition(
            vocabulary.embeddings.dimension == encoder.dimension,
            "Expander: rows of \(vocabulary.embeddings.dimension), encoder of \(encoder.dimension)"
        )
        self.vocabulary = vocabulary
        self.model = model
        self.encoder = encoder
        self.settings = settings
        provenance = Provenance(
            vocabulary: vocabulary.name,
            vocabularyVersion: vocabulary.version,
            model: model?.identity.name ?? "none",
            modelSHA256: model?.identity.sha256 ?? "",
            encoder: encoder.identity.name,
            encoderSHA256: encoder.identity.sha256,
            adapterSHA256: adapterSHA256 ?? model?.identity.adapterSHA256,
            path: model?.identity.path ?? encoder.identity.path,
            settingsSHA256: settingsSHA256,
            method: MethodSettings.methodVersion
        )
    }

    /// Answers a query.
    ///
    /// Blocks for as long as the models compute. A fault of the query is an answer with the status
    /// `error` and a reason whose code is one of `SubmissionError.Code`.
    package func answer(_ query: Query) -> Answer {
        do {
            try check(query)
            let view = VisibleTaxonomy(vocabulary.taxonomy, hiding: query.hide)
            var answer =
                switch query.task {
                case .expand: try expand(query, view)
                case .place: try place(query, view)
                case .grow: try grow(query, view)
                case .audit: try audit(query)
                }
            answer.provenance = provenance
            return answer
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

    /// Retrieves and rates the candidate parents of a term; for evaluations.
    ///
    /// - Returns: The judgement, and all concepts in the order of retrieval.
    /// - Throws: What the models throw.
    package func judge(_ term: String) throws -> (Judgement, retrieval: [Concept.Index]) {
        let placement = placement(VisibleTaxonomy(vocabulary.taxonomy))
        let probe = try placement.retriever.probe(term)
        let all = placement.retriever.candidates(for: probe, count: concepts.count)
        return (try placement.judge(probe), all.map(\.index))
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

    func placement(_ view: VisibleTaxonomy) -> Placement {
        let retriever = Retriever(
            vocabulary: vocabulary,
            view: view,
            encoder: encoder,
            settings: settings
        )
        return Placement(retriever: retriever, model: model)
    }

    func setExpansion(_ view: VisibleTaxonomy) -> SetExpansion {
        SetExpansion(vocabulary: vocabulary, view: view, model: model, settings: settings)
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
