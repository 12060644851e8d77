import Contract
import Foundation
import Inference
import RemoteEngine
import Testing

/// What a real server answered, replayed; see `Golden/record.py`.
@Suite("Recorded answers of vLLM")
struct RecordedTests {
    private struct Recording: Decodable {
        struct Rating: Decodable {
            let logLikelihood: Double
            let tokens: Int
        }

        let prompt: String?
        let continuations: [String]?
        let expected: [Rating]?
        let status: Int
        let answer: String
    }

    private static func recording(_ name: String) throws -> (Recording, ScriptedServer) {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/vllm-\(name).json")
        let recording = try JSONDecoder().decode(Recording.self, from: Data(contentsOf: file))
        let server = try ScriptedServer { _, _ in .status(recording.status, recording.answer) }
        return (recording, server)
    }

    private static func model(_ server: ScriptedServer) -> RemoteLanguageModel {
        RemoteLanguageModel(url: server.url, model: "smollm2", timeout: .seconds(10))
    }

    @Test("scores are those of transformers, whatever characters prompt and names have")
    func scores() throws {
        let (recording, server) = try Self.recording("scores")
        let prompt = try #require(recording.prompt)
        let continuations = try #require(recording.continuations)
        let expected = try #require(recording.expected)
        let (scores, tokens) = try TokenMeter.measuring {
            try Self.model(server).score(continuations, after: prompt)
        }
        // As the server counts them.
        #expect(recording.answer.contains("\"total_tokens\":\(tokens),"))
        // The request equals the recorded one.
        #expect(server.requests.first?.prompts == ([""] + continuations).map { prompt + $0 })
        #expect(scores.map(\.tokens) == expected.map(\.tokens))
        for (score, wanted) in zip(scores, expected) {
            // float32 against float64, over at most six tokens.
            #expect(abs(score.logLikelihood - wanted.logLikelihood) < 1e-3)
        }
    }

    @Test("a prompt longer than the server's context is an error of the question")
    func context() throws {
        let (_, server) = try Self.recording("context")
        #expect(throws: InferenceError.contextExceeded(tokens: 2049, limit: 2048)) {
            try Self.model(server).score([" b"], after: "a")
        }
        #expect(server.requests.count == 1)
    }

    @Test("a model that the server does not have is not an error of the question")
    func unknownModel() throws {
        let (_, server) = try Self.recording("model")
        let error = #expect(throws: SubmissionError.self) {
            try Self.model(server).score([" b"], after: "a")
        }
        #expect(error?.code == .engineUnavailable)
        #expect(error?.message.contains("404: “The model `nobody` does not exist.") == true)
    }

    @Test("a generated list is read up to its stop string")
    func text() throws {
        let (_, server) = try Self.recording("text")
        let names = NameList(names: ["Mackerel", "ventricle", "cod"])
        let options = GenerationOptions(maximumTokens: 12, names: names)
        let prompts = ["Fish: cod | herring |", "Heart: aorta | atrium |"]
        let written = try Self.model(server).generate(after: prompts, options)
        #expect(written.map(\.text) == [" mackerel |", " ventricle |"])
        #expect(written.map(\.names) == [[0], [1]])
        #expect(written.map(\.tokens) == [3, 3])
        #expect(abs(written[0].logLikelihood + 3.369_269) < 1e-4)
        #expect(written.map(\.isComplete) == [true, true])
    }
}
