import Contract
import Foundation
import Inference

/// The message that a server sends with an error status.
struct ServerWords {
    /// The message in the body's JSON, or else the body itself; one line of at most 300 characters.
    let text: String

    init(_ body: Data) {
        let message = Self.message(in: try? JSONSerialization.jsonObject(with: body))
        let words = (message ?? String(decoding: body.prefix(2_000), as: UTF8.self))
            .split { $0.isWhitespace || $0.unicodeScalars.contains(where: Self.isControl) }
        text = String(words.joined(separator: " ").prefix(300))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .format].contains(scalar.properties.generalCategory)
    }

    /// OpenAI's servers send `error.message`, others `error`, `message` or `detail`.
    private static func message(in value: Any?) -> String? {
        guard let object = value as? [String: Any] else { return nil }
        if let error = object["error"] { return error as? String ?? message(in: error) }
        return object["message"] as? String ?? object["detail"] as? String
    }

    /// The error for a question that is longer than the model's context; `nil` if the message is about
    /// something else.
    ///
    /// vLLM: “This model's maximum context length is 2048 tokens. However, you requested … 2,500 …”.
    var contextFault: (any Error)? {
        guard text.contains("context length") || text.contains("context size") else { return nil }
        let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
        if let limit = numbers.first, let tokens = numbers.dropFirst().max(), tokens > limit {
            return InferenceError.contextExceeded(tokens: tokens, limit: limit)
        }
        return SubmissionError(.promptTooLong, "The server says: “\(text)”.")
    }
}
