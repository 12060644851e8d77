import Dispatch
import Synchronization

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
    /// Rows are read from the mapped file as tokens need them.
    let embedding: GGUFTensor
    /// `[dimension]`.
    let outputNorm: [Float]
    /// Logits; the embedding's weights where the file ties them.
    let head: LinearLayer
    /// Divides the frequencies of rotary embedding, if the file has such factors.
    let frequencyFactors: [Float]?

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
    ///   - file: With the tensors.
    ///   - configuration: Of the file.
    ///   - path: The arithmetic to pack for.
    ///   - adapter: Added to the weights before they are packed; its shapes are the file's.
    /// - Throws: ``ModelFileError`` when a tensor is absent or has another shape than the
    ///   configuration says.
    package init(
        _ file: GGUFFile,
        _ configuration: DecoderConfiguration,
        path: WeightPath,
        adapter: LoRAAdapter? = nil
    ) throws {
        precondition(
            adapter.map { $0.blocks.count == configuration.blocks } ?? true,
            "DecoderWeights: an adapter of \(adapter?.blocks.count ?? 0) blocks"
        )
        self.path = path
        let reader = TensorReader(
            file: file,
            configuration: configuration,
            path: path,
            adapter: adapter
        )
        let (d, vocabulary) = (configuration.dimension, configuration.vocabulary)
        embedding = try reader.matrix("token_embd.weight", vocabulary, d)
        outputNorm = try reader.vector("output_norm.weight", d)
        let headName =
            file.contains(tensor: "output.weight") ? "output.weight" : "token_embd.weight"
        let headTensor = try reader.matrix(headName, vocabulary, d)
        frequencyFactors =
            try file.contains(tensor: "rope_freqs.weight")
            ? reader.vector("rope_freqs.weight", configuration.rotatedChannels / 2) : nil

        // Part 0 is the head, the largest; the others are the blocks.
        let loaded = Mutex<[Int: Result<Part, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            for index in stride(from: thread, through: configuration.blocks, by: 2) {
                let part = Result<Part, any Error> {
                    index == 0
                        ? .head(LinearLayer([LayerSource(headTensor)], path: path))
                        : .block(try reader.block(index - 1))
                }
                loaded.withLock { $0[index] = part }
            }
        }
        var head: LinearLayer?
        var blocks: [Block] = []
        for (_, result) in loaded.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            switch try result.get() {
            case .head(let layer): head = layer
            case .block(let block): blocks.append(block)
            }
        }
        guard let head, blocks.count == configuration.blocks else {
            preconditionFailure("\(blocks.count) blocks loaded of \(configuration.blocks)")
        }
        self.head = head
        self.blocks = blocks
    }

    private enum Part: Sendable {
        case head(LinearLayer)
        case block(Block)
    }
}

/// Finds tensors and checks their shapes before anything is packed.
private struct TensorReader: Sendable {
    let file: GGUFFile
    let configuration: DecoderConfiguration
    let path: WeightPath
    let adapter: LoRAAdapter?

    func block(_ number: Int) throws -> DecoderWeights.Block {
        let shape = configuration
        let (d, query, key, inner) = (
            shape.dimension, shape.queryWidth, shape.keyWidth, shape.feedForward
        )
        func name(_ part: String) -> String { "blk.\(number).\(part)" }
        func layer(
            _ part: String,
            _ rows: Int,
            _ columns: Int,
            _ projection: LoRAAdapter.Projection
        ) throws -> LayerSource {
            LayerSource(
                try matrix(name("\(part).weight"), rows, columns),
                addition(to: projection, block: number)
            )
        }
        return DecoderWeights.Block(
            attentionNorm: try vector(name("attn_norm.weight"), d),
            queryKeyValue: LinearLayer(
                [
                    try layer("attn_q", query, d, .query),
                    try layer("attn_k", key, d, .key),
                    try layer("attn_v", key, d, .value),
                ],
                bias: try biases([
                    (name("attn_q.bias"), query), (name("attn_k.bias"), key),
                    (name("attn_v.bias"), key),
                ]),
                path: path
            ),
            attentionOutput: LinearLayer(
                [try layer("attn_output", d, query, .output)],
                bias: try biases([(name("attn_output.bias"), d)]),
                path: path
            ),
            feedForwardNorm: try vector(name("ffn_norm.weight"), d),
            gateUp: LinearLayer(
                [
                    try layer("ffn_gate", inner, d, .gate),
                    try layer("ffn_up", inner, d, .up),
                ],
                path: path
            ),
            down: LinearLayer([try layer("ffn_down", d, inner, .down)], path: path)
        )
    }

    private func addition(
        to projection: LoRAAdapter.Projection,
        block: Int
    ) -> LowRankAddition? {
        guard let adapter, let factors = adapter.blocks[block][projection] else { return nil }
        precondition(
            projection.shape(in: configuration) == (factors.outputs, factors.inputs),
            "\(projection): factors of \(factors.outputs)×\(factors.inputs)"
        )
        // Files of this architecture hold q and k for rotation of adjacent pairs.
        let isInterleaved =
            configuration.architecture == .llama && (projection == .query || projection == .key)
        return LowRankAddition(
            factors,
            of: adapter,
            interleavedHead: isInterleaved ? configuration.headSize : nil
        )
    }

    func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> GGUFTensor {
        let tensor = try file.tensor(name)
        guard tensor.shape == [columns, rows] else {
            throw wrongShape(tensor, [columns, rows])
        }
        return tensor
    }

    func vector(_ name: String, _ count: Int) throws -> [Float] {
        let tensor = try file.tensor(name)
        guard tensor.columns == count, tensor.rows == 1 else { throw wrongShape(tensor, [count]) }
        return tensor.dequantised()
    }

    /// All of the biases or, where the file has none of them, nothing; qwen2 must have its own.
    private func biases(_ parts: [(name: String, count: Int)]) throws -> [Float] {
        let areRequired = configuration.architecture == .qwen2 && parts.count > 1
        guard areRequired || parts.contains(where: { file.contains(tensor: $0.name) }) else {
            return []
        }
        return try parts.flatMap { try vector($0.name, $0.count) }
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
