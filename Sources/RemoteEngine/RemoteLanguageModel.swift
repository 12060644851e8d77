import Foundation
package import Inference
import Contract

/// The language model behind an OpenAI-compatible HTTP endpoint, for teams with GPUs.
///
/// The endpoint must rate given text (`echo` with `logprobs`), which vLLM does. A tuned model is one
/// that the server serves under a name of its own. What a server answers may differ in the last
/// digits from call to call, as its batches do.
///
/// ## Faults
/// Everything that is not the question's fault is a `SubmissionError` with the code
/// `engine-unavailable`: the work waits, and goes on once the server answers. What may pass (no
/// connection, no answer in time, the states 408, 429 and 5xx) is tried ``tries`` times before.
package final class RemoteLanguageModel: LanguageModel {
    /// The hash is over address and name, as nobody here knows the weights: a server that serves others
    /// under the same name goes unnoticed.
    package let identity: ModelIdentity
    /// The endpoint without the last part of its path, such as `http://gpu-host:8000/v1`.
    package let url: String
    private let connections: HTTPConnections
    private let timeout: Duration

    /// Tries of a request in all.
    package static let tries = 4
    /// Prompts sent at a time: an answer to so many of 300 tokens has some two megabytes.
    static let batch = 32

    /// - Parameters:
    ///   - url: `http` or `https`; slashes at its end do not count.
    ///   - model: The name under which the server serves it.
    ///   - token: Sent as a bearer token; visible ASCII only.
    ///   - timeout: For one request; positive.
    package init(url: String, model: String, token: String? = nil, timeout: Duration) {
        self.url = Self.base(url)
        identity = Self.identity(url: url, model: model)
        connections = HTTPConnections(token: token, timeout: timeout)
        self.timeout = timeout
    }

    /// What a model at an endpoint is known by, without asking it.
    package static func identity(url: String, model: String) -> ModelIdentity {
        ModelIdentity(
            name: model,
            sha256: Digest.sha256("\(base(url))\n\(model)"),
            path: "remote"
        )
    }

    private static func base(_ url: String) -> String {
        String(url.reversed().drop { $0 == "/" }.reversed())
    }

    /// The names of the models that the server serves.
    ///
    /// - Throws: `SubmissionError`.
    package func servedModels() throws -> [String] {
        try send(nil, to: "models", as: ModelsReply.self).data.map(\.id)
    }

    // MARK: Requests

    /// Asks for completions.
    ///
    /// - Returns: A choice for each prompt, in their order.
    func complete(_ request: CompletionRequest) throws -> [CompletionReply.Choice] {
        let body = try JSONEncoder().encode(request)
        let reply = try send(body, to: "completions", as: CompletionReply.self)
        TokenMeter.add(reply.usage?.tokens ?? 0)
        let choices = reply.choices.sorted { $0.index < $1.index }
        guard choices.map(\.index) == Array(request.prompt.indices) else {
            throw unavailable(
                "\(url)/completions answered \(choices.count) of \(request.prompt.count) prompts"
            )
        }
        return choices
    }

    /// The tokens of a choice.
    ///
    /// - Throws: `SubmissionError` if the server does not tell them.
    func ratings(of choice: CompletionReply.Choice) throws -> CompletionReply.Ratings {
        guard let ratings = choice.logprobs, ratings.tokens.count == ratings.logarithms.count else {
            throw unratable("there are no logprobs in its answer")
        }
        return ratings
    }

    func unratable(_ finding: String) -> SubmissionError {
        SubmissionError(
            .engineUnavailable,
            "\(url)/completions does not rate given text: \(finding)",
            remedy:
                "Serve the model by a program that answers `echo` with `logprobs`, as vLLM does."
        )
    }

    private func unavailable(_ message: String, remedy: String? = nil) -> SubmissionError {
        SubmissionError(
            .engineUnavailable,
            message,
            remedy: remedy
                ?? "Start the server, or mend models.remote; the work then goes on by itself."
        )
    }

    private func send<Answer: Decodable>(
        _ body: Data?,
        to path: String,
        as type: Answer.Type
    ) throws -> Answer {
        let data = try send(body, to: "\(url)/\(path)")
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            let words = ServerWords(data).text
            throw unavailable("\(url)/\(path) gave an answer that is none: “\(words)”")
        }
    }

    /// Sends a request until it is answered, for at most twice the time limit.
    private func send(_ body: Data?, to address: String) throws -> Data {
        let start = ContinuousClock.now
        var tries = 0
        while true {
            let (fault, mayPass): (any Error, Bool)
            switch connections.send(body, to: address) {
            case .success(let reply) where (200..<300).contains(reply.status):
                return reply.body
            case .success(let reply):
                fault = refusal(reply, by: address)
                mayPass = [408, 429].contains(reply.status) || reply.status >= 500
            case .failure(let silence):
                fault = unavailable(
                    silence.isLate
                        ? "\(address) gave no answer within \(timeout.components.seconds) seconds"
                        : "\(address) cannot be asked: \(silence.reason)",
                    remedy: silence.remedy
                )
                mayPass = silence.mayPass
            }
            tries += 1
            if !mayPass || tries == Self.tries || ContinuousClock.now - start >= timeout {
                throw fault
            }
            // 0.2 to 0.4 seconds, then twice that: many workers do not come back at once.
            Thread.sleep(forTimeInterval: .random(in: 0.1...0.2) * Double(1 << tries))
        }
    }

    /// What a status beyond 299 means.
    private func refusal(_ reply: HTTPConnections.Reply, by address: String) -> any Error {
        let words = ServerWords(reply.body)
        if reply.status == 400, let fault = words.contextFault { return fault }
        let remedy: String? =
            switch reply.status {
            case 300..<400:
                "Put the address that it points to into models.remote.url: none is followed."
            case 401, 403:
                "Put the token that the server wants into the file that models.remote.tokenFile names."
            case 404:
                "See that models.remote.url ends as the server has it, often in /v1, and that it serves "
                    + "“\(identity.name)”: `taxod config check` asks it."
            default: nil
            }
        return unavailable("\(address) answered \(reply.status): “\(words.text)”", remedy: remedy)
    }
}
