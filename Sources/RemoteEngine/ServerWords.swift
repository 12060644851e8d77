import Foundation
import Inference
import Contract

/// What a server says beside a status that is none of success.
struct ServerWords {
    /// Its message where there is one, else the body; at most 300 characters on one line.
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

    /// OpenAI's servers have `error.message`, others `error`, `message` or `detail`.
    private static func message(in value: Any?) -> String? {
        guard let object = value as? [String: Any] else { return nil }
        if let error = object["error"] { return error as? String ?? message(in: error) }
        return object["message"] as? String ?? object["detail"] as? String
    }

    /// The fault of a question that is longer than the model's context; `nil` if these words are of
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
