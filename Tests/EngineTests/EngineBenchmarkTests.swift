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
        "prints what the default model reaches",
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
}
