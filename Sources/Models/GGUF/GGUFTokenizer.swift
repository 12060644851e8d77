package import Tokenizers

extension GGUFFile {
    /// Builds the tokenizer that the file contains.
    ///
    /// - Throws: ``ModelFileError`` when there is none, when its parts contradict each other, or when it
    ///   is of a kind that is not implemented.
    package func tokenizer() throws -> any Tokenizer {
        let kind = try metadata.string("tokenizer.ggml.model")
        do {
            switch kind {
            case "gpt2":
                return try bytePairTokenizer()
            case "llama":
                return try sentencePieceTokenizer()
            default:
                throw ModelFileError(
                    .unsupported,
                    file: path,
                    at: "key tokenizer.ggml.model",
                    found: "a tokenizer of kind “\(kind)”",
                    expected: "“gpt2” (byte-level) or “llama” (SentencePiece)"
                )
            }
        } catch let error as TokenizerError {
            throw ModelFileError(error, file: path)
        }
    }

    private func bytePairTokenizer() throws -> BytePairTokenizer {
        try BytePairTokenizer(
            vocabulary: metadata.strings("tokenizer.ggml.tokens"),
            merges: metadata.strings("tokenizer.ggml.merges"),
            kinds: metadata.contains("tokenizer.ggml.token_type")
                ? metadata.integers("tokenizer.ggml.token_type") : [],
            preTokenizer: PreTokenizer(named: metadata.stringIfPresent("tokenizer.ggml.pre")),
            beginToken: specialToken("bos"),
            endToken: specialToken("eos"),
            addsBeginToken: metadata.boolIfPresent("tokenizer.ggml.add_bos_token") ?? false
        )
    }

    private func sentencePieceTokenizer() throws -> SentencePieceTokenizer {
        try SentencePieceTokenizer(
            vocabulary: metadata.strings("tokenizer.ggml.tokens"),
            scores: metadata.numbers("tokenizer.ggml.scores").map(Float.init),
            kinds: metadata.integers("tokenizer.ggml.token_type"),
            addsSpacePrefix: metadata.boolIfPresent("tokenizer.ggml.add_space_prefix") ?? true,
            beginToken: specialToken("bos"),
            endToken: specialToken("eos"),
            addsBeginToken: metadata.boolIfPresent("tokenizer.ggml.add_bos_token") ?? true
        )
    }

    private func specialToken(_ name: String) throws -> Int32? {
        let key = "tokenizer.ggml.\(name)_token_id"
        guard let number = try metadata.integerIfPresent(key) else { return nil }
        guard let token = Int32(exactly: number), token >= 0 else {
            throw ModelFileError(
                .malformed,
                file: path,
                at: "key \(key)",
                found: "\(number)",
                expected: "a token number from 0 to 2³¹ − 1"
            )
        }
        return token
    }
}

extension ModelFileError {
    /// Converts an error in tokenizer data to one of the file that holds the data.
    init(_ error: TokenizerError, file: String) {
        switch error {
        case .unknownPreTokenizer(let name):
            self.init(
                .unsupported,
                file: file,
                at: "pre-tokenizer",
                found: "“\(name)”",
                expected: "one of "
                    + PreTokenizer.allCases.map(\.rawValue).joined(separator: ", ")
            )
        case .inconsistent(let found, let expected):
            self.init(.malformed, file: file, at: "tokenizer", found: found, expected: expected)
        }
    }
}
