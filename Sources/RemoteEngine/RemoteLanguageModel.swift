import Contract
import Foundation
package import Inference

/// A language model behind an OpenAI-compatible HTTP endpoint, for teams with GPUs.
///
/// The endpoint must score given text (`echo` with `logprobs`), as vLLM does. A fine-tuned model is
/// served under its own name. A server's scores may differ in the last digits from call to call,
/// because its batches differ.
///
/// ## Errors
/// Every error that the question itself does not cause is a `SubmissionError` with the code
/// `engine-unavailable`: the work waits and continues once the server answers. Errors that may be
/// temporary (no connection, no answer in time, status 408, 429 or 5xx) are retried before that, up to
/// ``tries`` times in all.
package final class RemoteLanguageModel: LanguageModel {
    /// The hash covers address and name, because the weights are not known here.
    ///
    /// A server that starts to serve other weights under the same name goes unnoticed.
    package let identity: ModelIdentity
    /// The endpoint without the last part of its path, such as `http://gpu-host:8000/v1`.
    package let url: String
    private let connections: HTTPConnections
    private let timeout: Duration

    /// Attempts to send a request, including the first.
    package static let tries = 4
    /// Prompts in one request: the answer to 32 prompts of 300 tokens takes about two megabytes.
    static let batch = 32

    /// - Parameters:
    ///   - url: The endpoint, `http` or `https`; slashes at its end are ignored.
    ///   - model: The name under which the server serves the model.
    ///   - token: Sent as a bearer token; visible ASCII only.
    ///   - timeout: The time limit of one request; positive.
    package init(url: String, model: String, token: String? = nil, timeout: Duration) {
        self.url = Self.base(url)
        identity = Self.identity(url: url, model: model)
        connections = HTTPConnections(token: token, timeout: timeout)
        self.timeout = timeout
    }

    /// The identity of a model at an endpoint; sends no request.
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

    /// Requests completions.
    ///
    /// - Returns: One choice per prompt, in their order.
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

    /// The tokens of a choice with their log-probabilities.
    ///
    /// - Throws: `SubmissionError` if the answer does not contain them.
    func tokenScores(of choice: CompletionReply.Choice) throws -> CompletionReply.TokenScores {
        guard let tokenScores = choice.logprobs,
            tokenScores.tokens.count == tokenScores.logarithms.count
        else {
            throw unscorable("its answer has no logprobs")
        }
        return tokenScores
    }

    func unscorable(_ finding: String) -> SubmissionError {
        SubmissionError(
            .engineUnavailable,
            "\(url)/completions does not rate given text: \(finding)",
            remedy:
                "Serve the model with a program that supports `echo` with `logprobs`, such as vLLM."
        )
    }

    private func unavailable(_ message: String, remedy: String? = nil) -> SubmissionError {
        SubmissionError(
            .engineUnavailable,
            message,
            remedy: remedy
                ?? "Start the server or correct models.remote; the work then continues by itself."
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
            throw unavailable("\(url)/\(path) gave an answer of an unexpected form: “\(words)”")
        }
    }

    /// Sends a request, again after temporary errors, for at most twice the time limit.
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
                // A late answer has used up the time limit, whatever this clock says: libcurl rounds
                // to milliseconds and may give up a fraction of one before the limit.
                mayPass = silence.mayPass && !silence.isLate
            }
            tries += 1
            if !mayPass || tries == Self.tries || ContinuousClock.now - start >= timeout {
                throw fault
            }
            // 0.2 to 0.4 seconds, doubled every time; random, so that workers do not all retry at once.
            Thread.sleep(forTimeInterval: .random(in: 0.1...0.2) * Double(1 << tries))
        }
    }

    /// The error that an answer with a status above 299 stands for.
    private func refusal(_ reply: HTTPConnections.Reply, by address: String) -> any Error {
        let words = ServerWords(reply.body)
        if reply.status == 400, let fault = words.contextFault { return fault }
        let remedy: String? =
            switch reply.status {
            case 300..<400:
                "Set models.remote.url to the address that it redirects to; redirects are not followed."
            case 401, 403:
                "Put the server's token into the file that models.remote.tokenFile names."
            case 404:
                "Check that models.remote.url ends as the server expects, often in /v1, and that it "
                    + "serves “\(identity.name)”: `taxod config check` asks it."
            default: nil
            }
        return unavailable("\(address) answered \(reply.status): “\(words.text)”", remedy: remedy)
    }
}
