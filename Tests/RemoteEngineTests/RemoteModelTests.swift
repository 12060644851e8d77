import Contract
import Foundation
import Inference
import RemoteEngine
import Testing

/// The method's requests to a server that exists for the test only.
@Suite("Remote language model")
struct RemoteModelTests {
    /// A server for which each character is a token whose log-probability is minus its place in the
    /// text; a special token precedes the text, and a full stop is generated after it.
    private static func rates(_ request: ScriptedServer.Request) -> ScriptedServer.Response {
        // Out of order, as servers with several engines answer.
        let choices = request.prompts.enumerated().reversed().map { index, prompt in
            choice(index, prompt, tokens: ["<s>"] + prompt.map(String.init) + ["."])
        }
        return .json(["choices": choices])
    }

    private static func choice(_ index: Int, _ prompt: String, tokens: [String]) -> [String: Any] {
        let logarithms = tokens.indices.map { $0 == 0 ? NSNull() as Any : -Double($0) }
        return [
            "index": index, "text": prompt + ".", "finish_reason": "length",
            "logprobs": ["tokens": tokens, "token_logprobs": logarithms],
        ]
    }

    private static func model(
        _ server: ScriptedServer,
        token: String? = nil,
        timeout: Duration = .seconds(10)
    ) -> RemoteLanguageModel {
        RemoteLanguageModel(url: server.url + "/", model: "m", token: token, timeout: timeout)
    }

    // MARK: Scoring

    @Test("a continuation's score is the sum over its own tokens, in the order of asking")
    func scores() throws {
        let server = try ScriptedServer { request, _ in Self.rates(request) }
        let scores = try Self.model(server).score([" b", "", " cde"], after: "aaa")
        // The prompt's tokens have the places 1 to 3.
        #expect(
            scores == [
                ContinuationScore(logLikelihood: -9, tokens: 2),
                ContinuationScore(logLikelihood: 0, tokens: 0),
                ContinuationScore(logLikelihood: -22, tokens: 4),
            ]
        )
    }

    @Test("requests are what the protocol specifies")
    func format() throws {
        let server = try ScriptedServer { request, _ in Self.rates(request) }
        _ = try Self.model(server, token: "secret").score([" b"], after: "a")
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/v1/completions")
        #expect(request.headers["authorization"] == "Bearer secret")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["expect"] == nil)
        let sent = request.json
        #expect(sent["model"] as? String == "m")
        #expect(sent["prompt"] as? [String] == ["a", "a b"])
        #expect(sent["echo"] as? Bool == true)
        #expect(sent["logprobs"] as? Int == 1)
        #expect(sent["max_tokens"] as? Int == 1)
        #expect(sent["temperature"] as? Double == 0)
        #expect(
            sent.keys.sorted() == [
                "echo", "logprobs", "max_tokens", "model", "prompt", "temperature",
            ]
        )
    }

    @Test("without a token no authorisation is sent")
    func tokenless() throws {
        let server = try ScriptedServer { request, _ in Self.rates(request) }
        _ = try Self.model(server).score([" b"], after: "a")
        #expect(server.requests.first?.headers["authorization"] == nil)
    }

    @Test("many continuations are sent in batches, and the prompt is scored once")
    func batches() throws {
        let server = try ScriptedServer { request, _ in Self.rates(request) }
        let names = (0..<100).map { " \($0)" }
        let scores = try Self.model(server).score(names, after: "list:")
        #expect(scores.map(\.tokens) == names.map(\.count))
        #expect(server.requests.map(\.prompts.count) == [32, 32, 32, 5])
        #expect(server.requests.flatMap(\.prompts).count { $0 == "list:" } == 1)
    }

    @Test("a token across the boundary counts as the continuation's")
    func straddling() throws {
        let server = try ScriptedServer { request, _ in
            let tokens = [["he", "art", "."], ["he", "artburn", "."]]
            return .json([
                "choices": request.prompts.indices.map {
                    Self.choice($0, request.prompts[$0], tokens: tokens[$0])
                }
            ])
        }
        let score = try Self.model(server).score(["burn"], after: "heart")
        #expect(score == [ContinuationScore(logLikelihood: -1, tokens: 1)])
    }

    @Test("a server that leaves out the end-of-text token is understood")
    func endless() throws {
        let server = try ScriptedServer { request, _ in
            .json([
                "choices": request.prompts.enumerated().map { index, prompt in
                    Self.choice(index, prompt, tokens: ["<s>"] + prompt.map(String.init))
                }
            ])
        }
        let score = try Self.model(server).score(["bc"], after: "a")
        #expect(score == [ContinuationScore(logLikelihood: -5, tokens: 2)])
    }

    @Test(
        "a server that does not score given text is reported, and not asked again",
        arguments: ["without", "null", "generated only", "unrated", "other text"]
    )
    func unrated(_ kind: String) throws {
        let server = try ScriptedServer { request, _ in
            let choices = request.prompts.enumerated().map { index, prompt in
                var choice = Self.choice(index, prompt, tokens: ["<s>", prompt, "."])
                switch kind {
                case "without": choice["logprobs"] = nil
                case "null": choice["logprobs"] = NSNull()
                case "generated only":
                    choice["logprobs"] = ["tokens": ["."], "token_logprobs": [-1.0]]
                case "unrated":
                    choice["logprobs"] = [
                        "tokens": prompt.map(String.init) + ["."],
                        "token_logprobs": [NSNull](repeating: NSNull(), count: prompt.count + 1),
                    ]
                default:
                    choice["logprobs"] = [
                        "tokens": ["token_id:7", "token_id:8"], "token_logprobs": [-1.0, -1.0],
                    ]
                }
                return choice
            }
            return .json(["choices": choices])
        }
        let error = #expect(throws: SubmissionError.self) {
            try Self.model(server).score([" b"], after: "a")
        }
        #expect(error?.code == .engineUnavailable)
        #expect(error?.message.contains("does not rate given text") == true)
        #expect(error?.remedy.contains("vLLM") == true)
        #expect(server.requests.count == 1)
    }

    // MARK: Generating

    /// A server that generates a given text after every prompt.
    private static func writes(
        _ text: String,
        finish: String = "stop"
    ) throws -> ScriptedServer {
        try ScriptedServer { request, _ in
            .json([
                "choices": request.prompts.indices.map {
                    [
                        "index": $0, "text": text, "finish_reason": finish,
                        "logprobs": ["tokens": ["x", "y"], "token_logprobs": [-1.0, -2.0]],
                    ] as [String: Any]
                }
            ])
        }
    }

    private static let list = NameList(
        names: ["Asthma", "Heart Failure", "heart failure", "Pneumonia", "Étude"],
        maximumNames: 3
    )

    @Test(
        "the listed names in a text are found, ignoring case if need be, none twice",
        arguments: [
            (" Asthma | Pneumonia", "stop", [0, 3]),
            (" heart failure | Heart Failure", "stop", [2, 1]),
            (" HEART FAILURE | asthma ", "stop", [1, 0]),
            (" Gout | Asthma | asthma | | Asthma", "stop", [0]),
            (" Asthma | étude | Pneumonia | Heart Failure", "stop", [0, 4, 3]),
            (" Pneumonia | Asthma", "length", [3]),
            (" Pneumonia | Asthma |", "length", [3, 0]),
            (" Pneumonia |", "stop", [3]),
            ("", "stop", []),
        ]
    )
    func names(_ text: String, _ finish: String, _ expected: [Int]) throws {
        let server = try Self.writes(text, finish: finish)
        let options = GenerationOptions(maximumTokens: 9, names: Self.list)
        let written = try Self.model(server).generate(after: ["a"], options)
        #expect(written.map(\.names) == [expected])
        #expect(written[0].isComplete == (finish == "stop"))
        #expect(written[0].text == text && written[0].tokens == 2)
        #expect(written[0].logLikelihood == -3)
    }

    @Test("greedy texts are one request, sampled ones a request each with its own seed")
    func seeds() throws {
        let server = try Self.writes("x")
        var options = GenerationOptions(maximumTokens: 9, seed: UInt64.max, stops: ["}", "\n"])
        _ = try Self.model(server).generate(after: ["a", "b"], options)
        options.temperature = 0.5
        options.seed = 7
        _ = try Self.model(server).generate(after: ["a", "b"], options)
        let sent = server.requests.map(\.json)
        #expect(server.requests.map(\.prompts) == [["a", "b"], ["a"], ["b"]])
        #expect(sent.map { $0["seed"] as? Int } == [Int.max, 7, 8])
        #expect(sent.allSatisfy { $0["stop"] as? [String] == ["}", "\n"] })
        #expect(sent.allSatisfy { $0["echo"] as? Bool == false && $0["max_tokens"] as? Int == 9 })
    }

    // MARK: Errors

    @Test("a temporary error is retried", arguments: [429, 500, 503, 0])
    func recovery(_ status: Int) throws {
        let server = try ScriptedServer { request, count in
            guard count < 2 else { return Self.rates(request) }
            return status == 0 ? .silence : .status(status, "busy")
        }
        #expect(try Self.model(server).score([" b"], after: "a").count == 1)
        #expect(server.requests.count == 3)
    }

    @Test("a server that keeps failing is given up after a few attempts, with its last message")
    func givenUp() throws {
        let server = try ScriptedServer { _, _ in .status(503, #"{"detail":"model is loading"}"#) }
        let error = #expect(throws: SubmissionError.self) {
            try Self.model(server).score([" b"], after: "a")
        }
        #expect(error?.code == .engineUnavailable && error?.isPermanent == false)
        #expect(error?.message == "\(server.url)/completions answered 503: “model is loading”")
        #expect(server.requests.count == RemoteLanguageModel.tries)
    }

    @Test("if nobody listens, the address is named")
    func refused() throws {
        var server: ScriptedServer? = try ScriptedServer { _, _ in .silence }
        let url = try #require(server?.url)
        server = nil
        let model = RemoteLanguageModel(url: url, model: "m", timeout: .seconds(5))
        let error = #expect(throws: SubmissionError.self) { try model.score([" b"], after: "a") }
        #expect(error?.code == .engineUnavailable)
        #expect(error?.message.contains("\(url)/completions cannot be asked") == true)
    }

    @Test("a server that does not answer costs the time limit once")
    func late() throws {
        let server = try ScriptedServer { _, _ in .hang }
        let error = #expect(throws: SubmissionError.self) {
            try Self.model(server, timeout: .milliseconds(300)).score([" b"], after: "a")
        }
        #expect(error?.message.contains("no answer within") == true)
        #expect(server.requests.count == 1)
    }

    @Test(
        "a refusal is reported at once, with the server's message, the address and a remedy",
        arguments: [
            (401, #"{"error":"Unauthorized"}"#, "Unauthorized", "tokenFile"),
            (403, "no", "no", "tokenFile"),
            (404, #"{"error":{"message":"no model m","code":404}}"#, "no model m", "config check"),
            (
                400, #"{"object":"error","message":"bad\u001b[31m\nrequest"}"#, "bad [31m request",
                "models.remote"
            ),
            (422, String(repeating: "x", count: 5_000), String(repeating: "x", count: 300), ""),
        ]
    )
    func refusal(_ status: Int, _ body: String, _ words: String, _ remedy: String) throws {
        let server = try ScriptedServer { _, _ in .status(status, body) }
        let error = #expect(throws: SubmissionError.self) {
            try Self.model(server, token: "secret").score([" b"], after: "a")
        }
        #expect(error?.code == .engineUnavailable)
        #expect(error?.message == "\(server.url)/completions answered \(status): “\(words)”")
        #expect(error?.remedy.contains(remedy) == true || remedy.isEmpty)
        #expect("\(error as Any)".contains("secret") == false)
        #expect(server.requests.count == 1)
    }

    @Test("redirects are not followed: nothing is sent elsewhere")
    func redirection() throws {
        let elsewhere = try ScriptedServer { request, _ in Self.rates(request) }
        let server = try ScriptedServer { _, _ in .redirect(elsewhere.url + "/completions") }
        let error = #expect(throws: SubmissionError.self) {
            try Self.model(server, token: "secret").score([" b"], after: "a")
        }
        #expect(error?.message.contains("answered 302") == true)
        #expect(elsewhere.requests.isEmpty && server.requests.count == 1)
    }

    @Test("an unexpected answer is reported", arguments: ["<html>", "{}", #"{"choices": []}"#])
    func rubbish(_ body: String) throws {
        let server = try ScriptedServer { _, _ in .status(200, body) }
        let error = #expect(throws: SubmissionError.self) {
            try Self.model(server).score([" b"], after: "a")
        }
        #expect(error?.code == .engineUnavailable)
        #expect(error?.message.contains(server.url) == true)
    }

    @Test("a model's identity depends on its name and server, not on slashes after the address")
    func identity() throws {
        let one = RemoteLanguageModel.identity(url: "http://a/v1", model: "m")
        #expect(one == RemoteLanguageModel.identity(url: "http://a/v1/", model: "m"))
        #expect(one.name == "m" && one.path == "remote" && one.adapterSHA256 == nil)
        #expect(one.sha256 == Digest.sha256("http://a/v1\nm"))
        for other in [("http://b/v1", "m"), ("http://a/v1", "n")] {
            #expect(RemoteLanguageModel.identity(url: other.0, model: other.1).sha256 != one.sha256)
        }
    }

    @Test("the models of a server are those that it lists")
    func models() throws {
        let server = try ScriptedServer { request, _ in
            request.method == "GET" && request.path == "/v1/models"
                ? .json(["object": "list", "data": [["id": "a"], ["id": "b"]]])
                : .status(404, "")
        }
        #expect(try Self.model(server).servedModels() == ["a", "b"])
    }
}
