import Models
import Testing

@Suite("The tensors of a decoder")
struct DecoderTensorsTests {
    /// A tiny decoder: 2 blocks, 2 heads of 6 channels over 1 key-value head.
    struct Variant: CustomTestStringConvertible, Sendable {
        let architecture: DecoderConfiguration.Architecture
        /// Whether the head's weights are the embedding's.
        let isTied: Bool
        var hasBiases = false
        var hasRotaryFactors = false

        static let all = [
            Variant(architecture: .llama, isTied: true),
            Variant(architecture: .llama, isTied: false, hasRotaryFactors: true),
            Variant(architecture: .llama, isTied: true, hasBiases: true),
            Variant(architecture: .qwen2, isTied: true, hasBiases: true),
            Variant(architecture: .qwen2, isTied: false, hasBiases: true),
        ]

        var testDescription: String {
            "\(architecture.rawValue), \(isTied ? "tied" : "untied") head"
                + (hasBiases ? ", biases" : "") + (hasRotaryFactors ? ", rotary factors" : "")
        }

        /// All tensors by name with their lengths, innermost first.
        var tensors: [(name: String, shape: [Int])] {
            var tensors: [(String, [Int])] = [
                ("token_embd.weight", [8, 10]), ("output_norm.weight", [8]),
            ]
            if !isTied { tensors.append(("output.weight", [8, 10])) }
            if hasRotaryFactors { tensors.append(("rope_freqs.weight", [3])) }
            for block in ["blk.0", "blk.1"] {
                tensors.append(("\(block).attn_norm.weight", [8]))
                tensors.append(("\(block).attn_q.weight", [8, 12]))
                if hasBiases { tensors.append(("\(block).attn_q.bias", [12])) }
                tensors.append(("\(block).attn_k.weight", [8, 6]))
                if hasBiases { tensors.append(("\(block).attn_k.bias", [6])) }
                tensors.append(("\(block).attn_v.weight", [8, 6]))
                if hasBiases { tensors.append(("\(block).attn_v.bias", [6])) }
                tensors += [
                    ("\(block).attn_output.weight", [12, 8]), ("\(block).ffn_norm.weight", [8]),
                    ("\(block).ffn_gate.weight", [8, 14]), ("\(block).ffn_up.weight", [8, 14]),
                    ("\(block).ffn_down.weight", [14, 8]),
                ]
            }
            return tensors
        }

        /// Looks for this decoder's tensors in a file that contains `tensors`.
        func read(_ tensors: [(name: String, shape: [Int])]) throws -> DecoderTensors {
            let name = architecture.rawValue
            var builder = GGUFBuilder()
            builder.add("general.architecture", name)
            let counts: [(String, UInt32)] = [
                ("embedding_length", 8), ("block_count", 2), ("feed_forward_length", 14),
                ("context_length", 16), ("attention.head_count", 2),
                ("attention.head_count_kv", 1), ("attention.key_length", 6),
            ]
            for (key, count) in counts { builder.add("\(name).\(key)", count) }
            builder.add("\(name).attention.layer_norm_rms_epsilon", float: 1e-5)
            builder.tensors = tensors
            return try ReaderFixtures.opening(builder.file) { path in
                let file = try GGUFFile(path: path)
                return try DecoderTensors(file, DecoderConfiguration(file))
            }
        }
    }

    /// The tensors that were found, by name and shape, in the order in which they are looked for.
    private func listed(_ tensors: DecoderTensors) -> [String] {
        var found = [tensors.embedding, tensors.outputNorm]
        if tensors.head.name != tensors.embedding.name { found.append(tensors.head) }
        if let factors = tensors.frequencyFactors { found.append(factors) }
        for block in tensors.blocks {
            func layers(_ groups: LayerGroup...) -> [GGUFTensor] {
                groups.flatMap(block.layers).flatMap { [$0.weight] + ($0.bias.map { [$0] } ?? []) }
            }
            found.append(block.attentionNorm)
            found += layers(.queryKeyValue, .attentionOutput)
            found.append(block.feedForwardNorm)
            found += layers(.gateUp, .down)
        }
        return found.map { "\($0.name) \($0.shape)" }
    }

    @Test("are each found under their name, with their shape", arguments: Variant.all)
    func names(_ variant: Variant) throws {
        let tensors = try variant.read(variant.tensors.reversed())
        #expect(listed(tensors) == variant.tensors.map { "\($0.name) \($0.shape)" })
        let head = variant.isTied ? "token_embd.weight" : "output.weight"
        #expect(tensors.head.name == head)
        for block in tensors.blocks {
            for group in LayerGroup.allCases {
                #expect(block.layers(group).map(\.projection) == group.projections)
            }
        }
    }

    @Test("are each named when they are absent", arguments: Variant.all)
    func absent(_ variant: Variant) throws {
        let optional: Set = ["output.weight", "rope_freqs.weight"]
        for (index, tensor) in variant.tensors.enumerated() {
            var others = variant.tensors
            others.remove(at: index)
            if optional.contains(tensor.name) {
                #expect(throws: Never.self) { try variant.read(others) }
                continue
            }
            let error = #expect(throws: ModelFileError.self) { try variant.read(others) }
            #expect(error?.code == .incomplete && error?.place == "tensor \(tensor.name)")
        }
    }

    @Test("are each named when they have another shape", arguments: Variant.all)
    func shapes(_ variant: Variant) throws {
        for (index, tensor) in variant.tensors.enumerated() {
            let reversed = tensor.shape.count == 1 ? [1] + tensor.shape : tensor.shape.reversed()
            for shape in [[tensor.shape[0] + 1] + tensor.shape.dropFirst(), reversed] {
                var others = variant.tensors
                others[index].shape = shape
                let error = #expect(throws: ModelFileError.self) { try variant.read(others) }
                #expect(error?.code == .malformed && error?.place == "tensor \(tensor.name)")
                #expect(error?.found == "the shape \(shape)")
            }
        }
        let fewer = variant.tensors.map { name, shape in
            (name, name == "output.weight" ? [8, 9] : shape)
        }
        guard !variant.isTied else { return }
        let error = #expect(throws: ModelFileError.self) { try variant.read(fewer) }
        #expect(error?.expected == "[8, 10], innermost first")
    }

    @Test("may have a bias of the attention's output, block by block")
    func outputBias() throws {
        let variant = Variant.all[0]
        let tensors = try variant.read(variant.tensors + [("blk.1.attn_output.bias", [8])])
        let biases = tensors.blocks.map { $0.layers(.attentionOutput)[0].bias?.name }
        #expect(biases == [nil, "blk.1.attn_output.bias"])
    }

    @Test("have query and key in another order of rows in llama files alone")
    func rowOrder() throws {
        let interleaved = InterleavedHeads(headSize: 6)
        for variant in Variant.all {
            let tensors = try variant.read(variant.tensors)
            let isLlama = variant.architecture == .llama
            for projection in LoRAAdapter.Projection.allCases {
                let isRotated = projection == .query || projection == .key
                let expected = isLlama && isRotated ? interleaved : nil
                #expect(tensors.rowOrder(of: projection) == expected, "\(projection)")
            }
        }
    }
}

@Suite("Interleaved heads")
struct InterleavedHeadsTests {
    @Test("hold the two channels of a rotary pair side by side")
    func order() {
        let heads = InterleavedHeads(headSize: 6)
        // Two heads; transformers pairs channel c with c + 3.
        #expect(
            (0..<12).map(heads.transformersRow) == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]
        )
        #expect((0..<12).map { heads.fileRow(of: heads.transformersRow(at: $0)) } == Array(0..<12))
    }

    @Test("give their rows in the order of transformers")
    func rows() {
        // Rows numbered as in transformers; heads of 4 would hide a permutation the wrong way round.
        let heads = InterleavedHeads(headSize: 6)
        let file: [Float] = [0, 0.5, 3, 3.5, 1, 1.5, 4, 4.5, 2, 2.5, 5, 5.5]
        let expected = (0..<12).map { Float($0) / 2 }
        #expect(heads.inTransformersOrder(file, columns: 2) == expected)
    }
}
