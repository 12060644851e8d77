import FoundationEssentials

/// The shape of a BERT-type encoder and its pooling, as its folder states them.
///
/// ## Source
/// `config.json` of transformers; `modules.json`, `1_Pooling/config.json` and
/// `sentence_bert_config.json` of sentence-transformers.
package struct EncoderConfiguration: Hashable, Sendable {
    /// How the vectors of a text's tokens become one vector.
    package enum Pooling: Hashable, Sendable {
        case mean
        /// The vector of the first token, `[CLS]`.
        case first
    }

    package let dimension: Int
    package let blocks: Int
    package let heads: Int
    package let feedForward: Int
    package let vocabulary: Int
    /// Rows of the position table.
    package let positions: Int
    /// Rows of the segment table; all texts are segment 0.
    package let segments: Int
    package let normEpsilon: Float
    /// Whether GELU is computed by its tanh approximation.
    package let usesTanh: Bool
    package let pooling: Pooling
    /// Most tokens in the encoding of a text, `[CLS]` and `[SEP]` included.
    package let maximumTokens: Int

    package var headSize: Int { dimension / heads }

    /// Reads the folder's settings; the defaults are those of sentence-transformers.
    ///
    /// - Throws: ``ModelFileError`` when a file is absent or malformed, or asks for something that is
    ///   not implemented.
    package init(folder: String) throws {
        let path = folder + "/config.json"
        let shape = try EncoderFolder.required(Shape.self, at: path)
        func unsupported(_ key: String, _ found: String, _ expected: String) -> ModelFileError {
            ModelFileError(
                .unsupported,
                file: path,
                at: "key \(key)",
                found: found,
                expected: expected
            )
        }
        guard shape.model_type == "bert" else {
            throw unsupported("model_type", "“\(shape.model_type)”", "“bert”")
        }
        let kind = shape.position_embedding_type ?? "absolute"
        guard kind == "absolute" else {
            throw unsupported("position_embedding_type", "“\(kind)”", "“absolute”")
        }
        switch shape.hidden_act ?? "gelu" {
        case "gelu": usesTanh = false
        case "gelu_new", "gelu_pytorch_tanh": usesTanh = true
        case let other: throw unsupported("hidden_act", "“\(other)”", "“gelu”")
        }
        let counts = [
            shape.hidden_size, shape.num_hidden_layers, shape.num_attention_heads,
            shape.intermediate_size, shape.vocab_size, shape.max_position_embeddings,
            shape.type_vocab_size ?? 2,
        ]
        guard counts.allSatisfy({ (1...1 << 20).contains($0) }),
            shape.hidden_size.isMultiple(of: shape.num_attention_heads),
            shape.max_position_embeddings >= 2
        else {
            throw ModelFileError(
                .malformed,
                file: path,
                found: "the sizes \(counts)",
                expected: "sizes from 1 to 2²⁰, and a hidden size that the heads divide"
            )
        }
        dimension = shape.hidden_size
        blocks = shape.num_hidden_layers
        heads = shape.num_attention_heads
        feedForward = shape.intermediate_size
        vocabulary = shape.vocab_size
        positions = shape.max_position_embeddings
        segments = shape.type_vocab_size ?? 2
        normEpsilon = Float(shape.layer_norm_eps ?? 1e-12)
        pooling = try EncoderFolder.pooling(folder)
        maximumTokens = try EncoderFolder.maximumTokens(folder, positions: positions)
    }

    /// The keys of `config.json`.
    private struct Shape: Decodable {
        let model_type: String
        let hidden_size: Int
        let num_hidden_layers: Int
        let num_attention_heads: Int
        let intermediate_size: Int
        let vocab_size: Int
        let max_position_embeddings: Int
        let type_vocab_size: Int?
        let layer_norm_eps: Double?
        let hidden_act: String?
        let position_embedding_type: String?
    }
}

/// The settings files beside an encoder's weights.
enum EncoderFolder {
    /// - Throws: ``ModelFileError`` when the file is absent or is not JSON of this type.
    static func required<Value: Decodable>(_ type: Value.Type, at path: String) throws -> Value {
        guard let value = try optional(type, at: path) else {
            throw ModelFileError(
                .incomplete,
                file: path,
                found: "no such file",
                expected: "the settings of the encoder"
            )
        }
        return value
    }

    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``ModelFileError`` when it cannot be read or is not JSON of this type.
    static func optional<Value: Decodable>(_ type: Value.Type, at path: String) throws -> Value? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ModelFileError(
                .malformed,
                file: path,
                found: "JSON that cannot be read (\(error))",
                expected: "an object with the keys of an encoder"
            )
        }
    }

    /// - Throws: ``ModelFileError`` for modules and pooling modes that are not implemented.
    static func pooling(_ folder: String) throws -> EncoderConfiguration.Pooling {
        struct Module: Decodable {
            let type: String
            let path: String
        }
        struct Pooling: Decodable {
            let pooling_mode_cls_token: Bool?
            let pooling_mode_mean_tokens: Bool?
            let pooling_mode_max_tokens: Bool?
            let pooling_mode_mean_sqrt_len_tokens: Bool?
            let pooling_mode_weightedmean_tokens: Bool?
            let pooling_mode_lasttoken: Bool?
        }
        let listed = folder + "/modules.json"
        let modules = try optional([Module].self, at: listed) ?? []
        let known = ["Transformer", "Pooling", "Normalize"]
        for module in modules where !known.contains(where: { module.type.hasSuffix(".\($0)") }) {
            throw ModelFileError(
                .unsupported,
                file: listed,
                found: "a module of type \(module.type)",
                expected: known.joined(separator: ", ")
            )
        }
        let place = modules.first { $0.type.hasSuffix(".Pooling") }?.path ?? "1_Pooling"
        let path = "\(folder)/\(place)/config.json"
        guard let modes = try optional(Pooling.self, at: path) else { return .mean }
        let others = [
            modes.pooling_mode_max_tokens, modes.pooling_mode_mean_sqrt_len_tokens,
            modes.pooling_mode_weightedmean_tokens, modes.pooling_mode_lasttoken,
        ]
        let isFirst = modes.pooling_mode_cls_token ?? false
        let isMean = modes.pooling_mode_mean_tokens ?? !isFirst
        guard !others.contains(true), isFirst != isMean else {
            throw ModelFileError(
                .unsupported,
                file: path,
                found: "another pooling mode, or several",
                expected: "pooling_mode_mean_tokens or pooling_mode_cls_token alone"
            )
        }
        return isFirst ? .first : .mean
    }

    /// The lowest of the limits that the folder states.
    static func maximumTokens(_ folder: String, positions: Int) throws -> Int {
        struct Sentence: Decodable { let max_seq_length: Int? }
        let path = folder + "/sentence_bert_config.json"
        let limit = try optional(Sentence.self, at: path)?.max_seq_length ?? positions
        guard limit >= 2 else {
            throw ModelFileError(
                .malformed,
                file: path,
                at: "key max_seq_length",
                found: "\(limit)",
                expected: "at least 2"
            )
        }
        return min(limit, positions)
    }
}
