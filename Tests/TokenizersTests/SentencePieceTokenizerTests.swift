import Foundation
import Testing
import Tokenizers

@Suite("SentencePiece tokenizer")
struct SentencePieceTokenizerTests {
    private struct Golden: Decodable {
        let pieces: [String]
        let scores: [Float]
        let kinds: [Int]
        let texts: [String]
        let tokens: [[Int32]]

        static func load() throws -> Golden {
            let url = Bundle.module.bundleURL.appending(path: "Golden/sentencepiece.json")
            return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        }

        func tokenizer(addsSpacePrefix: Bool = true) throws -> SentencePieceTokenizer {
            try SentencePieceTokenizer(
                vocabulary: pieces,
                scores: scores,
                kinds: kinds,
                addsSpacePrefix: addsSpacePrefix,
                beginToken: 1,
                endToken: 2
            )
        }
    }

    @Test("gives the tokens of the reference library")
    func golden() throws {
        let golden = try Golden.load()
        let tokenizer = try golden.tokenizer()
        #expect(golden.texts.count >= 500)
        for (text, tokens) in zip(golden.texts, golden.tokens) {
            #expect(tokenizer.encode(text) == tokens, "\(spelled(text))")
            let isWhole = text.isEmpty || tokenizer.decode(tokens) == " " + text
            #expect(isWhole, "\(spelled(text))")
        }
    }

    @Test("merges the pair with the highest score, the leftmost of equal ones")
    func order() throws {
        func encode(_ text: String, _ pieces: [String], _ scores: [Float]) throws -> [Int32] {
            try SentencePieceTokenizer(
                vocabulary: pieces,
                scores: scores,
                kinds: pieces.map { _ in 1 },
                addsSpacePrefix: false
            ).encode(text)
        }
        #expect(try encode("aaa", ["a", "aa"], [-2, -1]) == [1, 0])
        #expect(try encode("abc", ["a", "c", "ab", "bc"], [-4, -3, -2, -1]) == [0, 3])
    }

    @Test("puts a space before a text, and none before its continuation")
    func continuation() throws {
        let tokenizer = try Golden.load().tokenizer()
        #expect(tokenizer.decode(tokenizer.encode("disease")) == " disease")
        #expect(tokenizer.decode(tokenizer.encodeContinuation("disease")) == "disease")
        #expect(tokenizer.encodeContinuation(" disease") == tokenizer.encode("disease"))
        let plain = try Golden.load().tokenizer(addsSpacePrefix: false)
        #expect(plain.encode(" disease") == tokenizer.encode("disease"))
    }

    @Test("treats special tokens as text unless told otherwise")
    func specialTokens() throws {
        let tokenizer = try Golden.load().tokenizer()
        #expect(!tokenizer.encode("</s>").contains(2))
        #expect(tokenizer.encode("<s>disease</s>", parsingSpecial: true).first == 1)
        #expect(tokenizer.encode("<s>disease</s>", parsingSpecial: true).last == 2)
        #expect(tokenizer.bytes(of: 2) == [])
    }

    @Test("encodes a very long text in less than quadratic time")
    func longText() throws {
        let tokenizer = try Golden.load().tokenizer()
        let text = String(repeating: "syndrome", count: 20_000)
        #expect(tokenizer.decode(tokenizer.encodeContinuation(text)) == text)
    }

    @Test("refuses inconsistent data")
    func refusals() {
        func make(_ scores: [Float], _ kinds: [Int], _ pieces: [String] = ["a", "b"]) throws {
            _ = try SentencePieceTokenizer(vocabulary: pieces, scores: scores, kinds: kinds)
        }
        #expect(throws: TokenizerError.self) { try make([0], [1, 1]) }
        #expect(throws: TokenizerError.self) { try make([0, .nan], [1, 1]) }
        #expect(throws: TokenizerError.self) { try make([0, 0], [1]) }
        #expect(throws: TokenizerError.self) { try make([0, 0], [1, 6]) }
        #expect(throws: TokenizerError.self) { try make([], [], []) }
    }
}
