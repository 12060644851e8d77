import Engine
import FoundationEssentials
import Models
import Testing

@Suite("Benchmark", .serialized)
struct EngineBenchmarkTests {
    @Test("reports every figure under its stable key")
    func keys() throws {
        var benchmark = EngineBenchmark(try EngineFixtures.tiny())
        benchmark.promptTokens = 32
        benchmark.prompts = 1
        benchmark.writtenTokens = 4
        let report = try benchmark.run()
        #expect(report.scoringTokensPerSecond > 0 && report.batchedDecodeTokensPerSecond > 0)
        let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        for key in [
            "kernelLevel", "peakGFlops", "scoringTokensPerSecond", "decodeTokensPerSecond",
            "batchedDecodeTokensPerSecond",
        ] {
            #expect(text.contains("\"\(key)\":"))
        }
        #expect(text.contains("\"trainingTokensPerSecond\":null"))
    }

    @Test(
        "prints the speed of the default model",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        .enabled(
            if: ProcessInfo.processInfo.environment["TAXOD_BENCHMARK"] != nil,
            "set TAXOD_BENCHMARK=1 to measure"
        ),
        arguments: [WeightPath.int8, .bfloat16]
    )
    func defaultModel(_ path: WeightPath) throws {
        let source = EngineLoader.Source(path: try #require(DefaultModels.decoder), sha256: "")
        let clock = ContinuousClock()
        var model: EmbeddedLanguageModel?
        let load = try clock.measure {
            model = try EngineLoader(path: path).languageModel(source)
        }
        let loaded = try #require(model)
        let answer = try clock.measure {
            _ = try loaded.score([" heart disease"], after: "arrhythmia ->")
        }
        print("load \(load), first answer \(answer)")
        print(try EngineBenchmark(loaded).run())
    }

    @Test(
        "prints the time and memory of a worker up to its first answer",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)"),
        .enabled(
            if: ProcessInfo.processInfo.environment["TAXOD_BENCHMARK"] != nil,
            "set TAXOD_BENCHMARK=1 to measure"
        )
    )
    func worker() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let decoder = try #require(DefaultModels.decoder)
        let model = try EngineLoader().languageModel(.init(path: decoder, sha256: "known"))
        let decoderTime = clock.now - start
        let encoder = try EngineLoader()
            .textEncoder(.init(path: #require(DefaultModels.encoder), sha256: "known"))
        let encoderTime = clock.now - start - decoderTime
        _ = try encoder.encode(["asthma"])
        let names = (0..<20).map { " disease of kind \($0)" }
        let prompt = String(repeating: "arrhythmia -> heart disease\n", count: 16) + "asthma ->"
        _ = try model.score(names, after: prompt)
        print("decoder \(decoderTime), encoder \(encoderTime), answer \(clock.now - start)")
        for number in 0..<40 { _ = try model.score(names, after: "\(number) \(prompt)") }
        let hashing = try clock.measure { _ = try MappedFile(path: decoder).sha256() }
        print("hash \(hashing), memory \(try #require(ResidentMemory.now()))")
    }
}
