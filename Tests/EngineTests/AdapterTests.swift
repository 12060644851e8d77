import Engine
import FoundationEssentials
import Inference
import Models
import Tensor
import Testing

/// What transformers and PEFT computed with an adapter of a tiny decoder.
struct AdapterCase: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let adapter: String
    let tokens: [Int32]
    let picked: [Int]
    let logits: [Float]
    /// The greatest change of a logit by the adapter.
    let change: Float

    var testDescription: String { adapter }
    var folder: String { "\(GoldenFiles.folder)/\(adapter)" }
    var path: String { "\(GoldenFiles.folder)/\(file)" }

    private struct Cases: Decodable {
        let cases: [AdapterCase]
    }

    static func all() throws -> [AdapterCase] {
        try GoldenFiles.read(Cases.self, "tiny-adapters.json").cases
    }

    func run(_ path: WeightPath, adapter folder: String?) throws -> DecoderRun {
        let file = try GGUFFile(path: self.path)
        let configuration = try DecoderConfiguration(file)
        let adapter = try folder.map { try LoRAAdapter(folder: $0, for: configuration) }
        return DecoderRun(try DecoderModel(file, path: path, adapter: adapter))
    }

    func deviation(_ run: DecoderRun) -> Deviation {
        var deviation = Deviation()
        deviation.add(run.logits(tokens), picked: picked, golden: logits)
        return deviation
    }
}

@Suite("Adapters against PEFT")
struct AdapterTests {
    @Test("a merged adapter gives PEFT's logits", arguments: try AdapterCase.all())
    func merged(_ entry: AdapterCase) throws {
        let deviation = entry.deviation(try entry.run(.float32, adapter: entry.folder))
        // The tolerance is that without an adapter; the logits here are larger.
        #expect(deviation.greatest <= 2 * DecoderGoldenTests.tinyTolerance)
        #expect(entry.change > 100 * DecoderGoldenTests.tinyTolerance)
        #expect(entry.deviation(try entry.run(.float32, adapter: nil)).greatest > entry.change / 4)
    }

    @Test("an adapter written and read again gives PEFT's logits", arguments: try AdapterCase.all())
    func written(_ entry: AdapterCase) throws {
        let configuration = try DecoderConfiguration(GGUFFile(path: entry.path))
        let adapter = try LoRAAdapter(folder: entry.folder, for: configuration)
        let folder = FileManager.default.temporaryDirectory.path + "/taxod-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try adapter.write(to: folder, baseModel: "tiny", format: .float32)
        let deviation = entry.deviation(try entry.run(.float32, adapter: folder))
        #expect(deviation.greatest <= 2 * DecoderGoldenTests.tinyTolerance)
    }

    @Test(
        "the rounded paths are as close with an adapter as without",
        arguments: try AdapterCase.all()
    )
    func rounded(_ entry: AdapterCase) throws {
        let exact = try entry.run(.float32, adapter: nil)
        var plain = AdapterCase.Rounding()
        let merged = try entry.run(.float32, adapter: entry.folder)
        var adapted = AdapterCase.Rounding()
        for path in [WeightPath.bfloat16, .int8] {
            plain.add(path, exact, try entry.run(path, adapter: nil), entry.tokens)
            adapted.add(path, merged, try entry.run(path, adapter: entry.folder), entry.tokens)
        }
        // As a share of the logits' spread, which the adapter of these tests doubles.
        for path in [WeightPath.bfloat16, .int8] {
            let (with, without) = (adapted.relative[path] ?? 1, plain.relative[path] ?? 0)
            #expect(with <= 2 * without + 0.01, "\(path): \(with) with, \(without) without")
        }
    }

    @Test("an adapter is refused if its card names another base model, not if it has no card")
    func base() throws {
        let entry = try #require(AdapterCase.all().first)
        let folder = FileManager.default.temporaryDirectory.path + "/taxod-\(UUID())"
        try FileManager.default.copyItem(atPath: entry.folder, toPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let loader = EngineLoader(path: .float32)
        let source = EngineLoader.Source(path: entry.path)
        let plain = try loader.languageModel(source, adapter: folder)
        let sha256 = try loader.adapterSHA256(folder)
        #expect(plain.identity.adapterSHA256 == sha256)
        #expect(try loader.languageModel(source).identity.adapterSHA256 == nil)
        var card = AdapterCard(
            name: "tiny",
            base: AdapterCard.Origin(name: "tiny-llama", sha256: plain.identity.sha256),
            weightsSHA256: sha256,
            stages: [],
            trainedBy: "test"
        )
        try card.write(to: folder)
        _ = try loader.languageModel(source, adapter: folder)
        card.base.sha256 = String(repeating: "0", count: 64)
        try card.write(to: folder)
        let error = #expect(throws: ModelFileError.self) {
            try loader.languageModel(source, adapter: folder)
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(plain.identity.sha256) && text.contains(card.base.sha256), "\(text)")
    }

    @Test("an adapter for a model of another shape is refused with the tensor's name")
    func shape() throws {
        let entry = try #require(AdapterCase.all().first)
        let error = #expect(throws: ModelFileError.self) {
            try EngineLoader(path: .float32).languageModel(
                .init(path: "\(GoldenFiles.folder)/tiny-llama-k.gguf"),
                adapter: entry.folder
            )
        }
        #expect(error?.place?.hasPrefix("tensor base_model.model.model.layers.0") == true)
    }
}

extension AdapterCase {
    /// The deviation of a rounded path from the exact one, as a share of the logits' spread.
    struct Rounding {
        private(set) var relative: [WeightPath: Double] = [:]

        mutating func add(
            _ path: WeightPath,
            _ exact: DecoderRun,
            _ rounded: DecoderRun,
            _ tokens: [Int32]
        ) {
            var (error, spread) = (0.0, 0.0)
            for (one, other) in zip(exact.logits(tokens).joined(), rounded.logits(tokens).joined())
            {
                error += Double((one - other) * (one - other))
                spread += Double(one * one)
            }
            relative[path] = (error / spread).squareRoot()
        }
    }
}
