import Engine
import Inference
import Models
import Tensor
import Testing

@Suite("Writing")
struct GeneratingTests {
    static let prompts = [
        "heart failure -> heart disease | asthma ->", "heart failure -> heart | asthma of",
        "heart failure -> heart disease | asthma -> a", "he",
    ]
    static let free = GenerationOptions(maximumTokens: 20, stops: [])

    @Test("generates the reference's tokens", arguments: try TinyDecoders.all())
    func golden(_ entry: TinyDecoders.Entry) throws {
        let model = try EngineFixtures.tiny(entry.file)
        let options = GenerationOptions(maximumTokens: entry.golden.greedy.count, stops: [])
        let generation = try model.generate(after: [entry.golden.tokens], options, endTokens: [])[0]
        #expect(generation.text == model.tokenizer.decode(entry.golden.greedy))
        #expect(generation.tokens == entry.golden.greedy.count && !generation.isComplete)
        // The log-likelihood must equal the one that scoring gives.
        let score = try model.score([entry.golden.greedy], after: entry.golden.tokens)[0]
        #expect(score.logLikelihood == generation.logLikelihood)
    }

    @Test(
        "in a batch or alone, greedy or sampled, gives the same bits",
        arguments: EngineFixtures.settings,
        [0, 0.8]
    )
    func batched(
        _ setting: (path: WeightPath, level: KernelLevel),
        _ temperature: Double
    ) throws {
        let model = try EngineFixtures.tiny("tiny-qwen2.gguf", setting.path, level: setting.level)
        var options = Self.free
        options.temperature = temperature
        options.seed = 42
        let together = try model.generate(after: Self.prompts, options)
        #expect(try model.generate(after: Self.prompts, options) == together)
        guard temperature == 0 else {
            // A prompt's random numbers depend on its place, so only the first can be compared.
            #expect(try model.generate(after: [Self.prompts[0]], options)[0] == together[0])
            return
        }
        for (prompt, generation) in zip(Self.prompts, together) {
            #expect(try model.generate(after: [prompt], options) == [generation])
        }
    }

    @Test("every seed and every place has its own stream")
    func seeds() throws {
        let model = try EngineFixtures.tiny()
        var options = Self.free
        options.temperature = 1
        let same = [String](repeating: "heart", count: 3)
        let texts = try model.generate(after: same, options).map(\.text)
        #expect(Set(texts).count == 3)
        options.seed = 1
        #expect(try model.generate(after: same, options).map(\.text) != texts)
    }

    @Test("more streams than fit together give the same bits")
    func manyGroups() throws {
        let model = try EngineFixtures.tiny()
        let prompts = (0..<30).map { "prompt \($0) ->" }
        let options = GenerationOptions(maximumTokens: 200, stops: [])
        let together = try model.generate(after: prompts, options)
        for index in [0, 19, 20, 29] {
            #expect(try model.generate(after: [prompts[index]], options) == [together[index]])
        }
    }

    @Test(
        "a stop string ends the text before it, also across tokens",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)")
    )
    func stops() throws {
        let model = try EngineLoader(path: .float32)
            .languageModel(.init(path: #require(DefaultModels.decoder), sha256: ""))
        let prompt = "The capital of France is"
        func written(_ stops: [String]) throws -> Generation {
            try model.generate(
                after: [prompt],
                GenerationOptions(maximumTokens: 16, stops: stops)
            )[0]
        }
        let whole = try written([])
        #expect(whole.text.hasPrefix(" Paris.\n\nThe answer is:"))
        let across = try written(["no such text", "nswer is"])
        #expect(across.text == " Paris.\n\nThe a" && across.isComplete)
        #expect(across.tokens < whole.tokens)
        #expect(try written(["\n"]).text == " Paris.")
        #expect(
            try written([" "])
                == Generation(
                    text: "",
                    logLikelihood: 0,
                    tokens: 0,
                    isComplete: true
                )
        )
    }

    @Test("handles no tokens, no prompts, and prompts as long as the context")
    func edges() throws {
        let model = try EngineFixtures.tiny()
        #expect(try model.generate(after: [String](), Self.free).isEmpty)
        let none = try model.generate(after: ["a"], GenerationOptions(maximumTokens: 0))[0]
        #expect(none.text.isEmpty && !none.isComplete)
        let long = [Int32](repeating: 5, count: 254)
        #expect(try model.generate(after: [long], Self.free, endTokens: [])[0].tokens == 2)
        #expect(throws: InferenceError.contextExceeded(tokens: 257, limit: 256)) {
            try model.generate(after: [long + [1, 2]], Self.free)
        }
    }
}
