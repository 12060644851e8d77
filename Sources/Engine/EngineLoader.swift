import Inference
package import Models
package import Tensor

/// Loads language models and text encoders from their files.
package struct EngineLoader: Sendable {
    /// A model to load.
    package struct Source: Sendable {
        /// The path of a GGUF file, or of an encoder's folder.
        package var path: String
        /// The model's name; by default that of its file or folder.
        package var name: String?
        /// SHA-256 of the weights, if the caller has verified it.
        package var sha256: String?

        package init(path: String, name: String? = nil, sha256: String? = nil) {
            self.path = path
            self.name = name
            self.sha256 = sha256
        }
    }

    /// The kernels to use.
    package var level: KernelLevel
    /// The language model's arithmetic.
    package var path: WeightPath
    /// Most positions to prepare for.
    package var contextLimit: Int
    /// Memory for the keys and values of recent prompts.
    package var cacheBytes: Int
    /// Batches that the encoder computes concurrently.
    package var encoderThreads: Int
    package var hashes: WeightHashes

    package init(
        level: KernelLevel = .current,
        path: WeightPath = .int8,
        contextLimit: Int = 4096,
        cacheBytes: Int = 128 << 20,
        encoderThreads: Int = 2,
        hashes: WeightHashes = WeightHashes()
    ) {
        self.level = level
        self.path = path
        self.contextLimit = contextLimit
        self.cacheBytes = cacheBytes
        self.encoderThreads = encoderThreads
        self.hashes = hashes
    }

    /// Loads a language model from a GGUF file.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - folder: The folder of an adapter to merge into the weights. An adapter whose card names
    ///     another base model is refused.
    /// - Returns: The model, ready to answer.
    /// - Throws: `ModelFileError`.
    package func languageModel(
        _ source: Source,
        adapter folder: String? = nil
    ) throws -> EmbeddedLanguageModel {
        let file = try GGUFFile(path: source.path)
        let tokenizer = try file.tokenizer()
        let name = source.name ?? Self.name(of: source.path)
        let sha256 = try hashes.sha256(of: source.path, known: source.sha256)
        let adapterSHA256 = try folder.map { folder in
            let own = try self.adapterSHA256(folder)
            try AdapterCard.read(folder: folder)?.check(
                folder: folder,
                weightsSHA256: own,
                base: AdapterCard.Origin(name: name, sha256: sha256)
            )
            return own
        }
        let model = try DecoderModel(
            file,
            path: path,
            contextLimit: contextLimit,
            adapter: try folder.map {
                try LoRAAdapter(folder: $0, for: DecoderConfiguration(file))
            }
        )
        guard tokenizer.vocabularySize <= model.configuration.vocabulary else {
            throw ModelFileError(
                .malformed,
                file: source.path,
                at: "tokenizer",
                found: "\(tokenizer.vocabularySize) tokens",
                expected: "at most \(model.configuration.vocabulary), the rows of the embedding"
            )
        }
        return EmbeddedLanguageModel(
            model,
            tokenizer: tokenizer,
            identity: ModelIdentity(
                name: name,
                sha256: sha256,
                path: "\(path.rawValue) \(level.rawValue)",
                adapterSHA256: adapterSHA256
            ),
            level: level,
            cacheBytes: cacheBytes
        )
    }

    /// The hash of an adapter's weights.
    ///
    /// - Parameter folder: The adapter's folder.
    /// - Returns: SHA-256, lower-case hexadecimal.
    /// - Throws: `ModelFileError`.
    package func adapterSHA256(_ folder: String) throws -> String {
        try hashes.sha256(of: "\(folder)/\(LoRAAdapter.weightsFileName)")
    }

    /// Loads a text encoder from a folder.
    ///
    /// - Throws: `ModelFileError`.
    package func textEncoder(_ source: Source) throws -> EmbeddedTextEncoder {
        // The encoder replaces int8 by bfloat16; its own path is the one that runs.
        let model = try EncoderModel(folder: source.path, path: path)
        return EmbeddedTextEncoder(
            model,
            identity: ModelIdentity(
                name: source.name ?? Self.name(of: source.path),
                sha256: try hashes.sha256(
                    of: source.path + "/model.safetensors",
                    known: source.sha256
                ),
                path: "\(model.path.rawValue) \(level.rawValue)"
            ),
            level: level,
            threads: encoderThreads
        )
    }

    /// The last component of a path, without the extension of a GGUF file.
    private static func name(of path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
    }
}
