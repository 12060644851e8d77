import Foundation
import Inference
import Models
import Testing

@Suite("Adapter files")
struct AdapterFileTests {
    private static func decoder() throws -> DecoderConfiguration {
        let golden = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "EngineTests/Golden/tiny-llama.gguf")
        return try DecoderConfiguration(GGUFFile(path: golden.path))
    }

    /// Two blocks, the second one with q and down only.
    private static func adapter(_ shape: DecoderConfiguration) -> LoRAAdapter {
        var numbers = SeededNumbers(seed: 5)
        func random(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float.random(in: -1...1, using: &numbers) }
        }
        let rank = 3
        func factors(_ projection: LoRAAdapter.Projection) -> LoRAAdapter.Factors {
            let (outputs, inputs) = projection.shape(in: shape)
            return LoRAAdapter.Factors(
                down: random(rank * inputs),
                up: random(outputs * rank),
                inputs: inputs,
                outputs: outputs,
                rank: rank
            )
        }
        var first: [LoRAAdapter.Projection: LoRAAdapter.Factors] = [:]
        for projection in LoRAAdapter.Projection.allCases {
            first[projection] = factors(projection)
        }
        let second: [LoRAAdapter.Projection: LoRAAdapter.Factors] = [
            .query: factors(.query), .down: factors(.down),
        ]
        return LoRAAdapter(rank: rank, alpha: 6, blocks: [first, second])
    }

    @Test("are the same when written and read again: exactly in 32 bits, up to rounding in 16")
    func roundTrip() throws {
        let shape = try Self.decoder()
        let adapter = Self.adapter(shape)
        let formats: [(SafetensorsWriter.Format, Float)] = [(.float32, 0), (.bfloat16, 0.004)]
        for (format, tolerance) in formats {
            try ReaderFixtures.withFolder { folder in
                try adapter.write(to: folder, baseModel: "tiny", format: format)
                let read = try LoRAAdapter(folder: folder, for: shape)
                #expect(read.rank == 3 && read.alpha == 6 && read.scale == 2)
                #expect(read.blocks.map { Set($0.keys) } == adapter.blocks.map { Set($0.keys) })
                for (one, other) in zip(read.blocks, adapter.blocks) {
                    for (projection, factors) in one {
                        let expected = try #require(other[projection])
                        let pairs =
                            Array(zip(factors.down, expected.down))
                            + Array(zip(factors.up, expected.up))
                        #expect(pairs.allSatisfy { abs($0 - $1) <= tolerance })
                    }
                }
                let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(Set(names) == ["adapter_config.json", "adapter_model.safetensors"])
            }
        }
    }

    @Test(
        "settings that change the computation are refused by name",
        arguments: [
            ("use_dora", "true"), ("modules_to_save", "[\"lm_head\"]"), ("bias", "\"all\""),
            ("rank_pattern", "{\"q_proj\": 8}"), ("alpha_pattern", "{\"q_proj\": 8}"),
            ("lora_bias", "true"), ("fan_in_fan_out", "true"), ("peft_type", "\"ADALORA\""),
            ("init_lora_weights", "\"pissa\""), ("layer_replication", "[[0, 1]]"),
            ("trainable_token_indices", "[1]"), ("use_qalora", "true"), ("some_new_thing", "true"),
            ("target_parameters", "[\"x\"]"), ("r", "0"), ("r", "1.5"), ("r", "1e300"),
            ("r", "\"16\""), ("lora_alpha", "-1"), ("lora_alpha", "null"),
        ]
    )
    func refusedSettings(_ key: String, _ value: String) throws {
        let shape = try Self.decoder()
        try ReaderFixtures.withFolder { folder in
            try Self.adapter(shape).write(to: folder, baseModel: "tiny")
            let path = folder + "/adapter_config.json"
            var values = try #require(
                JSONSerialization.jsonObject(
                    with: Data(contentsOf: URL(filePath: path))
                ) as? [String: Any]
            )
            values[key] = try JSONSerialization.jsonObject(
                with: Data(value.utf8),
                options: .fragmentsAllowed
            )
            try JSONSerialization.data(withJSONObject: values).write(to: URL(filePath: path))
            let error = #expect(throws: ModelFileError.self) {
                try LoRAAdapter(folder: folder, for: shape)
            }
            #expect(error?.place == "key \(key)", "\(String(describing: error))")
        }
    }

    @Test("rank-stabilised scaling becomes part of alpha")
    func stabilised() throws {
        let shape = try Self.decoder()
        try ReaderFixtures.withFolder { folder in
            try Self.adapter(shape).write(to: folder, baseModel: "tiny")
            let path = folder + "/adapter_config.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("\"use_rslora\" : false", with: "\"use_rslora\" : true")
                .write(toFile: path, atomically: true, encoding: .utf8)
            let read = try LoRAAdapter(folder: folder, for: shape)
            #expect(abs(read.scale - 6 / Float(3).squareRoot()) < 1e-6)
        }
    }

    /// Replaces an adapter's tensors, and returns the error that reading them throws.
    private func error(
        _ change: (inout [SafetensorsWriter.Tensor]) -> Void
    ) throws -> ModelFileError? {
        let shape = try Self.decoder()
        return try ReaderFixtures.withFolder { folder in
            try Self.adapter(shape).write(to: folder, baseModel: "tiny", format: .float32)
            let path = folder + "/adapter_model.safetensors"
            var tensors: [SafetensorsWriter.Tensor]
            do {
                let file = try SafetensorsFile(path: path)
                tensors = try file.names.map {
                    let tensor = try file.tensor($0)
                    return SafetensorsWriter.Tensor(
                        name: $0,
                        shape: tensor.shape,
                        values: tensor.values()
                    )
                }
            }
            change(&tensors)
            try ReaderFixtures.write(
                try SafetensorsWriter.bytes(of: tensors, as: .float32),
                to: path
            )
            return #expect(throws: ModelFileError.self) {
                try LoRAAdapter(folder: folder, for: shape)
            }
        }
    }

    @Test("a tensor of the wrong shape is named, with the shape found and the one expected")
    func shape() throws {
        let error = try error { tensors in
            tensors[0] = SafetensorsWriter.Tensor(
                name: tensors[0].name,
                shape: [tensors[0].shape[1], tensors[0].shape[0]],
                values: tensors[0].values
            )
        }
        #expect(error?.code == .malformed)
        #expect(
            error?.place
                == "tensor base_model.model.model.layers.0.mlp.down_proj.lora_A.weight"
        )
        #expect(error?.found == "the shape [96, 3]" && error?.expected == "[3, 96]")
    }

    @Test("incomplete, unknown or missing layers and non-finite numbers are refused")
    func tensors() throws {
        #expect(try error { $0.removeFirst() }?.code == .incomplete)
        #expect(try error { $0.removeAll() }?.code == .incomplete)
        let strange = try error {
            $0.append(
                SafetensorsWriter.Tensor(
                    name: "base_model.model.lm_head.lora_A.weight",
                    shape: [1],
                    values: [1]
                )
            )
        }
        #expect(strange?.code == .unsupported)
        #expect(strange?.place == "tensor base_model.model.lm_head.lora_A.weight")
        let infinite = try error {
            var values = $0[1].values
            values[2] = .nan
            $0[1] = SafetensorsWriter.Tensor(name: $0[1].name, shape: $0[1].shape, values: values)
        }
        #expect(infinite?.code == .malformed)
        #expect(infinite?.found == "a NaN or an infinity")
    }

    @Test("a failed write leaves the old file unchanged and no temporary file behind")
    func unwritable() throws {
        try ReaderFixtures.withFolder { folder in
            #expect(throws: ModelFileError.self) {
                try ModelFiles.replace(folder + "/none/file", by: [1, 2, 3])
            }
            // A folder with content cannot be replaced by a rename.
            try FileManager.default.createDirectory(
                atPath: folder + "/taken/inner",
                withIntermediateDirectories: true
            )
            let error = #expect(throws: ModelFileError.self) {
                try ModelFiles.replace(folder + "/taken", by: [1, 2, 3])
            }
            #expect(error?.code == .unwritable)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names == ["taken"])
        }
    }

    @Test("a card for another base model or other weights is refused, with both hashes")
    func card() throws {
        let base = AdapterCard.Origin(name: "tiny", sha256: "aa")
        let card = AdapterCard(
            name: "a",
            base: base,
            weightsSHA256: "bb",
            stages: [],
            trainedBy: "test"
        )
        try card.check(folder: "a", weightsSHA256: "bb", base: base)
        let other = AdapterCard.Origin(name: "other", sha256: "cc")
        let error = #expect(throws: ModelFileError.self) {
            try card.check(folder: "a", weightsSHA256: "bb", base: other)
        }
        #expect(error?.code == .mismatch)
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("SHA-256 aa") && text.contains("SHA-256 cc"), "\(text)")
        #expect(throws: ModelFileError.self) {
            try card.check(folder: "a", weightsSHA256: "xx", base: base)
        }
        try ReaderFixtures.withFolder { folder in
            #expect(try AdapterCard.read(folder: folder) == nil)
            try card.write(to: folder)
            #expect(try AdapterCard.read(folder: folder) == card)
            try Data("{".utf8).write(to: URL(filePath: folder + "/taxod-card.json"))
            #expect(throws: ModelFileError.self) { try AdapterCard.read(folder: folder) }
        }
    }
}
