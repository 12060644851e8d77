import Engine
import FoundationEssentials
import Inference
import Models
import Testing

/// Models of a size that a team might use, made by `Golden/make_large_model.py`.
@Suite("Large models", .serialized)
struct LargeModelTests {
    static let folder = ProcessInfo.processInfo.environment["TAXOD_LARGE_MODELS"]

    @Test(
        "load and answer; prints rates and memory",
        .enabled(if: folder != nil, "set TAXOD_LARGE_MODELS to the folder of the generated files"),
        arguments: ["qwen2.gguf", "llama.gguf"]
    )
    func loadAndAnswer(_ file: String) throws {
        let path = try #require(Self.folder) + "/" + file
        let clock = ContinuousClock()
        var loaded: EmbeddedLanguageModel?
        let load = try clock.measure {
            loaded = try EngineLoader().languageModel(.init(path: path, sha256: ""))
        }
        let model = try #require(loaded)
        let prompt = (0..<64).map { Int32($0 * 3 % 256) }
        var scores: [ContinuationScore] = []
        let scoring = try clock.measure {
            scores = try model.score([[1, 2, 3], [4], [5, 6]], after: prompt)
        }
        #expect(scores.allSatisfy { $0.logLikelihood.isFinite && $0.logLikelihood < 0 })
        #expect(try model.score([[5, 6]], after: prompt) == [scores[2]])
        var written: [Generation] = []
        let writing = try clock.measure {
            written = try model.generate(
                after: [prompt],
                GenerationOptions(maximumTokens: 8, stops: []),
                endTokens: []
            )
        }
        #expect(written[0].tokens == 8)
        let batched = try clock.measure {
            written = try model.generate(
                after: Array(repeating: prompt, count: 6),
                GenerationOptions(maximumTokens: 8, stops: []),
                endTokens: []
            )
        }
        let memory = try #require(ResidentMemory.now())
        print(
            """
            \(file): load \(load / .seconds(1)) s, \
            scoring \(67 / (scoring / .seconds(1))) tokens/s, \
            one stream \(8 / (writing / .seconds(1))), \
            six streams \(48 / (batched / .seconds(1))), \
            \(memory.total >> 20) MiB resident, \(memory.anonymous >> 20) of them no file's
            """
        )
    }
}
