import Testing
import Tokenizers

@Suite("Byte-pair tokenizer")
struct BytePairTokenizerTests {
    // h=0 u=1 g=2 p=3 n=4 b=5 s=6 Ġ=7 ug=8 un=9 hug=10 Ġhug=11 hugs=12 <end>=13
    private static let vocabulary = [
        "h", "u", "g", "p", "n", "b", "s", "Ġ", "ug", "un", "hug", "Ġhug", "hugs", "<end>",
    ]
    private static let merges = ["u g", "u n", "h ug", "Ġ hug", "hug s"]

    private func tokenizer(_ rules: PreTokenizer = .gpt2) throws -> BytePairTokenizer {
        try BytePairTokenizer(
            vocabulary: Self.vocabulary,
            merges: Self.merges,
            kinds: Array(repeating: 1, count: 13) + [3],
            preTokenizer: rules,
            endToken: 13
        )
    }

    @Test("merges in the order of the list, not of the text")
    func mergeOrder() throws {
        let tokenizer = try tokenizer()
        #expect(tokenizer.encode("hug") == [10])
        #expect(tokenizer.encode("pun") == [3, 9])
        #expect(tokenizer.encode("hugs hug") == [12, 11])
        // Left to right, “un” would come first and leave the “g”.
        #expect(tokenizer.encode("ung") == [9, 2])
        #expect(tokenizer.encode("hhugg") == [0, 10, 2])
    }

    @Test("takes a word as one token only if the model was trained that way")
    func wholeWords() throws {
        let vocabulary = ["a", "b", "c", "bc", "abc"]
        func encode(_ rules: PreTokenizer) throws -> [Int32] {
            try BytePairTokenizer(vocabulary: vocabulary, merges: ["b c"], preTokenizer: rules)
                .encode("abc")
        }
        #expect(try encode(.llamaBPE) == [4])
        #expect(try encode(.qwen2) == [0, 3])
    }

    @Test("skips bytes that are not in the vocabulary, and merges across them")
    func missingBytes() throws {
        #expect(try tokenizer().encode("hzug") == [10])
        #expect(try tokenizer().encode("é") == [])
    }

    @Test("treats special tokens as text unless told otherwise")
    func specialTokens() throws {
        let tokenizer = try tokenizer()
        #expect(tokenizer.encode("hug<end>") == [10, 4])
        #expect(tokenizer.encode("hug<end> hug", parsingSpecial: true) == [10, 13, 11])
        #expect(tokenizer.encode("<end><end>", parsingSpecial: true) == [13, 13])
        #expect(tokenizer.bytes(of: 13) == [])
        #expect(tokenizer.endToken == 13)
    }

    @Test("decodes to the bytes that tokens stand for")
    func decoding() throws {
        let tokenizer = try tokenizer()
        #expect(tokenizer.decode([12, 11, 13]) == "hugs hug")
        #expect(tokenizer.bytes(of: 7) == [0x20])
        #expect(tokenizer.bytes(of: 99) == [] && tokenizer.bytes(of: -1) == [])
    }

    @Test("encodes a very long word as its parts, in less than quadratic time")
    func longWord() throws {
        let tokenizer = try tokenizer()
        let word = String(repeating: "hugs", count: 50_000)
        #expect(tokenizer.encode(word) == Array(repeating: 12, count: 50_000))
        // Just below and above the length from which a heap is used.
        for length in 40...60 {
            let text = String(String(repeating: "unhugspug", count: 8).prefix(length))
            let twice = tokenizer.encode(text + " " + text)
            #expect(tokenizer.decode(twice) == text + " " + text)
        }
    }

    @Test("refuses inconsistent data")
    func refusals() {
        func make(_ merges: [String], kinds: [Int] = [], endToken: Int32? = nil) throws {
            _ = try BytePairTokenizer(
                vocabulary: Self.vocabulary,
                merges: merges,
                kinds: kinds,
                preTokenizer: .gpt2,
                endToken: endToken
            )
        }
        #expect(throws: TokenizerError.self) { try make(["u"]) }
        #expect(throws: TokenizerError.self) { try make(["u g h"]) }
        #expect(throws: TokenizerError.self) { try make([], kinds: [1, 1]) }
        #expect(throws: TokenizerError.self) { try make([], endToken: 14) }
        #expect(throws: TokenizerError.self) { try make([], endToken: -1) }
        #expect(throws: TokenizerError.self) {
            try BytePairTokenizer(vocabulary: [], merges: [], preTokenizer: .gpt2)
        }
    }
}
