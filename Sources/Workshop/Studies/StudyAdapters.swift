import Evaluation
package import Settings
package import TaxoInstruct
import Taxonomy
import Training

/// The adapters of a study's variants; each is trained once and then reused.
package struct StudyAdapters {
    package let vocabulary: Vocabulary
    /// Where the vocabulary comes from: a loaded taxonomy by name, or a `.tsv` file of edges.
    package let given: String
    package let under: String?
    package let configuration: Configuration
    package let encoderSHA256: String
    package let folder: StudyFolder
    package let budget: StudyBench.Budget
    package let monitor: WorkMonitor

    /// A variant cannot be measured, because it has no adapter that may be used.
    package struct UnusableAdapter: Error {
        package let reason: String
    }

    /// Everything that an adapter depends on.
    private struct Note: Codable {
        let lesson: StudyPlan.Lesson
        let taxonomy: String
        let under: String?
        let holdout: Double?
        let seed: UInt64
        let tokens: Int
        let recipe: Recipe
        let decoderSHA256: String
        let fromSHA256: String?
        let encoderSHA256: String
        let settingsSHA256: String
        let methodVersion: String
    }

    /// The configuration of a variant; its adapter is trained first if it does not exist.
    ///
    /// - Parameters:
    ///   - variant: A variant of the study.
    ///   - heldOut: Identifiers of the leaves to be placed.
    ///   - seed: The seed with which they were drawn.
    /// - Returns: Decoder, adapter, candidates and orders of the variant; the rest as configured.
    /// - Throws: ``UnusableAdapter`` if the adapter is missing or has seen what is to be found; any
    ///   error of a training.
    package func configuration(
        of variant: StudyPlan.Variant,
        _ heldOut: [String],
        _ seed: UInt64
    ) throws -> Configuration {
        var values = configuration
        if let decoder = variant.decoder { values.models.decoder = decoder }
        if let candidates = variant.candidates { values.method.candidates = candidates }
        values.method.seedOrders = max(variant.orders, 1)
        values.method.allSeedOrders = variant.orders < 0
        switch variant.adapter {
        case .none:
            values.models.adapter = Configuration.noAdapter
        case .inForce:
            try check(EngineSetup(values), heldOut, seed)
        case .trained(let lesson):
            if lesson.isFurther { try check(EngineSetup(values), heldOut, seed) }
            values.models.adapter = try trainedAdapter(lesson, values, seed, variant.name)
            try check(EngineSetup(values), heldOut, seed)
        }
        return values
    }

    /// Checks that there is an adapter that has not seen the parents of the held-out leaves.
    private func check(_ setup: EngineSetup, _ heldOut: [String], _ seed: UInt64) throws {
        guard let path = try setup.adapterFolder(), let card = try setup.adapterCard() else {
            throw UnusableAdapter(reason: "no adapter is configured")
        }
        let taxonomy = vocabulary.taxonomy
        let memory = AdapterMemory(card, adapter: path, of: taxonomy, named: vocabulary.name)
        let refusal = memory.refusal(
            holdingOut: heldOut.compactMap(taxonomy.index(ofIdentifier:)),
            share: budget.holdout,
            seed: seed
        )
        if let refusal { throw UnusableAdapter(reason: refusal.message) }
    }

    /// Batch size: small, so that the few rows of a study still make a few dozen steps.
    private static let rowsPerStep = 8
    /// Negative candidates per row.
    private static let wrongCandidates = 10

    /// Trains an adapter unless it exists.
    private func trainedAdapter(
        _ lesson: StudyPlan.Lesson,
        _ values: Configuration,
        _ seed: UInt64,
        _ name: String
    ) throws -> String {
        var values = values
        // A variant may change how the model is asked, but all adapters are trained alike.
        values.method = configuration.method
        let setup = EngineSetup(values)
        var recipe = Recipe()
        recipe.examplesPerStep = Self.rowsPerStep
        recipe.seed = seed
        recipe.workers = values.engineThreads
        var rows = SelfSupervisionOptions()
        rows.tasks = lesson.tasks
        rows.kind = lesson.negatives
        rows.candidates = Self.wrongCandidates
        rows.seed = seed
        // With these shares both skills get about the same number of tokens.
        rows.expandShare = 1
        rows.findParentShare = 0.25
        rows.findChildrenShare = 0.25
        let isOther = lesson.taxonomy != nil
        let out = try folder.adapter(
            "\(lesson.title) seed \(seed)",
            Note(
                lesson: lesson,
                taxonomy: vocabulary.version,
                under: isOther ? nil : under,
                holdout: isOther ? nil : budget.holdout,
                seed: seed,
                tokens: budget.tokens,
                recipe: recipe,
                decoderSHA256: try setup.decoderSHA256(),
                fromSHA256: lesson.isFurther ? try setup.adapterSHA256() : nil,
                encoderSHA256: encoderSHA256,
                settingsSHA256: try setup.settingsSHA256(),
                methodVersion: MethodSettings.methodVersion
            )
        )
        let request = Tuning.Request(
            taxonomy: lesson.taxonomy ?? given,
            under: isOther ? nil : under,
            out: out,
            from: lesson.isFurther ? try setup.adapterFolder() : nil,
            hide: [],
            holdout: isOther ? nil : budget.holdout,
            holdoutSeed: seed,
            tokenBudget: budget.tokens,
            disturbance: lesson.thin == nil && lesson.wrong == nil
                ? nil : Disturbance(thin: lesson.thin, wrong: lesson.wrong, seed: seed),
            rowOptions: rows,
            recipe: recipe
        )
        monitor.report(.note("\(name), seed \(seed):"))
        monitor.report(.note(try Tuning(request, values, monitor).run()))
        return out
    }
}
