import Contract
import Crypto
import Engine
package import Evaluation
import Foundation
import Inference
import Models
package import Settings
package import TaxoInstruct
import Taxonomy
package import Training

/// One training run of an adapter, from a taxonomy to its folder.
package struct Tuning {
    package struct Request {
        package var taxonomy: String
        /// A concept, by identifier or name; only its subtree is trained on.
        package var under: String?
        package var out: String
        package var from: String?
        /// As given on the command line: identifiers, comma-separated lists of them, or names.
        package var hide: [String]
        package var holdout: Double?
        package var holdoutSeed: UInt64
        /// A file with rows to use instead of generating them from the taxonomy.
        package var rows: String?
        package var validation: Int?
        /// Tokens per epoch, reached by dropping or repeating rows; `nil` uses each row once.
        package var tokenBudget: Int?
        /// How the taxonomy is perturbed before rows are generated from it.
        package var disturbance: Disturbance?
        /// By default the rank of ``from``, if there is one, otherwise that of the recipe.
        package var rank: Int?
        package var alpha: Float?
        package var rowOptions: SelfSupervisionOptions
        package var recipe: Recipe

        package init(
            taxonomy: String,
            under: String? = nil,
            out: String,
            from: String? = nil,
            hide: [String],
            holdout: Double? = nil,
            holdoutSeed: UInt64,
            rows: String? = nil,
            validation: Int? = nil,
            tokenBudget: Int? = nil,
            disturbance: Disturbance? = nil,
            rank: Int? = nil,
            alpha: Float? = nil,
            rowOptions: SelfSupervisionOptions,
            recipe: Recipe
        ) {
            self.taxonomy = taxonomy
            self.under = under
            self.out = out
            self.from = from
            self.hide = hide
            self.holdout = holdout
            self.holdoutSeed = holdoutSeed
            self.rows = rows
            self.validation = validation
            self.tokenBudget = tokenBudget
            self.disturbance = disturbance
            self.rank = rank
            self.alpha = alpha
            self.rowOptions = rowOptions
            self.recipe = recipe
        }
    }

    private let request: Request
    private let configuration: Configuration
    private let setup: EngineSetup
    private let monitor: WorkMonitor

    package init(_ request: Request, _ configuration: Configuration, _ monitor: WorkMonitor) {
        self.request = request
        self.configuration = configuration
        self.monitor = monitor
        setup = EngineSetup(configuration)
    }

    /// Trains, or resumes an interrupted training.
    ///
    /// - Returns: A one-line summary.
    /// - Throws: `SubmissionError`, `ModelFileError`, `TrainingError`, ``CommandError``,
    ///   ``WorkStopped``.
    package func run() throws -> String {
        try setup.demandWeights()
        let encoder = try setup.encoder()
        let source = try TuningSource(request.taxonomy, under: request.under, setup, encoder)
        let (basePath, base) = try setup.decoder()
        let start = try parent(basePath, base)
        let note = try note(source.vocabulary, base, start, encoder)

        let folder = try TuningFolder(request.out)
        let rows: [TrainingExample]
        switch try folder.standing(note) {
        case .finished(let card):
            return "\(request.out): trained already, \(Self.summary(card))"
        case .unfinished:
            rows = try TuningRows.read(folder.rows)
        case .empty:
            rows = try TuningRows(
                request: request,
                method: configuration.method,
                vocabulary: source.vocabulary,
                encoder: encoder,
                hidden: note.hidden + note.heldOut,
                monitor: monitor
            )
            .made(base: basePath)
            try folder.begin(note, rows: rows)
        }

        let outcome = try train(
            GGUFFile(path: basePath),
            from: start?.adapter,
            on: rows,
            note,
            checkpoint: folder.checkpoint
        )
        let card = try card(note, source, start?.card, outcome, rowsPath: folder.rows)
        try folder.finish(outcome.adapter, card)
        return "\(request.out): \(Self.summary(card))"
    }

    /// Trains to the end on the rows; the last ones are held out for validation.
    private func train(
        _ base: GGUFFile,
        from start: LoRAAdapter?,
        on rows: [TrainingExample],
        _ note: TuningNote,
        checkpoint: String
    ) throws -> TrainingOutcome {
        let heldOut = note.validationRows ?? min(200, rows.count / 20)
        let trained = rows.count - heldOut
        guard trained >= request.recipe.examplesPerStep else {
            throw SubmissionError(
                .emptyList,
                """
                found \(max(trained, 0)) training rows (\(heldOut) more are held out for validation), \
                expected at least the \(request.recipe.examplesPerStep) of one step
                """,
                remedy: "Give a smaller --batch or --validation, or a taxonomy with more concepts."
            )
        }
        let trainer = try Trainer(
            base: base,
            baseSHA256: note.base.sha256,
            recipe: note.recipe,
            start: start,
            training: Array(rows[..<trained]),
            validation: Array(rows[trained...])
        )
        monitor.report(.began(examples: trained, validation: heldOut, steps: trainer.steps))
        let outcome = try trainer.run(
            checkpoint: checkpoint,
            isCancelled: monitor.shouldStop,
            progress: { monitor.report(.step($0)) }
        )
        monitor.report(.ended)
        guard outcome.isComplete else {
            throw WorkStopped.training(step: outcome.step, of: outcome.steps)
        }
        return outcome
    }

    // MARK: Inputs of the training

    private struct Parent {
        let adapter: LoRAAdapter
        let origin: AdapterCard.Origin
        let card: AdapterCard
    }

    /// The adapter to continue from; one without a card is assumed to have seen everything.
    private func parent(_ basePath: String, _ base: AdapterCard.Origin) throws -> Parent? {
        guard let folder = request.from else { return nil }
        let configuration = try DecoderConfiguration(GGUFFile(path: basePath))
        let adapter = try LoRAAdapter(folder: folder, for: configuration)
        let sha256 = TuningFolder.sha256("\(folder)/\(LoRAAdapter.weightsFileName)")
        let name = URL(filePath: folder).lastPathComponent
        let card = try AdapterCard.read(folder: folder)
        try card?.check(folder: folder, weightsSHA256: sha256, base: base)
        let unknown = AdapterCard(
            name: name,
            base: base,
            weightsSHA256: sha256,
            stages: [
                AdapterCard.Stage(
                    taxonomy: "unknown",
                    version: "",
                    namespaces: [AdapterCard.anyNamespace]
                )
            ],
            trainedBy: "unknown"
        )
        let origin = AdapterCard.Origin(name: card?.name ?? name, sha256: sha256)
        return Parent(adapter: adapter, origin: origin, card: card ?? unknown)
    }

    private func note(
        _ vocabulary: Vocabulary,
        _ base: AdapterCard.Origin,
        _ start: Parent?,
        _ encoder: EmbeddedTextEncoder
    ) throws -> TuningNote {
        let taxonomy = vocabulary.taxonomy
        var recipe = request.recipe
        if let adapter = start?.adapter {
            recipe.projections = LoRAAdapter.Projection.allCases.filter { projection in
                adapter.blocks.contains { $0[projection] != nil }
            }
        }
        recipe.rank = request.rank ?? start?.adapter.rank ?? recipe.rank
        recipe.alpha = request.alpha ?? start?.adapter.alpha ?? recipe.alpha
        let held = request.holdout.map {
            HeldOut.leaves(of: taxonomy, share: $0, seed: request.holdoutSeed)
        }
        return TuningNote(
            taxonomy: vocabulary.name,
            version: vocabulary.version,
            base: base,
            from: start?.origin,
            hidden: try request.hide.flatMap { try Self.hidden($0, in: vocabulary) },
            heldOut: held ?? [],
            under: request.under,
            disturbance: request.rows == nil ? request.disturbance : nil,
            holdoutShare: request.holdout,
            holdoutSeed: request.holdout == nil ? nil : request.holdoutSeed,
            rowOptions: request.rows == nil ? request.rowOptions : nil,
            givenRowsSHA256: request.rows.map(TuningFolder.sha256),
            tokenBudget: request.tokenBudget,
            validationRows: request.validation ?? request.tokenBudget.map { _ in 0 },
            encoderSHA256: encoder.identity.sha256,
            settingsSHA256: try setup.settingsSHA256(),
            method: MethodSettings.methodVersion,
            recipe: recipe
        )
    }

    /// The identifiers that one value of --hide names: a name, an identifier, or a comma-separated
    /// list of identifiers.
    private static func hidden(_ given: String, in vocabulary: Vocabulary) throws -> [String] {
        let taxonomy = vocabulary.taxonomy
        func find(_ word: String) -> String? {
            taxonomy.index(ofGiven: word).map { taxonomy.concepts[$0].identifier }
        }
        if let one = find(given) { return [one] }
        return try given.split(separator: ",").map { part in
            guard let found = find(String(part)) else {
                throw SubmissionError(
                    .seedsUnknown,
                    "--hide: “\(part)” is no identifier or name of \(vocabulary.name)"
                )
            }
            return found
        }
    }

    // MARK: The result

    private func card(
        _ note: TuningNote,
        _ source: TuningSource,
        _ parent: AdapterCard?,
        _ outcome: TrainingOutcome,
        rowsPath: String
    ) throws -> AdapterCard {
        let identifiers = source.vocabulary.taxonomy.concepts.lazy.map(\.identifier)
        let stage = AdapterCard.Stage(
            taxonomy: note.taxonomy,
            version: note.version,
            namespaces: AdapterCard.namespaces(of: identifiers, in: note.taxonomy),
            hidden: note.hidden,
            heldOut: note.heldOut,
            holdoutShare: note.holdoutShare,
            holdoutSeed: note.holdoutSeed,
            rows: Dictionary(
                uniqueKeysWithValues: outcome.examples.map { ($0.key.rawValue, $0.value) }
            ),
            rowsSHA256: TuningFolder.sha256(rowsPath),
            recipe: try note.recipeValues(),
            figures: Self.figures(outcome),
            seconds: outcome.seconds.rounded(),
            ended: Date.ISO8601FormatStyle().format(Date())
        )
        let weights = try outcome.adapter.weightBytes(as: .bfloat16)
        return AdapterCard(
            name: URL(filePath: request.out).lastPathComponent,
            base: note.base,
            weightsSHA256: Digest.hexadecimal(SHA256.hash(data: weights)),
            from: note.from,
            stages: (parent?.stages ?? []) + [stage],
            attribution: Array(
                ((parent?.attribution ?? []) + source.attribution)
                    .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            ),
            trainedBy: "taxod \(Version.current)"
        )
    }

    private static func figures(_ outcome: TrainingOutcome) -> [String: Double] {
        var figures: [String: Double] = [
            "steps": Double(outcome.steps),
            "stepOfTheBest": Double(outcome.adapterStep),
            "tokens": Double(outcome.tokens),
            "processorSeconds": outcome.processorSeconds.rounded(),
            "skippedRows": Double(outcome.skipped),
        ]
        if outcome.seconds > 0 {
            figures["tokensPerSecond"] = (Double(outcome.tokens) / outcome.seconds).rounded()
        }
        func mean(_ losses: some Collection<Double>) -> Double {
            losses.reduce(0, +) / Double(max(losses.count, 1))
        }
        let some = min(10, max(1, outcome.losses.count / 3))
        figures["firstLoss"] = mean(outcome.losses.prefix(some))
        figures["lastLoss"] = mean(outcome.losses.suffix(some))
        if let first = outcome.validations.first,
            let best = outcome.validations.last(where: { $0.step == outcome.adapterStep })
        {
            figures["validationRows"] = Double(first.examples)
            figures["firstValidationLoss"] = first.loss
            figures["validationLoss"] = best.loss
            figures["firstValidationHitAt1"] = first.hitAt1
            figures["validationHitAt1"] = best.hitAt1
        }
        return figures
    }

    private static func summary(_ card: AdapterCard) -> String {
        guard let stage = card.stages.last else { return "" }
        let figures = stage.figures
        func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
        func change(_ name: String, _ first: String, _ last: String) -> String {
            guard let from = figures[first], let to = figures[last] else { return "" }
            return ", \(name) \(rounded(from)) → \(rounded(to))"
        }
        let rows = stage.rows.values.reduce(0, +)
        let minutes = (stage.seconds / 6).rounded() / 10
        return "\(rows) rows of \(stage.taxonomy), \(Int(figures["steps"] ?? 0)) steps, "
            + "\(minutes) min"
            + change("loss", "firstLoss", "lastLoss")
            + change("validation loss", "firstValidationLoss", "validationLoss")
            + change("hit@1", "firstValidationHitAt1", "validationHitAt1")
            + (figures["stepOfTheBest"] == 0 ? "; nothing was better than the start" : "")
    }
}
