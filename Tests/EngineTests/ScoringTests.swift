import Engine
import Inference
import Models
import Tensor
import Testing

@Suite("Scoring")
struct ScoringTests {
    @Test("agrees with the reference on tiny models", arguments: try TinyDecoders.all())
    func tinyGolden(_ entry: TinyDecoders.Entry) throws {
        let model = try EngineFixtures.tiny(entry.file)
        let scores = try model.score(entry.golden.continuations, after: entry.golden.tokens)
        #expect(scores.map(\.tokens) == entry.golden.continuations.map(\.count))
        for (score, golden) in zip(scores, entry.golden.logLikelihoods) {
            // The golden values have seven digits.
            #expect(abs(score.logLikelihood - golden) <= 1e-3 + 1e-5 * abs(golden))
        }
    }

    @Test(
        "agrees with the reference on the default model, including tokenisation",
        .enabled(if: DefaultModels.areThere, "\(DefaultModels.reason)")
    )
    func defaultGolden() throws {
        let golden = try DefaultDecoder.read()
        let model = try EngineLoader(path: .float32)
            .languageModel(.init(path: #require(DefaultModels.decoder), sha256: ""))
        // The engine reads a prompt as plain text, so the chat prompt has other tokens here.
        for entry in golden.cases where !entry.text.contains("<|") {
            let scores = try model.score(golden.continuations, after: entry.text)
            #expect(scores.map(\.tokens) == entry.golden.continuations.map(\.count))
            for (score, golden) in zip(scores, entry.golden.logLikelihoods) {
                #expect(abs(score.logLikelihood - golden) <= 0.002)
            }
        }
    }

    @Test(
        "together, alone, and after other prompts gives the same bits",
        arguments: EngineFixtures.settings
    )
    func equality(_ setting: (path: WeightPath, level: KernelLevel)) throws {
        let model = try EngineFixtures.tiny("tiny-llama.gguf", setting.path, level: setting.level)
        let prompt = "heart failure -> heart disease | asthma ->"
        let names = [" lung disease", " heart", "", " a", " syndrome of the heart", " x y z"]
        let together = try model.score(names, after: prompt)
        let alone = try names.map { try model.score([$0], after: prompt)[0] }
        #expect(together == alone)
        let others = [
            "heart failure -> heart", "heart failure -> heart xisease | asthma ->",
            "entirely different", prompt + " more",
        ]
        for other in others {
            let fresh = try EngineFixtures.tiny(
                "tiny-llama.gguf",
                setting.path,
                level: setting.level
            )
            #expect(try model.score(names, after: other) == fresh.score(names, after: other))
            _ = try model.generate(after: [other], GenerationOptions(maximumTokens: 3))
            #expect(try model.score(names.reversed(), after: prompt) == together.reversed())
        }
    }

    @Test("all requested tokens are counted, cached or not, for the measured work only")
    func metered() throws {
        let model = try EngineFixtures.tiny()
        let prompt = model.tokenizer.encode("heart failure -> heart disease | asthma ->")
        let names = [" lung disease", "", " a"].map { model.tokenizer.encode($0) }
        let rated = prompt.count + names.joined().count
        for _ in 0..<2 {
            let (scores, tokens) = try TokenMeter.measuring {
                try model.score(names, after: prompt)
            }
            #expect(tokens == rated && scores.count == names.count)
        }
        let options = GenerationOptions(maximumTokens: 5, stops: [])
        let (written, tokens) = try TokenMeter.measuring {
            try model.generate(after: [prompt, prompt + [1]], options, endTokens: [])
        }
        #expect(written.map(\.tokens) == [5, 5])
        #expect(tokens == 2 * prompt.count + 1 + 10)
        // Outside of a measurement nothing is counted.
        _ = try model.score(names, after: prompt)
        #expect(TokenMeter.measuring {}.tokens == 0)
    }

    @Test("more branches than fit into one pass give the same bits")
    func manyGroups() throws {
        let model = try EngineFixtures.tiny()
        let continuations = (0..<40).map { index in
            (0..<100).map { Int32(($0 * 7 + index) % 256) }
        }
        let together = try model.score(continuations, after: [1, 2, 3])
        for index in [0, 10, 11, 39] {
            #expect(
                try model.score([continuations[index]], after: [1, 2, 3])[0] == together[index]
            )
        }
    }

    @Test("an empty continuation and an empty prompt have scores")
    func empty() throws {
        let model = try EngineFixtures.tiny()
        #expect(
            try model.score([""], after: "a") == [ContinuationScore(logLikelihood: 0, tokens: 0)]
        )
        #expect(try model.score([], after: "a").isEmpty)
        #expect(try model.score(["a"], after: "")[0].logLikelihood < 0)
    }

    @Test("a prompt longer than the context is refused with both numbers")
    func tooLong() throws {
        let model = try EngineFixtures.tiny()
        let prompt = [Int32](repeating: 5, count: 250)
        #expect(throws: InferenceError.contextExceeded(tokens: 258, limit: 256)) {
            try model.score([Array(repeating: 5, count: 8)], after: prompt)
        }
        #expect(try model.score([Array(repeating: 5, count: 6)], after: prompt)[0].tokens == 6)
    }

    @Test("several threads at once get the result of one")
    func concurrent() async throws {
        let model = try EngineFixtures.tiny()
        let prompts = (0..<24).map { "prompt \($0 % 6) of the heart ->" }
        let alone = try prompts.map { try model.score([" a", " heart"], after: $0) }
        let together = try await withThrowingTaskGroup(
            of: (Int, [ContinuationScore]).self
        ) { group in
            for (index, prompt) in prompts.enumerated() {
                group.addTask { (index, try model.score([" a", " heart"], after: prompt)) }
            }
            var results = [[ContinuationScore]](repeating: [], count: prompts.count)
            for try await (index, scores) in group { results[index] = scores }
            return results
        }
        #expect(together == alone)
    }

    @Test("a cancelled task stops")
    func cancelled() async throws {
        let model = try EngineFixtures.tiny()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try model.score([" a"], after: "b")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
