import Foundation

/// The body of a request to `POST completions`.
///
/// ## Source
/// OpenAI's legacy completions API as vLLM implements it, where `echo` with `logprobs` scores the
/// prompt as well.
struct CompletionRequest: Encodable {
    let model: String
    let prompt: [String]
    let maximumTokens: Int
    var temperature = 0.0
    var seed: Int?
    /// Strings that end a text; `nil` instead of an empty list, which some servers refuse.
    var stop: [String]?
    /// Whether the answer begins with the prompt and its log-probabilities.
    var echo = false
    /// How many alternatives to list with each token; 1, because some servers take 0 to mean no
    /// log-probabilities at all.
    let logprobs = 1

    private enum CodingKeys: String, CodingKey {
        case model, prompt, temperature, seed, stop, echo, logprobs
        case maximumTokens = "max_tokens"
    }
}

/// The answer to `POST completions`.
struct CompletionReply: Decodable {
    struct Choice: Decodable {
        /// The index of the prompt that it continues.
        let index: Int
        let text: String
        let logprobs: TokenScores?
        let finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case index, text, logprobs
            case finishReason = "finish_reason"
        }
    }

    /// The tokens of a text and the natural logarithms of their probabilities.
    ///
    /// `text_offset` is not read: servers compute it from the lengths of the tokens as shown, and they
    /// differ in how they show a character that consists of several tokens.
    struct TokenScores: Decodable {
        let tokens: [String]
        /// `nil` for the first token, which nothing precedes.
        let logarithms: [Double?]

        private enum CodingKeys: String, CodingKey {
            case tokens
            case logarithms = "token_logprobs"
        }
    }

    /// The tokens that the server counted.
    struct Usage: Decodable {
        let tokens: Int

        private enum CodingKeys: String, CodingKey {
            case tokens = "total_tokens"
        }
    }

    let choices: [Choice]
    let usage: Usage?
}

/// The answer to `GET models`.
struct ModelsReply: Decodable {
    struct Model: Decodable {
        let id: String
    }

    let data: [Model]
}
