import Engine
import FoundationEssentials
import Inference
import Models
import Tensor
import Testing

@Suite("Text encoder")
struct TextEncoderTests {
    struct Tiny: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int32]
            let vector: [Float]
        }
        let folder: String
        let cases: [Case]
    }

    /// 200 vectors as little-endian half-precision numbers, base64.
    struct Reference: Decodable {
        let names: [String]
        let dimension: Int
        let vectors: String

        func values() throws -> [Float] {
            let data = try #require(Data(base64Encoded: vectors))
            return data.withUnsafeBytes { bytes in
                (0..<names.count * dimension).map {
                    Float(
                        Float16(
                            bitPattern: UInt16(
                                littleEndian: bytes.loadUnaligned(
                                    fromByteOffset: $0 * 2,
                                    as: UInt16.self
                                )
                            )
                        )
                    )
                }
            }
        }
    }

    static func tiny(_ path: WeightPath = .float32) throws -> EmbeddedTextEncoder {
        try EngineLoader(path: path).textEncoder(.init(path: "\(GoldenFiles.folder)/tiny-bert"))
    }

    static func defaultEncoder(_ path: WeightPath) throws -> EmbeddedTextEncoder {
        try EngineLoader(path: path)
            .textEncoder(.init(path: #require(DefaultModels.encoder), sha256: ""))
    }

    @Test(
        "a cased model with CLS pooling and a short limit agrees with the reference",
        arguments: KernelLevel.supported
    )
    func golden(_ level: KernelLevel) throws {
        let golden = try GoldenFiles.read(Tiny.self, "tiny-encoder.json")
        let encoder = try EngineLoader(level: level, path: .float32)
            .textEncoder(.init(path: "\(GoldenFiles.folder)/\(golden.folder)"))
        let vectors = try encoder.encode(golden.cases.map(\.text))
        for (index, entry) in golden.cases.enumerated() {
            #expect(encoder.model.tokenizer.encodeSequence(entry.text) == entry.ids)
            let vector = vectors[index * encoder.dimension..<(index + 1) * encoder.dimension]
            for (ours, theirs) in zip(vector, entry.vector) { #expect(abs(ours - theirs) <= 1e-5) }
        }
    }

    @Test(
        "the default model's vectors have a cosine of 0.9999 to the reference",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        arguments: [WeightPath.float32, .bfloat16]
    )
    func defaultGolden(_ path: WeightPath) throws {
        let golden = try GoldenFiles.read(Reference.self, "minilm.json")
        let reference = try golden.values()
        let vectors = try Self.defaultEncoder(path).encode(golden.names)
        #expect(vectors.count == reference.count)
        var least = 1.0
        for start in stride(from: 0, to: vectors.count, by: golden.dimension) {
            var (dot, ours, theirs) = (0.0, 0.0, 0.0)
            for index in start..<start + golden.dimension {
                let (one, other) = (Double(vectors[index]), Double(reference[index]))
                dot += one * other
                ours += one * one
                theirs += other * other
            }
            #expect(abs(ours - 1) <= 1e-5)
            least = min(least, dot / (ours * theirs).squareRoot())
        }
        #expect(least >= 0.9999)
        print("\(path): least cosine \(least)")
    }

    @Test("a vector depends neither on its place nor on its neighbours, bit for bit")
    func equality() throws {
        let encoder = try Self.tiny(.bfloat16)
        let texts = (0..<700).map { "heart \($0 % 50) of syndrome \($0 % 7)" } + [""]
        var reported: [Int] = []
        let together = try encoder.encode(texts) { reported.append($0) }
        #expect(reported.last == texts.count && reported == reported.sorted())
        for index in [0, 1, 49, 50, 300, 699, 700] {
            let start = index * encoder.dimension
            #expect(
                try encoder.encode([texts[index]])
                    == Array(together[start..<start + encoder.dimension])
            )
        }
        #expect(try encoder.encode([]).isEmpty)
    }

    @Test(
        "prints the time for many names",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        .enabled(
            if: ProcessInfo.processInfo.environment["TAXOD_BENCHMARK"] != nil,
            "set TAXOD_BENCHMARK=1 to measure"
        )
    )
    func speed() throws {
        let golden = try GoldenFiles.read(Reference.self, "minilm.json")
        let names = (0..<11_865).map { golden.names[$0 % golden.names.count] }
        let encoder = try Self.defaultEncoder(.bfloat16)
        let time = try ContinuousClock().measure { _ = try encoder.encode(names) }
        print("11,865 names: \(time)")
    }
}
