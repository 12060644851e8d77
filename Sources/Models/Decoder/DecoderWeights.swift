/// The weights of a decoder, packed for one path; read-only and shared by all workers.
package final class DecoderWeights: Sendable {
    /// One block: attention and feed-forward, each behind its norm.
    package struct Block: Sendable {
        /// `[dimension]`.
        let attentionNorm: [Float]
        /// Query, key and value: `[queryWidth + 2 · keyWidth]` outputs.
        let queryKeyValue: LinearLayer
        let attentionOutput: LinearLayer
        /// `[dimension]`.
        let feedForwardNorm: [Float]
        /// Gate and up: `[2 · feedForward]` outputs.
        let gateUp: LinearLayer
        let down: LinearLayer
    }

    package let path: WeightPath
    package let blocks: [Block]
    /// `[vocabulary, dimension]`; rows are read from the mapped file on demand.
    let embedding: GGUFTensor
    /// `[dimension]`.
    let outputNorm: [Float]
    /// Turns states into logits; has the embedding's weights where the file ties the two.
    let head: LinearLayer

    /// Memory of the packed weights.
    package var byteCount: Int {
        blocks.reduce(head.byteCount) {
            $0 + $1.queryKeyValue.byteCount + $1.attentionOutput.byteCount + $1.gateUp.byteCount
                + $1.down.byteCount
        }
    }

    /// Packs all weights, on two threads.
    ///
    /// - Parameters:
    ///   - tensors: The decoder's tensors.
    ///   - path: The arithmetic to pack for.
    ///   - adapter: Added to the weights before they are packed; made for the same configuration.
    package init(_ tensors: DecoderTensors, path: WeightPath, adapter: LoRAAdapter? = nil) {
        precondition(
            adapter.map { $0.blocks.count == tensors.blocks.count } ?? true,
            "DecoderWeights: an adapter of \(adapter?.blocks.count ?? 0) blocks"
        )
        self.path = path
        embedding = tensors.embedding
        outputNorm = tensors.outputNorm.dequantised()
        let packer = BlockPacker(tensors: tensors, path: path, adapter: adapter)
        (head, blocks) = tensors.packed(
            head: { LinearLayer([LayerSource($0)], path: path) },
            block: packer.block
        )
    }
}

/// Packs blocks, with what an adapter adds to them.
private struct BlockPacker: Sendable {
    let tensors: DecoderTensors
    let path: WeightPath
    let adapter: LoRAAdapter?

    @Sendable
    func block(_ number: Int, _ block: DecoderTensors.Block) -> DecoderWeights.Block {
        func layer(_ group: LayerGroup) -> LinearLayer {
            let layers = block.layers(group)
            return LinearLayer(
                layers.map { LayerSource($0.weight, addition(to: $0.projection, block: number)) },
                bias: layers.compactMap(\.bias).flatMap { $0.dequantised() },
                path: path
            )
        }
        return DecoderWeights.Block(
            attentionNorm: block.attentionNorm.dequantised(),
            queryKeyValue: layer(.queryKeyValue),
            attentionOutput: layer(.attentionOutput),
            feedForwardNorm: block.feedForwardNorm.dequantised(),
            gateUp: layer(.gateUp),
            down: layer(.down)
        )
    }

    private func addition(
        to projection: LoRAAdapter.Projection,
        block: Int
    ) -> LowRankAddition? {
        guard let adapter, let factors = adapter.blocks[block][projection] else { return nil }
        precondition(
            projection.shape(in: tensors.configuration) == (factors.outputs, factors.inputs),
            "\(projection): factors of \(factors.outputs)×\(factors.inputs)"
        )
        return LowRankAddition(factors, of: adapter, rowOrder: tensors.rowOrder(of: projection))
    }
}
