import Engine
import Inference
import Models
import Testing

@Suite("Writing lists of names")
struct NameListTests {
    static let names = [
        "heart", "heart failure", "heart disease", "asthma", "syndrome", "syndrome of the heart",
        "a", "ab", "Lung, diseases of",
    ]

    static func options(
        _ list: NameList,
        temperature: Double = 0,
        seed: UInt64 = 0,
        tokens: Int = 200
    ) -> GenerationOptions {
        GenerationOptions(
            maximumTokens: tokens,
            temperature: temperature,
            seed: seed,
            names: list
        )
    }

    @Test(
        "the text is a list of distinct names at any temperature",
        arguments: [(" ", " | "), ("", ", "), ("Names: ", "; "), (" ", "\n"), ("", " ")],
        EngineFixtures.tinyFiles
    )
    func grammar(_ marks: (prefix: String, separator: String), file: String) throws {
        let model = try EngineFixtures.tiny(file)
        let list = NameList(
            names: Self.names.filter { !$0.contains(marks.separator) },
            prefix: marks.prefix,
            separator: marks.separator,
            maximumNames: 6
        )
        let prompts = [String](repeating: "Names:", count: 8)
        for temperature in [0, 1, 5.0] {
            let generations = try model.generate(
                after: prompts,
                Self.options(list, temperature: temperature, seed: 7)
            )
            for generation in generations {
                let written = generation.names.map { list.names[$0] }
                #expect(
                    generation.text == list.prefix + written.joined(separator: list.separator)
                )
                #expect(Set(written).count == written.count)
                #expect((1...6).contains(written.count) && generation.isComplete)
            }
        }
    }

    @Test("a list that may hold all names ends when all are used")
    func exhausted() throws {
        let model = try EngineFixtures.tiny()
        let list = NameList(names: ["a", "ab"], maximumNames: 50)
        // At a high temperature some of many lists contain both names.
        let generations = try model.generate(
            after: [String](repeating: "x", count: 200),
            Self.options(list, temperature: 30, seed: 1, tokens: 20)
        )
        #expect(generations.contains { $0.names.count == 2 })
        for generation in generations {
            let written = generation.names.map { list.names[$0] }
            #expect(generation.isComplete)
            #expect(generation.text == " " + written.joined(separator: " | "))
        }
    }

    @Test("a list that hits the token limit ends with its last complete name")
    func cut() throws {
        let model = try EngineFixtures.tiny()
        let list = NameList(names: Self.names)
        for limit in 1...30 {
            let generation = try model.generate(
                after: ["x"],
                Self.options(list, temperature: 2, seed: 3, tokens: limit)
            )[0]
            let written = generation.names.map { list.names[$0] }
            #expect(
                generation.text == (written.isEmpty ? "" : " " + written.joined(separator: " | "))
            )
            #expect(generation.tokens <= limit)
        }
    }

    @Test("duplicate, empty and missing names are handled")
    func odd() throws {
        let model = try EngineFixtures.tiny()
        let list = NameList(names: ["", "heart", "heart"], maximumNames: 3)
        #expect(try model.generate(after: ["x"], Self.options(list))[0].names == [1])
        let nothing = NameList(names: [])
        let generation = try model.generate(after: ["x"], Self.options(nothing))[0]
        #expect(generation.names.isEmpty && generation.text.isEmpty)
    }

    @Test("the log-likelihood of a list is that of scoring, apart from its end")
    func logLikelihood() throws {
        let model = try EngineFixtures.tiny()
        let list = NameList(names: ["heart failure"], maximumNames: 1)
        let generation = try model.generate(after: ["x"], Self.options(list))[0]
        let score = try model.score([" heart failure"], after: "x")[0]
        #expect(generation.logLikelihood == score.logLikelihood)
        #expect(generation.tokens == score.tokens)
    }
}
