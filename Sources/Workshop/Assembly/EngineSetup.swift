import Contract
package import Engine
import Foundation
package import Inference
package import Models
package import RemoteEngine
package import Settings
package import TaxoInstruct
package import Taxonomy
package import TaxonomyFormats
import Tensor

/// Builds the engine and the method from a configuration.
package struct EngineSetup {
    private let configuration: Configuration
    private let hashes: WeightHashes

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        hashes = WeightHashes(path: configuration.stateFolder.modelHashes.description)
    }

    /// Whether a default model is needed, and with it the list of them.
    package var needsCatalogue: Bool {
        let isRemote = configuration.models.remote != nil
        return configuration.models.encoder == nil
            || configuration.models.decoder == nil && !isRemote
    }

    /// The default models, from `models.json` beside the configuration file.
    ///
    /// - Throws: `SubmissionError` if it is not there or cannot be read.
    package func catalogue() throws -> ModelCatalogue {
        let path = configuration.models.catalogue
        guard FileManager.default.fileExists(atPath: path) else {
            let folder = FileManager.default.currentDirectoryPath
            let place = path.hasPrefix("/") ? "" : " (looked for in \(folder))"
            throw SubmissionError(
                .engineUnavailable,
                "the list of models \(path) is not there\(place)",
                remedy: """
                    Start taxod in the folder that holds Config, or name the configuration with \
                    --config FILE or TAXOD_CONFIG, or the list with models.catalogue.
                    """
            )
        }
        return try reporting { try ModelCatalogue(path: configuration.models.catalogue) }
    }

    /// SHA-256 of the decoder's weights; with a remote engine, the hash that identifies its model.
    package func decoderSHA256() throws -> String {
        if let remote = configuration.models.remote {
            return RemoteLanguageModel.identity(url: remote.url, model: remote.model).sha256
        }
        return try reporting { try hashes.sha256(of: try decoderSource().path) }
    }

    /// SHA-256 of the encoder's weights.
    package func encoderSHA256() throws -> String {
        try reporting { try hashes.sha256(of: try encoderSource().path + "/model.safetensors") }
    }

    /// SHA-256 over the method's settings.
    package func settingsSHA256() throws -> String {
        Digest.sha256(String(decoding: try configuration.method.canonicalBytes, as: UTF8.self))
    }

    /// The language model: the remote one, or the decoder with the effective adapter.
    package func languageModel() throws -> any LanguageModel {
        try remoteModel() ?? embeddedModel()
    }

    /// The model behind the configured endpoint, if there is one; nothing is sent to it yet.
    package func remoteModel() throws -> RemoteLanguageModel? {
        guard let remote = configuration.models.remote else { return nil }
        do {
            return RemoteLanguageModel(
                url: remote.url,
                model: remote.model,
                token: try remote.token(),
                timeout: .seconds(remote.timeoutSeconds)
            )
        } catch let error as ConfigurationError {
            throw SubmissionError(
                .engineUnavailable,
                error.description,
                remedy: "Write that file, readable to the user that runs taxod."
            )
        }
    }

    /// The decoder with the effective adapter.
    ///
    /// - Throws: `SubmissionError`, also if a remote engine is configured.
    package func embeddedModel() throws -> EmbeddedLanguageModel {
        try demandWeights()
        return try reporting {
            try loader().languageModel(try decoderSource(), adapter: try adapterFolder())
        }
    }

    /// The folder of the effective adapter, if there is one.
    ///
    /// A configured adapter must exist and fit the decoder; the default one is used only with the
    /// decoder that it was trained on. A remote model has its own.
    package func adapterFolder() throws -> String? {
        if configuration.models.remote != nil { return nil }
        if let folder = configuration.models.adapter {
            if folder == Configuration.noAdapter { return nil }
            guard FileManager.default.fileExists(atPath: folder) else {
                throw SubmissionError(
                    .engineUnavailable,
                    "there is no adapter in \(folder)",
                    remedy: "Name a folder that `taxod train` wrote, or “none”."
                )
            }
            return folder
        }
        return try reporting {
            let beside = configuration.models.catalogue.split(
                separator: "/",
                omittingEmptySubsequences: false
            )
            let folder = (beside.dropLast() + ["adapters", "medic"]).joined(separator: "/")
            guard let card = try AdapterCard.read(folder: folder) else { return nil }
            return card.base.sha256 == (try decoderSHA256()) ? folder : nil
        }
    }

    /// The card of the effective adapter; `nil` without an adapter.
    ///
    /// - Throws: `SubmissionError` if the adapter has no card: nobody knows what it saw.
    package func adapterCard() throws -> AdapterCard? {
        guard let folder = try adapterFolder() else { return nil }
        return try reporting {
            guard let card = try AdapterCard.read(folder: folder) else {
                throw SubmissionError(
                    .adapterSawHidden,
                    "the adapter \(folder) has no \(AdapterCard.fileName): what it saw is unknown",
                    remedy: "Use one that `taxod train` wrote, or `--adapter none`."
                )
            }
            return card
        }
    }

    /// SHA-256 of the effective adapter's weights; empty without one.
    package func adapterSHA256() throws -> String {
        guard let folder = try adapterFolder() else { return "" }
        return try reporting { try loader().adapterSHA256(folder) }
    }

    /// The decoder's file, its name and hash; for training.
    package func decoder() throws -> (path: String, origin: AdapterCard.Origin) {
        try demandWeights()
        let source = try decoderSource()
        let file = URL(filePath: source.path).deletingPathExtension().lastPathComponent
        return (
            source.path,
            AdapterCard.Origin(name: source.name ?? file, sha256: try decoderSHA256())
        )
    }

    /// The decoder's file, to train with.
    package func decoderFile() throws -> GGUFFile {
        try demandWeights()
        return try reporting { try GGUFFile(path: try decoderSource().path) }
    }

    /// - Throws: `SubmissionError` with a remote engine.
    package func demandWeights() throws {
        guard let remote = configuration.models.remote else { return }
        throw SubmissionError(
            .engineUnavailable,
            "this needs the model's weights, and models.remote keeps “\(remote.model)” on another machine",
            remedy: "Run it with a configuration without models.remote."
        )
    }

    package func encoder() throws -> EmbeddedTextEncoder {
        try reporting { try loader().textEncoder(try encoderSource()) }
    }

    /// Builds the method for a taxonomy that is not in the store; its names are encoded first.
    ///
    /// - Throws: `SubmissionError`.
    package func expander(over taxonomy: Taxonomy, withoutModel: Bool) throws -> Expander {
        let model = Parallel { withoutModel ? nil : try languageModel() }
        let encoder = try self.encoder()
        let rows = try encoder.encode(Vocabulary.encodedTexts(of: taxonomy))
        return Expander(
            vocabulary: Vocabulary(
                name: "benchmark",
                version: "",
                taxonomy: taxonomy,
                embeddings: EmbeddingTable(rows: rows, dimension: encoder.dimension)
            ),
            model: try model.value(),
            encoder: encoder,
            settings: configuration.method,
            settingsSHA256: try settingsSHA256()
        )
    }

    /// Loads the vocabulary and the models concurrently.
    ///
    /// - Parameters:
    ///   - vocabulary: By name or version; `nil` takes the configured or only one.
    ///   - withoutModel: Whether to answer with retrieval and encoder alone.
    /// - Returns: The method, ready to answer.
    /// - Throws: `SubmissionError`.
    package func expander(vocabulary: String?, withoutModel: Bool) throws -> Expander {
        let model = Parallel { withoutModel ? nil : try languageModel() }
        let encoder = try self.encoder()
        let (loaded, _) = try self.vocabulary(vocabulary, encodedBy: encoder)
        let language = try model.value()
        return Expander(
            vocabulary: loaded,
            model: language,
            encoder: encoder,
            settings: configuration.method,
            settingsSHA256: try settingsSHA256(),
            fit: try fit(of: loaded, encoder, model: { try language ?? languageModel() })
        )
    }

    /// The fit of a vocabulary for the effective models and settings: the stored one if it is
    /// valid, otherwise a new one, which is then stored.
    ///
    /// - Parameters:
    ///   - vocabulary: A loaded vocabulary.
    ///   - encoder: The encoder that made its vectors.
    ///   - model: Called only if there is no valid stored fit.
    ///   - progress: Called with the number of concepts asked and the total, from several threads.
    /// - Returns: The fit.
    /// - Throws: `SubmissionError`.
    package func fit(
        of vocabulary: Vocabulary,
        _ encoder: EmbeddedTextEncoder,
        model: () throws -> any LanguageModel,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> VocabularyFit {
        let store = configuration.store
        let basis = try fitBasis()
        if let data = store.fit(of: vocabulary.version),
            let stored = try? JSONDecoder().decode(VocabularyFit.self, from: data),
            stored.basis == basis
        {
            return stored
        }
        let memory = try memory(of: vocabulary)
        var fit = try VocabularyFitting(
            vocabulary: vocabulary,
            encoder: encoder,
            settings: configuration.method
        )
        .fit(
            model: try model(),
            wasSeen: { memory?.saw($0) ?? false },
            progress: progress
        )
        fit.basis = basis
        try store.saveFit(try CanonicalJSON.data(of: fit), of: vocabulary.version)
        return fit
    }

    /// Which concepts of a vocabulary the effective adapter was trained on; `nil` without one.
    package func memory(of vocabulary: Vocabulary) throws -> AdapterMemory? {
        guard let folder = try adapterFolder(), let card = try adapterCard() else { return nil }
        return AdapterMemory(
            card,
            adapter: folder,
            of: vocabulary.taxonomy,
            named: vocabulary.name
        )
    }

    /// A hash of everything that a fit depends on, except the vocabulary.
    private func fitBasis() throws -> String {
        let parts = [
            "\(VocabularyFit.formatVersion)",
            try settingsSHA256(),
            try decoderSHA256(),
            try encoderSHA256(),
            try adapterSHA256(),
            configuration.models.arithmetic.rawValue,
        ]
        return Digest.sha256(parts.joined(separator: "\n"))
    }

    /// A loaded vocabulary with its embeddings, and its entry in the store.
    ///
    /// - Parameters:
    ///   - named: Its name or version; `nil` takes the configured or only one.
    ///   - encoder: The encoder that made its vectors.
    /// - Returns: The vocabulary, and its entry in the store.
    /// - Throws: `SubmissionError`.
    package func vocabulary(
        _ named: String?,
        encodedBy encoder: EmbeddedTextEncoder
    ) throws -> (Vocabulary, VocabularyInfo) {
        let store = configuration.store
        let info = try VocabularyRule.choose(
            named: named,
            configured: configuration.vocabulary,
            loaded: try store.loaded()
        )
        let opened = try store.open(version: info.version)
        let concepts = opened.taxonomy.concepts.count
        guard
            let file = store.embeddings(
                of: info.version,
                encoderSHA256: encoder.identity.sha256,
                rows: concepts
            )
        else {
            throw SubmissionError(
                .unknownTaxonomy,
                "\(info.name) was encoded by another encoder than the configured one",
                remedy: "Load the vocabulary again: `taxod load FILE`."
            )
        }
        guard let base = file.vectors.baseAddress else {
            throw SubmissionError(.noConcepts, "\(info.name) has no concepts")
        }
        let table = EmbeddingTable(
            mapped: base,
            count: concepts,
            dimension: encoder.dimension,
            owner: file
        )
        let vocabulary = Vocabulary(
            name: info.name,
            version: info.version,
            taxonomy: opened.taxonomy,
            embeddings: table
        )
        return (vocabulary, info)
    }

    private func loader() throws -> EngineLoader {
        let level: KernelLevel
        do {
            level = try KernelLevel.selected(
                by: ProcessInfo.processInfo.environment["TAXOD_KERNELS"]
            )
        } catch {
            throw SubmissionError(
                .engineUnavailable,
                "TAXOD_KERNELS: \(error)",
                remedy: "Set it to portable, avx2 or avx512, or leave it out."
            )
        }
        var loader = EngineLoader(
            level: level,
            path: configuration.models.arithmetic,
            // Queries share hardly any prompt prefixes with each other, so a small cache is enough.
            cacheBytes: 32 << 20,
            hashes: hashes
        )
        loader.encoderThreads = configuration.engineThreads
        return loader
    }

    private func decoderSource() throws -> EngineLoader.Source {
        if let path = configuration.models.decoder { return EngineLoader.Source(path: path) }
        let (path, model) = try defaultModel(.decoder)
        return EngineLoader.Source(path: path, name: model.name)
    }

    private func encoderSource() throws -> EngineLoader.Source {
        if let path = configuration.models.encoder { return EngineLoader.Source(path: path) }
        let (path, model) = try defaultModel(.encoder)
        return EngineLoader.Source(path: path, name: model.name)
    }

    private func defaultModel(
        _ role: ModelCatalogue.Model.Role
    ) throws -> (path: String, model: ModelCatalogue.Model) {
        let catalogue = try catalogue()
        guard let model = catalogue.model(role) else {
            throw SubmissionError(
                .engineUnavailable,
                "\(configuration.models.catalogue) lists no \(role.rawValue)"
            )
        }
        let faults = catalogue.faults(of: model, in: configuration.modelsFolder, hashing: false)
        if let fault = faults.first { throw fault }
        return (model.mainPath(in: configuration.modelsFolder), model)
    }

    /// Turns a model file's error into one that the person who dropped a file understands.
    private func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ModelFileError {
            throw SubmissionError(.engineUnavailable, "\(error)")
        }
    }
}
