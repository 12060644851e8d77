import Contract
import Engine
import Foundation
package import Settings
package import TaxoInstruct
package import Taxonomy

/// The method on a loaded taxonomy, with nothing in it that was trained or fitted on what the
/// evaluation hides.
package struct EvaluationSubject {
    /// What the evaluation hides.
    package enum Hidden {
        case nothing
        /// Subtrees, by the identifiers of their root concepts.
        case subtrees([String])
        /// Leaves as `HeldOut.leaves` draws them.
        case leaves([String], share: Double, seed: UInt64)

        package var identifiers: [String] {
            switch self {
            case .nothing: []
            case .subtrees(let tops): tops
            case .leaves(let leaves, _, _): leaves
            }
        }
    }

    /// Not fitted yet; see ``fitted(hiding:over:)``.
    package let expander: Expander
    private let memory: AdapterMemory?
    private let setup: EngineSetup
    private let encoder: EmbeddedTextEncoder
    private let monitor: WorkMonitor

    /// - Parameters:
    ///   - named: The name or version of a loaded taxonomy.
    ///   - configuration: Models and method.
    ///   - withoutModel: Whether to leave out the language model.
    ///   - monitor: Gets the progress of a fit, and notes about what was left out.
    ///   - hidden: Given the taxonomy, returns what to hide.
    /// - Throws: `SubmissionError`, also for a configured adapter that saw what is hidden. The
    ///   default adapter is left out with a message instead.
    package init(
        _ named: String?,
        _ configuration: Configuration,
        withoutModel: Bool,
        _ monitor: WorkMonitor,
        hiding hidden: (Taxonomy) throws -> Hidden
    ) throws {
        self.monitor = monitor
        var values = configuration
        var setup = EngineSetup(values)
        encoder = try setup.encoder()
        let (vocabulary, _) = try setup.vocabulary(named, encodedBy: encoder)
        var memory: AdapterMemory?
        if !withoutModel, let folder = try setup.adapterFolder(),
            let card = try setup.adapterCard()
        {
            let found = AdapterMemory(
                card,
                adapter: folder,
                of: vocabulary.taxonomy,
                named: vocabulary.name
            )
            if let refusal = Self.refusal(found, try hidden(vocabulary.taxonomy), vocabulary) {
                guard values.models.adapter == nil else { throw refusal }
                let text = "taxod: \(refusal)\ntaxod: the model is evaluated without an adapter"
                monitor.report(.note(text))
                values.models.adapter = Configuration.noAdapter
                setup = EngineSetup(values)
            } else {
                memory = found
            }
        }
        self.memory = memory
        self.setup = setup
        let model = withoutModel ? nil : try setup.languageModel()
        expander = Expander(
            vocabulary: vocabulary,
            model: model,
            encoder: encoder,
            settings: values.method,
            settingsSHA256: try setup.settingsSHA256()
        )
    }

    private static func refusal(
        _ memory: AdapterMemory,
        _ hidden: Hidden,
        _ vocabulary: Vocabulary
    ) -> SubmissionError? {
        switch hidden {
        case .nothing: nil
        case .subtrees(let tops): memory.refusal(hiding: tops)
        case .leaves(let leaves, let share, let seed):
            memory.refusal(
                holdingOut: leaves.compactMap(vocabulary.taxonomy.index(ofIdentifier:)),
                share: share,
                seed: seed
            )
        }
    }

    /// The method with the weights that are in production use, with nothing hidden.
    package func inUse() throws -> Expander {
        let fit = try setup.fit(
            of: expander.vocabulary,
            encoder,
            model: { try setup.languageModel() }
        )
        return expander.variant(fit: fit)
    }

    /// The method with weights fitted on what is not hidden, on the taxonomy or a part of it.
    package func fitted(
        hiding identifiers: [String],
        over other: Vocabulary? = nil
    ) throws -> Expander {
        let expander = expander.variant(vocabulary: other)
        let taxonomy = expander.vocabulary.taxonomy
        let whole = self.expander.vocabulary.taxonomy
        return try expander.fitted(
            hiding: identifiers,
            wasSeen: { identifier in
                guard let memory, taxonomy.index(ofIdentifier: identifier) != nil else {
                    return false
                }
                return whole.index(ofIdentifier: identifier).map(memory.saw(parentsOf:)) ?? false
            },
            progress: { done, all in
                if done.isMultiple(of: 20) || done == all {
                    monitor.report(.queries(done, of: all))
                }
            }
        )
    }
}
