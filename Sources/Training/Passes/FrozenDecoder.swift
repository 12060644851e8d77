import Models
import Tensor

/// A decoder whose weights do not change, packed for the forward and the backward pass.
///
/// Rows of query and key are in transformers' order, whatever the file has, so that the factors of a
/// ``LoRAAdapter`` fit as they are; a rotary pair is then a channel of each half of a head.
final class FrozenDecoder: Sendable {
    struct Block: Sendable {
        /// `[dimension]`.
        let attentionNorm: [Float]
        /// `[dimension]`.
        let feedForwardNorm: [Float]
        /// By ``LayerGroup``.
        fileprivate let layers: [FrozenLayer]

        /// The layers of a group, packed as one.
        func layer(_ group: LayerGroup) -> FrozenLayer { layers[group.rawValue] }
    }

    let configuration: DecoderConfiguration
    let path: WeightPath
    let blocks: [Block]
    let embedding: GGUFTensor
    /// `[dimension]`.
    let outputNorm: [Float]
    let head: FrozenHead
    let rotary: Rotary
    /// Positions that the rotary table covers.
    let contextTokens: Int

    /// Packs all weights, on two threads.
    ///
    /// - Throws: `ModelFileError`, ``TrainingError/unsupportedModel(reason:)``.
    init(_ file: GGUFFile, path: WeightPath, contextLimit: Int) throws {
        let configuration = try DecoderConfiguration(file)
        try Self.requireBackwardPass(of: configuration, path)
        let tensors = try DecoderTensors(file, configuration)
        let packer = FrozenPacker(
            tensors: tensors,
            format: path == .bfloat16 ? .bfloat16 : .float32
        )
        self.configuration = configuration
        self.path = path
        embedding = tensors.embedding
        outputNorm = tensors.outputNorm.dequantised()
        (head, blocks) = tensors.packed(
            head: { FrozenHead($0, format: packer.format) },
            block: { packer.block($1) }
        )
        contextTokens = min(configuration.contextTokens, contextLimit)
        rotary = tensors.rotary(
            positions: contextTokens,
            pairing: .halves,
            isInvertible: true
        )
        // The weights are packed; from now on only rows of the embedding are read from the file.
        file.releasePages()
    }

    private static func requireBackwardPass(
        of configuration: DecoderConfiguration,
        _ path: WeightPath
    ) throws(TrainingError) {
        guard path != .int8 else {
            throw .unsupportedModel(
                reason: "8-bit arithmetic has no backward pass; choose bfloat16 or float32"
            )
        }
        guard
            !configuration.architecture.interleavesHeads
                || configuration.rotatedChannels == configuration.headSize
        else {
            throw .unsupportedModel(
                reason: "its rotary embedding turns \(configuration.rotatedChannels) of the "
                    + "\(configuration.headSize) channels of a head; only models that turn all of "
                    + "them can be trained"
            )
        }
    }
}

/// Packs blocks, query and key in transformers' order.
private struct FrozenPacker: Sendable {
    let tensors: DecoderTensors
    let format: MatrixFormat

    func block(_ block: DecoderTensors.Block) -> FrozenDecoder.Block {
        FrozenDecoder.Block(
            attentionNorm: block.attentionNorm.dequantised(),
            feedForwardNorm: block.feedForwardNorm.dequantised(),
            layers: LayerGroup.allCases.map { layer(block.layers($0)) }
        )
    }

    private func layer(_ layers: [DecoderTensors.Layer]) -> FrozenLayer {
        let inputs = layers[0].weight.columns
        var weights: [Float] = []
        var bias: [Float] = []
        for layer in layers {
            weights += ordered(layer.weight, of: layer.projection, columns: inputs)
            if let own = layer.bias { bias += ordered(own, of: layer.projection, columns: 1) }
        }
        return FrozenLayer(weights, inputs: inputs, bias: bias, format: format)
    }

    private func ordered(
        _ tensor: GGUFTensor,
        of projection: LoRAAdapter.Projection,
        columns: Int
    ) -> [Float] {
        let values = tensor.dequantised()
        return tensors.rowOrder(of: projection)?.inTransformersOrder(values, columns: columns)
            ?? values
    }
}
