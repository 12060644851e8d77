import Foundation

/// A question to `POST completions`.
///
/// ## Source
/// OpenAI's legacy completions, as vLLM answers them: `echo` with `logprobs` rates the prompt, too.
struct CompletionRequest: Encodable {
    let model: String
    let prompt: [String]
    let maximumTokens: Int
    var temperature = 0.0
    var seed: Int?
    /// `nil` where there is none: some servers refuse an empty list.
    var stop: [String]?
    /// Whether the answer begins with the prompt and its ratings.
    var echo = false
    /// The likeliest tokens told beside each token; some servers take 0 for none at all.
    let logprobs = 1

    private enum CodingKeys: String, CodingKey {
        case model, prompt, temperature, seed, stop, echo, logprobs
        case maximumTokens = "max_tokens"
    }
}

/// What `POST completions` answers.
struct CompletionReply: Decodable {
    struct Choice: Decodable {
        /// Which prompt it continues.
        let index: Int
        let text: String
        let logprobs: Ratings?
        let finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case index, text, logprobs
            case finishReason = "finish_reason"
        }
    }

    /// The tokens of a text and the natural logarithms of their probabilities.
    ///
    /// `text_offset` is not read: servers make it of the lengths of tokens as they show them, and of a
    /// character that several tokens make up each shows something else.
    struct Ratings: Decodable {
        let tokens: [String]
        /// `nil` for the first token, which nothing foretells.
        let logarithms: [Double?]

        private enum CodingKeys: String, CodingKey {
            case tokens
            case logarithms = "token_logprobs"
        }
    }

    /// What the server counted.
    struct Usage: Decodable {
        let tokens: Int

        private enum CodingKeys: String, CodingKey {
            case tokens = "total_tokens"
        }
    }

    let choices: [Choice]
    let usage: Usage?
}

/// What `GET models` answers.
struct ModelsReply: Decodable {
    struct Model: Decodable {
        let id: String
    }

    let data: [Model]
}
