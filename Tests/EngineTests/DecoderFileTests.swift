import Engine
import FoundationEssentials
import Models
import Tensor
import Testing

/// Decoder files that are valid GGUF and still cannot be used.
@Suite("Decoder files that are refused")
struct DecoderFileTests {
    /// Loads a copy of a tiny model in which one run of bytes is replaced by one of equal length.
    private func error(
        replacing old: [UInt8],
        by new: [UInt8],
        in name: String = "tiny-llama.gguf"
    ) throws -> ModelFileError? {
        var bytes = [UInt8](
            try Data(contentsOf: URL(filePath: "\(GoldenFiles.folder)/\(name)"))
        )
        try #require(old.count == new.count)
        let starts = (0...bytes.count - old.count).filter {
            bytes[$0] == old[0] && bytes[$0..<$0 + old.count].elementsEqual(old)
        }
        try #require(!starts.isEmpty)
        for start in starts { bytes.replaceSubrange(start..<start + old.count, with: new) }
        let path = FileManager.default.temporaryDirectory.path + "/taxod-\(UUID()).gguf"
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            _ = try EngineLoader(path: .int8).languageModel(.init(path: path))
            return nil
        } catch let error as ModelFileError {
            return error
        }
    }

    /// The bytes of a 32-bit key with its value, as the file has them.
    private func entry(_ key: String, _ type: UInt32, _ bits: UInt32) -> [UInt8] {
        Array(key.utf8) + bytes(type) + bytes(bits)
    }

    private func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    @Test("another architecture, with its name and the supported ones")
    func architecture() throws {
        let error = try error(
            replacing: Array("general.architecture".utf8) + bytes(8) + [5, 0, 0, 0, 0, 0, 0, 0]
                + Array("llama".utf8),
            by: Array("general.architecture".utf8) + bytes(8) + [5, 0, 0, 0, 0, 0, 0, 0]
                + Array("bloom".utf8)
        )
        #expect(error?.code == .unsupported && error?.found == "“bloom”")
        #expect(error?.expected == "llama or qwen2")
    }

    @Test(
        "numbers out of range, and numbers that contradict the shapes",
        arguments: [
            ("llama.attention.head_count", 4, 3), ("llama.attention.head_count", 4, 0),
            ("llama.attention.head_count_kv", 2, 3), ("llama.attention.head_count_kv", 2, 1),
            ("llama.embedding_length", 64, 128), ("llama.embedding_length", 64, 4_000_000_000),
            ("llama.feed_forward_length", 96, 64), ("llama.block_count", 2, 3),
            ("llama.block_count", 2, 0), ("llama.rope.dimension_count", 16, 32),
            ("llama.rope.dimension_count", 16, 15),
        ]
    )
    func numbers(_ key: String, _ old: UInt32, _ new: UInt32) throws {
        let error = try error(replacing: entry(key, 4, old), by: entry(key, 4, new))
        #expect(error != nil)
    }

    @Test("an epsilon that is not a positive number")
    func epsilon() throws {
        let key = "llama.attention.layer_norm_rms_epsilon"
        let old = entry(key, 6, Float(1e-5).bitPattern)
        for value in [Float.nan, 0, -1, .infinity] {
            #expect(try error(replacing: old, by: entry(key, 6, value.bitPattern)) != nil)
        }
    }

    @Test("a missing tensor or bias, with its name")
    func missing() throws {
        let weight = try error(
            replacing: Array("blk.1.ffn_up.weight".utf8),
            by: Array("blk.1.ffn_xx.weight".utf8)
        )
        #expect(weight?.code == .incomplete && weight?.place == "tensor blk.1.ffn_up.weight")
        let bias = try error(
            replacing: Array("blk.0.attn_k.bias".utf8),
            by: Array("blk.0.attn_x.bias".utf8),
            in: "tiny-qwen2.gguf"
        )
        #expect(bias?.code == .incomplete && bias?.place == "tensor blk.0.attn_k.bias")
    }

    @Test("an unsupported kind of context scaling")
    func scaling() throws {
        let error = try error(
            replacing: Array("linear".utf8),
            by: Array("yarn-x".utf8),
            in: "tiny-llama-k.gguf"
        )
        #expect(error?.code == .unsupported && error?.found == "“yarn-x”")
    }

    @Test("rounded paths stay close to the 32-bit path on every type of block")
    func paths() throws {
        for file in EngineFixtures.tinyFiles {
            let exact = try DecoderRun("\(GoldenFiles.folder)/\(file)", .float32)
            let golden = try #require(try TinyDecoders.all().first { $0.file == file }).golden
            let rows = exact.logits(golden.tokens).joined()
            let spread = (rows.reduce(0) { $0 + $1 * $1 } / Float(rows.count)).squareRoot()
            for (path, share) in [(WeightPath.bfloat16, Float(0.03)), (.int8, 0.1)] {
                let run = try DecoderRun("\(GoldenFiles.folder)/\(file)", path)
                let squares = zip(rows, run.logits(golden.tokens).joined()).reduce(Float(0)) {
                    $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
                }
                let deviation = (squares / Float(rows.count)).squareRoot()
                #expect(deviation <= share * spread, "\(file) \(path)")
            }
        }
    }
}
