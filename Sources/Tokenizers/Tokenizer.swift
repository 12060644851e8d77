/// Turns text into the token numbers of a model, and back.
package protocol Tokenizer: Sendable {
    /// Tokens are numbered from 0 to this − 1.
    var vocabularySize: Int { get }
    /// What a model expects before the text, if anything.
    var beginToken: Int32? { get }
    /// What a model writes when it has finished.
    var endToken: Int32? { get }
    /// Whether the model was trained with ``beginToken`` before every text; `encode` adds none.
    var addsBeginToken: Bool { get }

    /// Splits text into tokens.
    ///
    /// - Parameters:
    ///   - text: Any text; what the vocabulary cannot express is left out or becomes its token for
    ///     the unknown.
    ///   - parsingSpecial: Whether the names of special tokens in the text, such as `<|im_end|>`,
    ///     stand for those tokens. Never for text of others: it could pretend to be a prompt.
    /// - Returns: Tokens in the order of the text.
    func encode(_ text: String, parsingSpecial: Bool) -> [Int32]

    /// Splits text that goes on where other text ended.
    ///
    /// It differs from `encode` only where a tokenizer puts a space before every text.
    func encodeContinuation(_ text: String) -> [Int32]

    /// The bytes that a token stands for; none for a special token or a number out of range.
    ///
    /// They need not be whole characters.
    func bytes(of token: Int32) -> [UInt8]
}

extension Tokenizer {
    package func encode(_ text: String) -> [Int32] {
        encode(text, parsingSpecial: false)
    }

    package func encodeContinuation(_ text: String) -> [Int32] {
        encode(text, parsingSpecial: false)
    }

    /// The tokens of a prompt; a model needs at least one.
    ///
    /// Names of special tokens in it are plain text: prompts hold names that others wrote.
    package func promptTokens(_ prompt: String) -> [Int32] {
        let tokens = encode(prompt)
        guard addsBeginToken || tokens.isEmpty else { return tokens }
        return [beginToken ?? endToken ?? 0] + tokens
    }

    /// The text of tokens; bytes that are no UTF-8 become U+FFFD.
    package func decode(_ tokens: [Int32]) -> String {
        String(decoding: tokens.flatMap(bytes(of:)), as: UTF8.self)
    }
}
