import Dispatch
import Models
import Synchronization
import Tensor

/// A decoder whose weights do not change, packed for the forward and the backward pass.
///
/// Rows of query and key are in the order of transformers, whatever the file has, so that the
/// factors of a ``LoRAAdapter`` fit as they are and pairs of rotary embedding are halves of a head.
final class FrozenDecoder: Sendable {
    struct Block: Sendable {
        /// `[dimension]`.
        let attentionNorm: [Float]
        /// Query, key and value.
        let queryKeyValue: FrozenLayer
        let attentionOutput: FrozenLayer
        /// `[dimension]`.
        let feedForwardNorm: [Float]
        let gateUp: FrozenLayer
        let down: FrozenLayer

        /// The layer that adapters of a group are added to.
        func layer(_ group: LayerGroup) -> FrozenLayer {
            switch group {
            case .queryKeyValue: queryKeyValue
            case .attentionOutput: attentionOutput
            case .gateUp: gateUp
            case .down: down
            }
        }
    }

    let configuration: DecoderConfiguration
    let path: WeightPath
    let blocks: [Block]
    let embedding: GGUFTensor
    /// `[dimension]`.
    let outputNorm: [Float]
    let head: FrozenHead
    let rotary: Rotary
    /// Positions that the decoder was prepared for.
    let contextTokens: Int

    /// Packs all weights, on two threads.
    ///
    /// - Throws: `ModelFileError`, ``TrainingError/unsupportedModel(reason:)``.
    init(_ file: GGUFFile, path: WeightPath, contextLimit: Int) throws {
        let configuration = try DecoderConfiguration(file)
        guard path != .int8 else {
            throw TrainingError.unsupportedModel(
                reason: "8-bit arithmetic has no way back; choose bfloat16 or float32"
            )
        }
        let isInterleaved = configuration.architecture == .llama
        guard !isInterleaved || configuration.rotatedChannels == configuration.headSize else {
            throw TrainingError.unsupportedModel(
                reason: "only \(configuration.rotatedChannels) of \(configuration.headSize) "
                    + "channels of a head are rotated"
            )
        }
        // The inference model's own reader checks every name and shape.
        let format: MatrixFormat = path == .bfloat16 ? .bfloat16 : .float32
        let reader = FrozenReader(file: file, configuration: configuration, format: format)
        let (d, vocabulary) = (configuration.dimension, configuration.vocabulary)
        embedding = try reader.tensor("token_embd.weight", vocabulary, d)
        outputNorm = try reader.vector("output_norm.weight", d)
        let head = file.contains(tensor: "output.weight") ? "output.weight" : "token_embd.weight"
        let headTensor = try reader.tensor(head, vocabulary, d)
        let factors =
            try file.contains(tensor: "rope_freqs.weight")
            ? reader.vector("rope_freqs.weight", configuration.rotatedChannels / 2) : nil

        let loaded = Mutex<[Int: Result<Part, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            for index in stride(from: thread, through: configuration.blocks, by: 2) {
                let part = Result<Part, any Error> {
                    index == 0
                        ? .head(FrozenHead(headTensor, format: format))
                        : .block(try reader.block(index - 1))
                }
                loaded.withLock { $0[index] = part }
            }
        }
        var frozenHead: FrozenHead?
        var blocks: [Block] = []
        for (_, result) in loaded.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            switch try result.get() {
            case .head(let head): frozenHead = head
            case .block(let block): blocks.append(block)
            }
        }
        guard let frozenHead, blocks.count == configuration.blocks else {
            preconditionFailure("\(blocks.count) blocks loaded of \(configuration.blocks)")
        }
        self.head = frozenHead
        self.blocks = blocks
        self.configuration = configuration
        self.path = path
        // The weights are packed; of the file, rows of the embedding are all that is read again.
        file.releasePages()
        contextTokens = min(configuration.contextTokens, contextLimit)
        rotary = Rotary(
            headSize: configuration.headSize,
            rotated: configuration.rotatedChannels,
            base: configuration.rotaryBase,
            positions: contextTokens,
            pairing: .halves,
            positionScale: configuration.positionScale,
            frequencyFactors: factors,
            isInvertible: true
        )
    }

    private enum Part: Sendable {
        case head(FrozenHead)
        case block(Block)
    }
}

/// Finds tensors, checks their shapes, and brings query and key into the order of transformers.
private struct FrozenReader: Sendable {
    let file: GGUFFile
    let configuration: DecoderConfiguration
    let format: MatrixFormat

    func block(_ number: Int) throws -> FrozenDecoder.Block {
        let shape = configuration
        let (d, query, key) = (shape.dimension, shape.queryWidth, shape.keyWidth)
        let inner = shape.feedForward
        func name(_ part: String) -> String { "blk.\(number).\(part)" }
        let attention = [("attn_q", query), ("attn_k", key), ("attn_v", key)]
        var weights: [Float] = []
        var bias: [Float] = []
        let isBiased =
            shape.architecture == .qwen2
            || attention.contains { file.contains(tensor: name($0.0 + ".bias")) }
        for (part, rows) in attention {
            let isRotated = part != "attn_v"
            weights += unpermuted(
                try tensor(name(part + ".weight"), rows, d).dequantised(),
                columns: d,
                isRotated
            )
            guard isBiased else { continue }
            bias += unpermuted(try vector(name(part + ".bias"), rows), columns: 1, isRotated)
        }
        let outputBias = name("attn_output.bias")
        return FrozenDecoder.Block(
            attentionNorm: try vector(name("attn_norm.weight"), d),
            queryKeyValue: FrozenLayer(weights, inputs: d, bias: bias, format: format),
            attentionOutput: FrozenLayer(
                try tensor(name("attn_output.weight"), d, query).dequantised(),
                inputs: query,
                bias: file.contains(tensor: outputBias) ? try vector(outputBias, d) : [],
                format: format
            ),
            feedForwardNorm: try vector(name("ffn_norm.weight"), d),
            gateUp: FrozenLayer(
                try tensor(name("ffn_gate.weight"), inner, d).dequantised()
                    + tensor(name("ffn_up.weight"), inner, d).dequantised(),
                inputs: d,
                format: format
            ),
            down: FrozenLayer(
                try tensor(name("ffn_down.weight"), d, inner).dequantised(),
                inputs: inner,
                format: format
            )
        )
    }

    func tensor(_ name: String, _ rows: Int, _ columns: Int) throws -> GGUFTensor {
        let tensor = try file.tensor(name)
        guard tensor.shape == [columns, rows] else { throw wrongShape(tensor, [columns, rows]) }
        return tensor
    }

    func vector(_ name: String, _ count: Int) throws -> [Float] {
        let tensor = try file.tensor(name)
        guard tensor.columns == count, tensor.rows == 1 else { throw wrongShape(tensor, [count]) }
        return tensor.dequantised()
    }

    /// Undoes the order of a llama file, where the two channels of a rotary pair are neighbours.
    private func unpermuted(_ weights: [Float], columns: Int, _ isRotated: Bool) -> [Float] {
        guard configuration.architecture == .llama, isRotated else { return weights }
        let size = configuration.headSize
        var result: [Float] = []
        result.reserveCapacity(weights.count)
        for row in 0..<weights.count / columns {
            let (head, channel) = (row / size, row % size)
            let source = head * size + channel % (size / 2) * 2 + channel / (size / 2)
            result += weights[source * columns..<(source + 1) * columns]
        }
        return result
    }

    private func wrongShape(_ tensor: GGUFTensor, _ expected: [Int]) -> ModelFileError {
        ModelFileError(
            .malformed,
            file: file.path,
            at: "tensor \(tensor.name)",
            found: "the shape \(tensor.shape)",
            expected: "\(expected), innermost first"
        )
    }
}
