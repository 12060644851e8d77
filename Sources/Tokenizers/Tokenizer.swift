/// Converts text to the token numbers of a model, and back.
package protocol Tokenizer: Sendable {
    /// The number of tokens; they are numbered from 0.
    var vocabularySize: Int { get }
    /// The token that the model expects before a text, if any.
    var beginToken: Int32? { get }
    /// The token that the model generates at the end, if any.
    var endToken: Int32? { get }
    /// Whether the model was trained with ``beginToken`` before every text; `encode` does not add it.
    var addsBeginToken: Bool { get }

    /// Splits text into tokens.
    ///
    /// - Parameters:
    ///   - text: Any text; what the vocabulary cannot express is left out or becomes the unknown
    ///     token.
    ///   - parsingSpecial: Whether the names of special tokens in the text, such as `<|im_end|>`, stand
    ///     for those tokens. Never set it for text from others, which could then pose as a prompt.
    /// - Returns: Tokens in the order of the text.
    func encode(_ text: String, parsingSpecial: Bool) -> [Int32]

    /// Splits text that continues other text into tokens.
    ///
    /// It differs from `encode` only in tokenizers that put a space before every text.
    func encodeContinuation(_ text: String) -> [Int32]

    /// The bytes that a token stands for; empty for a special token or a number out of range.
    ///
    /// They may be part of a character.
    func bytes(of token: Int32) -> [UInt8]
}

extension Tokenizer {
    package func encode(_ text: String) -> [Int32] {
        encode(text, parsingSpecial: false)
    }

    package func encodeContinuation(_ text: String) -> [Int32] {
        encode(text, parsingSpecial: false)
    }

    /// The tokens of a prompt; at least one, which every model needs.
    ///
    /// Names of special tokens are plain text in it, because prompts contain names that others wrote.
    package func promptTokens(_ prompt: String) -> [Int32] {
        let tokens = encode(prompt)
        guard addsBeginToken || tokens.isEmpty else { return tokens }
        return [beginToken ?? endToken ?? 0] + tokens
    }

    /// The text of tokens; invalid UTF-8 becomes U+FFFD.
    package func decode(_ tokens: [Int32]) -> String {
        String(decoding: tokens.flatMap(bytes(of:)), as: UTF8.self)
    }
}
