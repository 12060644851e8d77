import Contract
import Engine
package import Evaluation
import Inference
package import Settings
import TaxoInstruct
package import Taxonomy

/// Trains adapters and measures the variants of a study, each once.
package final class StudyBench {
    /// The sizes that all measurements of a study share.
    package struct Budget: Hashable, Codable {
        /// Share of the leaves held out from training, fitting and prompts.
        package var holdout = 0.2
        /// Tokens that an adapter is trained on.
        package var tokens: Int
        /// Leaves placed per seed, at most.
        package var placements: Int
        /// Sets expanded per seed, at most.
        package var sets: Int

        package init(tokens: Int, placements: Int, sets: Int) {
            self.tokens = tokens
            self.placements = placements
            self.sets = sets
        }
    }

    /// Everything that a measurement depends on.
    private struct Note: Codable {
        let kind: String
        let taxonomy: String
        let version: String
        let under: String?
        let holdout: Double
        let seed: UInt64
        let limit: Int
        let seeds: Int?
        let fewestSiblings: Int?
        let decoderSHA256: String
        let adapterSHA256: String
        let encoderSHA256: String
        let method: MethodSettings
        let methodVersion: String
        let arithmetic: String
    }

    package var taxonomy: Taxonomy { vocabulary.taxonomy }
    /// What the taxonomy is called.
    package var name: String { vocabulary.name }
    private let vocabulary: Vocabulary
    private let under: String?
    private let configuration: Configuration
    private let encoder: EmbeddedTextEncoder
    private let folder: StudyFolder
    private let budget: Budget
    private let monitor: WorkMonitor
    private let adapters: StudyAdapters
    private var fits: [UInt64: VocabularyFit] = [:]
    private var loaded: (key: [String?], model: EmbeddedLanguageModel)?
    /// Processor time of each adapter's training, by its folder.
    private(set) var trainingSeconds: [String: Double] = [:]
    /// Why variants were left out, for the report.
    private(set) var refusals: [String] = []

    /// - Parameters:
    ///   - given: A loaded taxonomy by name, or a `.tsv` file of edges.
    ///   - under: A concept of the taxonomy; only its subtree is studied.
    ///   - configuration: Models and method; the effective adapter is the configured one.
    ///   - folder: Keeps adapters and measurements.
    ///   - budget: How much is asked and trained on.
    ///   - monitor: Gets the progress of the study.
    /// - Throws: `SubmissionError`.
    package init(
        _ given: String,
        under: String?,
        _ configuration: Configuration,
        _ folder: StudyFolder,
        _ budget: Budget,
        _ monitor: WorkMonitor
    ) throws {
        self.monitor = monitor
        self.under = under
        self.configuration = configuration
        self.folder = folder
        self.budget = budget
        let setup = EngineSetup(configuration)
        encoder = try setup.encoder()
        vocabulary = try TuningSource(given, under: under, setup, encoder).vocabulary
        adapters = StudyAdapters(
            vocabulary: vocabulary,
            given: given,
            under: under,
            configuration: configuration,
            encoderSHA256: encoder.identity.sha256,
            folder: folder,
            budget: budget,
            monitor: monitor
        )
    }

    /// Measures a variant with one seed, unless the folder holds the measurement already.
    ///
    /// - Throws: `SubmissionError`, `TrainingError`, `ModelFileError`, ``CommandError``,
    ///   ``WorkStopped``.
    package func measure(
        _ plan: StudyPlan,
        _ variant: StudyPlan.Variant,
        seed: UInt64,
        into result: inout StudyVariant
    ) throws {
        let heldOut = HeldOut.leaves(of: taxonomy, share: budget.holdout, seed: seed)
        let values: Configuration
        do {
            values = try adapters.configuration(of: variant, heldOut, seed)
        } catch let error as StudyAdapters.UnusableAdapter {
            refusals.append("left out, seed \(seed): \(variant.name): \(error.reason)")
            return
        }
        let setup = EngineSetup(values)
        if case .trained = variant.adapter, let adapter = try setup.adapterFolder(),
            let stage = try setup.adapterCard()?.stages.last
        {
            let seconds = stage.figures["processorSeconds"] ?? 0
            trainingSeconds[adapter] = seconds
            result.trainingSeconds.append(seconds)
            result.trainingTokens.append(stage.figures["tokens"] ?? 0)
        }
        let name = "\(variant.name) seed \(seed)"
        if plan.asksPlacements {
            let note = try note("placement", values, setup, seed, budget.placements)
            result.placements[seed] = try cell(name, note) {
                try placements(heldOut, seed, values, setup, progress: name)
            }
        }
        if plan.asksSets {
            let note = try note(
                "sets",
                values,
                setup,
                seed,
                budget.sets,
                seeds: variant.seeds,
                fewestSiblings: plan.fewestSiblings
            )
            result.sets[seed] = try cell(name, note) {
                let queries = HeldOutSets.queries(
                    of: taxonomy,
                    heldOut: heldOut,
                    seeds: variant.seeds,
                    least: max(plan.fewestSiblings, variant.seeds),
                    seed: seed,
                    limit: budget.sets
                )
                return try sets(queries, heldOut, seed, values, setup, progress: name)
            }
        }
    }

    private func cell<Content: Codable>(
        _ name: String,
        _ note: Note,
        _ measure: () throws -> Content
    ) throws -> Content {
        let name = "\(note.kind) \(name)"
        if let found: Content = try folder.cell(name, note) { return found }
        let content = try measure()
        try folder.keep(content, name, note)
        return content
    }

    private func note(
        _ kind: String,
        _ values: Configuration,
        _ setup: EngineSetup,
        _ seed: UInt64,
        _ limit: Int,
        seeds: Int? = nil,
        fewestSiblings: Int? = nil
    ) throws -> Note {
        Note(
            kind: kind,
            taxonomy: vocabulary.name,
            version: vocabulary.version,
            under: under,
            holdout: budget.holdout,
            seed: seed,
            limit: limit,
            seeds: seeds,
            fewestSiblings: fewestSiblings,
            decoderSHA256: try setup.decoderSHA256(),
            adapterSHA256: try setup.adapterSHA256(),
            encoderSHA256: encoder.identity.sha256,
            method: values.method,
            methodVersion: MethodSettings.methodVersion,
            arithmetic: values.models.arithmetic.rawValue
        )
    }

    // MARK: Measuring

    private func model(
        _ values: Configuration,
        _ setup: EngineSetup
    ) throws -> EmbeddedLanguageModel {
        let key = [values.models.decoder, values.models.adapter]
        if let loaded, loaded.key == key { return loaded.model }
        let model = try setup.embeddedModel()
        loaded = (key, model)
        return model
    }

    /// The method with a ranker fitted on what is not held out.
    ///
    /// The model's weight is not fitted: the adapters saw every concept of the taxonomy except
    /// those held out.
    private func expander(
        _ heldOut: [String],
        _ seed: UInt64,
        _ values: Configuration,
        _ setup: EngineSetup
    ) throws -> Expander {
        let model = try model(values, setup)
        let fit: VocabularyFit
        if let known = fits[seed] {
            fit = known
        } else {
            fit = try VocabularyFitting(
                vocabulary: vocabulary,
                encoder: encoder,
                settings: configuration.method,
                hiding: heldOut
            )
            .fit(model: model, wasSeen: { _ in true })
            fits[seed] = fit
        }
        return Expander(
            vocabulary: vocabulary,
            model: model,
            encoder: encoder,
            settings: values.method,
            settingsSHA256: try setup.settingsSHA256(),
            fit: fit
        )
    }

    /// Concepts kept after the candidates; a true parent ranked lower counts as not found.
    private static let kept = 200

    private func placements(
        _ heldOut: [String],
        _ seed: UInt64,
        _ values: Configuration,
        _ setup: EngineSetup,
        progress name: String
    ) throws -> [PlacementRecord] {
        let expander = try expander(heldOut, seed, values, setup)
        let plain = expander.variant(withoutModel: true)
        let asked = heldOut.compactMap(taxonomy.index(ofIdentifier:))
            .sampled(budget.placements, seed: seed)
        return try timed(asked, "placed, \(name)") { index in
            let concept = taxonomy.concepts[index]
            let began = ProcessorTime.seconds
            let ranking = try expander.rank(
                concept.name,
                synonyms: concept.synonyms,
                hiding: heldOut
            )
            let seconds = ProcessorTime.seconds - began
            let ranked = try plain.rank(
                concept.name,
                synonyms: concept.synonyms,
                hiding: heldOut
            )
            let rated = RatedCandidates(ranking.judgement)
            let rest = ranking.retrieval.dropFirst(rated.candidates.count)
            return PlacementRecord(
                gold: Set(taxonomy.parents[index]),
                rated: rated,
                rest: Array(rest.prefix(Self.kept)),
                proposed: ranking.forced,
                proposedWithoutModel: ranked.forced,
                processorSeconds: seconds
            )
        }
    }

    private func sets(
        _ queries: [HeldOutSets.Query],
        _ heldOut: [String],
        _ seed: UInt64,
        _ values: Configuration,
        _ setup: EngineSetup,
        progress name: String
    ) throws -> [SetRecord] {
        let expander = try expander(heldOut, seed, values, setup)
        let open = Set(heldOut.compactMap(taxonomy.index(ofIdentifier:)))
        return try timed(queries, "expanded, \(name)") { query in
            let began = ProcessorTime.seconds
            let rated = try expander.rateSiblings(of: query.seeds, hiding: heldOut, among: open)
            let seconds = ProcessorTime.seconds - began
            return SetRecord(gold: query.gold, rated, processorSeconds: seconds)
        }
    }

    /// Asks the queries one after another; the monitor may stop it.
    private func timed<Query, Record>(
        _ queries: [Query],
        _ name: String,
        _ ask: (Query) throws -> Record
    ) throws -> [Record] {
        var records: [Record] = []
        for query in queries {
            if monitor.shouldStop() { throw WorkStopped.study }
            records.append(try ask(query))
            monitor.report(.queries(records.count, of: queries.count))
        }
        monitor.report(.note("\(records.count) \(name)"))
        return records
    }
}
