/// The shape of a decoder, as its GGUF file states it.
///
/// ## Source
/// GGUF specification, section “Standardized key-value pairs”.
package struct DecoderConfiguration: Hashable, Sendable {
    /// The family of decoders; they differ in their biases and in the pairing of rotary channels.
    package enum Architecture: String, Hashable, Sendable, CaseIterable {
        case llama
        case qwen2

        /// Whether GGUF files have the channels of a rotary pair side by side; see
        /// ``InterleavedHeads``.
        package var interleavesHeads: Bool { self == .llama }
    }

    package let architecture: Architecture
    /// The model's name as the file states it.
    package let name: String?
    /// Width of the residual stream.
    package let dimension: Int
    package let blocks: Int
    package let heads: Int
    package let keyValueHeads: Int
    package let headSize: Int
    package let feedForward: Int
    package let vocabulary: Int
    /// The context length that the model was trained for.
    package let contextTokens: Int
    package let normEpsilon: Float
    package let rotaryBase: Double
    /// Channels of a head that rotary embedding turns.
    package let rotatedChannels: Int
    /// Multiplies positions: 1 / the factor of linear context scaling.
    package let positionScale: Double

    /// Channels of all query heads.
    package var queryWidth: Int { heads * headSize }
    /// Channels of all key heads, and of all value heads.
    package var keyWidth: Int { keyValueHeads * headSize }

    /// Reads and checks the shape; ``DecoderTensors`` checks the tensors against it.
    ///
    /// The upper limits are far above those of known models; a larger number means a damaged file.
    ///
    /// - Throws: ``ModelFileError`` when the model is of another kind, or a key is absent or out of
    ///   range.
    package init(_ file: GGUFFile) throws {
        let keys = try KeyReader(file)
        architecture = keys.architecture
        name = try file.metadata.stringIfPresent("general.name")
        dimension = try keys.count("embedding_length", upTo: 1 << 16)
        blocks = try keys.count("block_count", upTo: 1 << 10)
        feedForward = try keys.count("feed_forward_length", upTo: 1 << 20)
        contextTokens = try keys.count("context_length", upTo: 1 << 24)
        heads = try keys.count("attention.head_count", upTo: 1 << 10)
        keyValueHeads = try keys.countIfPresent("attention.head_count_kv", upTo: heads) ?? heads
        headSize =
            try keys.countIfPresent("attention.key_length", upTo: 1 << 10) ?? dimension / heads
        guard headSize > 0 else {
            throw keys.unsupported(
                "\(architecture.rawValue).attention.head_count",
                "\(heads) heads for \(dimension) channels",
                "at least one channel a head"
            )
        }
        rotatedChannels =
            try keys.countIfPresent("rope.dimension_count", upTo: headSize) ?? headSize
        vocabulary = try file.tensor("token_embd.weight").rows
        normEpsilon = Float(try keys.positive("attention.layer_norm_rms_epsilon"))
        rotaryBase = try keys.positiveIfPresent("rope.freq_base") ?? 10_000
        positionScale = try keys.positionScale()

        guard heads.isMultiple(of: keyValueHeads), rotatedChannels.isMultiple(of: 2) else {
            throw keys.unsupported(
                "\(architecture.rawValue).attention",
                "\(heads) heads, \(keyValueHeads) key-value heads of \(headSize) channels, "
                    + "\(rotatedChannels) of them rotated",
                "a number of heads that the key-value heads divide, and whole pairs of channels"
            )
        }
        if let width = try keys.countIfPresent("attention.value_length", upTo: 1 << 10),
            width != headSize
        {
            throw keys.unsupported(
                "\(architecture.rawValue).attention.value_length",
                "\(width)",
                "\(headSize), the channels of a key"
            )
        }
        if let experts = try keys.integerIfPresent("expert_count"), experts > 0 {
            throw keys.unsupported(
                "\(architecture.rawValue).expert_count",
                "\(experts) experts",
                "a dense model"
            )
        }
    }
}

/// Reads the keys of one architecture and checks their ranges.
private struct KeyReader {
    let file: GGUFFile
    let architecture: DecoderConfiguration.Architecture

    init(_ file: GGUFFile) throws {
        self.file = file
        let found = try file.metadata.string("general.architecture")
        guard let known = DecoderConfiguration.Architecture(rawValue: found) else {
            throw ModelFileError(
                .unsupported,
                file: file.path,
                at: "key general.architecture",
                found: "“\(found)”",
                expected: DecoderConfiguration.Architecture.allCases.map(\.rawValue)
                    .joined(separator: " or ")
            )
        }
        architecture = known
    }

    func unsupported(_ key: String, _ found: String, _ expected: String) -> ModelFileError {
        ModelFileError(
            .unsupported,
            file: file.path,
            at: "key \(key)",
            found: found,
            expected: expected
        )
    }

    func integerIfPresent(_ key: String) throws -> Int? {
        try file.metadata.integerIfPresent(full(key))
    }

    func count(_ key: String, upTo limit: Int) throws -> Int {
        try checked(key, file.metadata.integer(full(key)), limit)
    }

    func countIfPresent(_ key: String, upTo limit: Int) throws -> Int? {
        try integerIfPresent(key).map { try checked(key, $0, limit) }
    }

    func positive(_ key: String) throws -> Double {
        try checked(key, file.metadata.number(full(key)))
    }

    func positiveIfPresent(_ key: String) throws -> Double? {
        try file.metadata.numberIfPresent(full(key)).map { try checked(key, $0) }
    }

    /// The factor on positions; kinds of scaling that change the frequencies are refused.
    func positionScale() throws -> Double {
        let kind = try file.metadata.stringIfPresent(full("rope.scaling.type")) ?? "none"
        switch kind {
        case "none": return 1
        case "linear": return try 1 / positive("rope.scaling.factor")
        default:
            throw unsupported(full("rope.scaling.type"), "“\(kind)”", "none or linear")
        }
    }

    private func full(_ key: String) -> String { "\(architecture.rawValue).\(key)" }

    private func checked(_ key: String, _ value: Int, _ limit: Int) throws -> Int {
        guard value >= 1, value <= limit else {
            throw malformed(key, "\(value)", "1 to \(limit)")
        }
        return value
    }

    private func checked(_ key: String, _ value: Double) throws -> Double {
        guard value > 0, value.isFinite else {
            throw malformed(key, "\(value)", "a positive number")
        }
        return value
    }

    private func malformed(_ key: String, _ found: String, _ expected: String) -> ModelFileError {
        ModelFileError(
            .malformed,
            file: file.path,
            at: "key \(full(key))",
            found: found,
            expected: expected
        )
    }
}
