import Dispatch
import Synchronization
package import Tensor

/// The tensors of a decoder, found in its file and checked against its configuration.
///
/// Inference and training both read a decoder through this type, so names, shapes, fall-backs and
/// the order of rows are stated here and nowhere else. Lengths are innermost first, as GGUF lists
/// them; `q` is heads · headSize, `k` is key-value heads · headSize:
///
///     token_embd.weight           [dimension, vocabulary]
///     output_norm.weight          [dimension]
///     output.weight               [dimension, vocabulary]   absent: token_embd.weight serves both
///     rope_freqs.weight           [rotated channels / 2]    may be absent
///     blk.N.attn_norm.weight      [dimension]
///     blk.N.attn_q.weight         [dimension, q]            bias [q]
///     blk.N.attn_k.weight         [dimension, k]            bias [k]
///     blk.N.attn_v.weight         [dimension, k]            bias [k]
///     blk.N.attn_output.weight    [q, dimension]            bias [dimension], may be absent
///     blk.N.ffn_norm.weight       [dimension]
///     blk.N.ffn_gate.weight       [dimension, feed-forward]
///     blk.N.ffn_up.weight         [dimension, feed-forward]
///     blk.N.ffn_down.weight       [feed-forward, dimension]
///
/// A block has all three of the biases of query, key and value or none; a qwen2 block has them.
///
/// ## Source
/// `LLM_TENSOR_NAMES` of llama.cpp (`src/llama-arch.cpp`).
package struct DecoderTensors: Sendable {
    /// A linear layer.
    package struct Layer: Sendable {
        package let projection: LoRAAdapter.Projection
        /// `[outputs, inputs]`.
        package let weight: GGUFTensor
        /// `[outputs]`.
        package let bias: GGUFTensor?
    }

    /// One block: attention and feed-forward, each behind its norm.
    package struct Block: Sendable {
        package let attentionNorm: GGUFTensor
        package let feedForwardNorm: GGUFTensor
        /// By ``LayerGroup``.
        fileprivate let groups: [[Layer]]

        /// The layers of a group, in the order of ``LayerGroup/projections``.
        package func layers(_ group: LayerGroup) -> [Layer] { groups[group.rawValue] }
    }

    package let configuration: DecoderConfiguration
    /// `[vocabulary, dimension]`.
    package let embedding: GGUFTensor
    /// `[dimension]`.
    package let outputNorm: GGUFTensor
    /// `[vocabulary, dimension]`; the embedding where the file ties the two.
    package let head: GGUFTensor
    /// What the frequencies of rotary embedding are divided by, `[rotatedChannels / 2]`.
    package let frequencyFactors: GGUFTensor?
    package let blocks: [Block]

    /// Finds all tensors and checks their shapes; no weight is read.
    ///
    /// - Parameters:
    ///   - file: The decoder's file.
    ///   - configuration: The configuration read from it.
    /// - Throws: ``ModelFileError`` that names the first tensor that is absent or whose shape is not
    ///   the one that follows from the configuration.
    package init(_ file: GGUFFile, _ configuration: DecoderConfiguration) throws {
        let finder = TensorFinder(file: file, configuration: configuration)
        let (d, vocabulary) = (configuration.dimension, configuration.vocabulary)
        self.configuration = configuration
        embedding = try finder.matrix("token_embd.weight", vocabulary, d)
        outputNorm = try finder.vector("output_norm.weight", d)
        head =
            try file.contains(tensor: "output.weight")
            ? finder.matrix("output.weight", vocabulary, d) : embedding
        frequencyFactors =
            try file.contains(tensor: "rope_freqs.weight")
            ? finder.vector("rope_freqs.weight", configuration.rotatedChannels / 2) : nil
        blocks = try (0..<configuration.blocks).map(finder.block)
    }

    /// The order of a layer's rows in the file, `nil` where it is that of transformers.
    package func rowOrder(of projection: LoRAAdapter.Projection) -> InterleavedHeads? {
        guard configuration.architecture.interleavesHeads, [.query, .key].contains(projection)
        else { return nil }
        return InterleavedHeads(headSize: configuration.headSize)
    }

    /// The rotary embedding of queries and keys.
    ///
    /// - Parameters:
    ///   - positions: Positions to prepare for.
    ///   - pairing: Which channels form a pair; it follows from the order of the packed rows.
    ///   - isInvertible: Whether the backward pass will undo rotations.
    /// - Returns: The table of angles, ready to be applied.
    package func rotary(
        positions: Int,
        pairing: Rotary.Pairing,
        isInvertible: Bool = false
    ) -> Rotary {
        Rotary(
            headSize: configuration.headSize,
            rotated: configuration.rotatedChannels,
            base: configuration.rotaryBase,
            positions: positions,
            pairing: pairing,
            positionScale: configuration.positionScale,
            frequencyFactors: frequencyFactors?.dequantised(),
            isInvertible: isInvertible
        )
    }

    /// Packs the head and all blocks, on two threads.
    ///
    /// - Parameters:
    ///   - packHead: Makes the head of ``head``.
    ///   - packBlock: Makes a block of one of ``blocks``.
    /// - Returns: The head, and as many blocks as the decoder has, in their order.
    package func packed<PackedHead: Sendable, PackedBlock: Sendable>(
        head packHead: @Sendable (GGUFTensor) -> PackedHead,
        block packBlock: @Sendable (_ number: Int, Block) -> PackedBlock
    ) -> (head: PackedHead, blocks: [PackedBlock]) {
        let packedHead = Mutex<PackedHead?>(nil)
        let packedBlocks = Mutex<[Int: PackedBlock]>([:])
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            // Part 0 is the head, the largest; the blocks follow it in turn.
            for part in stride(from: thread, through: blocks.count, by: 2) {
                if part == 0 {
                    let made = packHead(head)
                    packedHead.withLock { $0 = made }
                } else {
                    let made = packBlock(part - 1, blocks[part - 1])
                    packedBlocks.withLock { $0[part - 1] = made }
                }
            }
        }
        let made = packedBlocks.withLock { packed in blocks.indices.compactMap { packed[$0] } }
        guard let head = packedHead.withLock({ $0 }), made.count == blocks.count else {
            preconditionFailure("DecoderTensors: \(made.count) blocks packed of \(blocks.count)")
        }
        return (head, made)
    }
}

/// Finds tensors by their names and checks their shapes.
private struct TensorFinder {
    let file: GGUFFile
    let configuration: DecoderConfiguration

    func block(_ number: Int) throws -> DecoderTensors.Block {
        let prefix = "blk.\(number)."
        let d = configuration.dimension
        let attentionNorm = try vector(prefix + "attn_norm.weight", d)
        let attention = try [LayerGroup.queryKeyValue, .attentionOutput].map {
            try layers($0, prefix)
        }
        let feedForwardNorm = try vector(prefix + "ffn_norm.weight", d)
        let feedForward = try [LayerGroup.gateUp, .down].map { try layers($0, prefix) }
        return DecoderTensors.Block(
            attentionNorm: attentionNorm,
            feedForwardNorm: feedForwardNorm,
            groups: attention + feedForward
        )
    }

    private func layers(_ group: LayerGroup, _ prefix: String) throws -> [DecoderTensors.Layer] {
        let isBiased = isBiased(group, prefix)
        return try group.projections.map { projection in
            let name = prefix + projection.nameInGGUF
            let (outputs, inputs) = projection.shape(in: configuration)
            return DecoderTensors.Layer(
                projection: projection,
                weight: try matrix(name + ".weight", outputs, inputs),
                bias: isBiased ? try vector(name + ".bias", outputs) : nil
            )
        }
    }

    /// Whether the layers of a group have biases: those of query, key and value always do in qwen2;
    /// elsewhere they do if the file has any of them, and then all must be there.
    private func isBiased(_ group: LayerGroup, _ prefix: String) -> Bool {
        switch group {
        case .queryKeyValue where configuration.architecture == .qwen2: true
        case .queryKeyValue, .attentionOutput:
            group.projections.contains {
                file.contains(tensor: prefix + $0.nameInGGUF + ".bias")
            }
        case .gateUp, .down: false
        }
    }

    func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> GGUFTensor {
        let tensor = try file.tensor(name)
        guard tensor.shape == [columns, rows] else {
            throw wrongShape(tensor, [columns, rows])
        }
        return tensor
    }

    /// A vector; the file may list lengths of 1 after its own.
    func vector(_ name: String, _ count: Int) throws -> GGUFTensor {
        let tensor = try file.tensor(name)
        guard tensor.columns == count, tensor.rows == 1 else { throw wrongShape(tensor, [count]) }
        return tensor
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

extension LoRAAdapter.Projection {
    /// The layer's name within its block, without “.weight” or “.bias”.
    fileprivate var nameInGGUF: String {
        switch self {
        case .query: "attn_q"
        case .key: "attn_k"
        case .value: "attn_v"
        case .output: "attn_output"
        case .gate: "ffn_gate"
        case .up: "ffn_up"
        case .down: "ffn_down"
        }
    }
}
