package import Inference
package import Jobs
import Taxonomy

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
    private let provenance: Provenance

    /// Binds the method to a vocabulary and models.
    ///
    /// - Parameters:
    ///   - vocabulary: What is answered against.
    ///   - model: Rates and writes; without one, retrieval and encoder decide alone.
    ///   - encoder: The one that made the vocabulary's embeddings.
    ///   - settings: What a user may set.
    ///   - settingsSHA256: Over ``MethodSettings/canonicalBytes``, for provenance.
    ///   - adapterSHA256: Of the adapter that `model` runs with, for provenance.
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
            adapterSHA256: adapterSHA256,
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
        Answer(
            key: query.key,
            task: query.task,
            query: query.term ?? query.seeds.joined(separator: " | "),
            status: .none,
            provenance: provenance
        )
    }
}
