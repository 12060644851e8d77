import Testing
import Tokenizers

@Suite("WordPiece tokenizer")
struct WordPieceTokenizerTests {
    // [PAD]=0 [UNK]=1 [CLS]=2 [SEP]=3 heart=4 ##s=5 ache=6 ##ache=7 ,=8 É=9 e=10 中=11 a=12 ##a=13
    private static let vocabulary = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "heart", "##s", "ache", "##ache", ",", "É", "e", "中",
        "a", "##a",
    ]

    private func tokenizer(
        maximumTokens: Int = 16,
        lowercases: Bool = true,
        stripsAccents: Bool? = nil,
        separatesIdeographs: Bool = true
    ) throws -> WordPieceTokenizer {
        try WordPieceTokenizer(
            vocabulary: Self.vocabulary,
            maximumTokens: maximumTokens,
            lowercases: lowercases,
            stripsAccents: stripsAccents,
            separatesIdeographs: separatesIdeographs
        )
    }

    @Test("takes the longest piece first, and [UNK] for a word that it cannot spell")
    func pieces() throws {
        let tokenizer = try tokenizer()
        #expect(tokenizer.encode("Heartaches, hearts") == [4, 7, 5, 8, 4, 5])
        #expect(tokenizer.encode("heartzs ache") == [1, 6])
        #expect(tokenizer.encode("  ") == [])
    }

    @Test("folds case and accents only as configured")
    func folding() throws {
        #expect(try tokenizer().encode("É") == [10])
        #expect(try tokenizer(lowercases: false).encode("É Heart heart") == [9, 1, 4])
        #expect(try tokenizer(lowercases: false, stripsAccents: true).encode("e\u{301}") == [10])
        #expect(try tokenizer(stripsAccents: false).encode("e\u{301}") == [1])
    }

    @Test("makes every ideograph a word only as configured")
    func ideographs() throws {
        #expect(try tokenizer().encode("中中") == [11, 11])
        #expect(try tokenizer(separatesIdeographs: false).encode("中中") == [1])
    }

    @Test("adds [CLS] and [SEP] to a sequence and truncates it to the limit")
    func sequence() throws {
        #expect(try tokenizer().encodeSequence("") == [2, 3])
        #expect(try tokenizer().encodeSequence("heart") == [2, 4, 3])
        #expect(try tokenizer(maximumTokens: 4).encodeSequence("heartaches") == [2, 4, 7, 3])
        #expect(try tokenizer(maximumTokens: 2).encodeSequence("heart") == [2, 3])
        let long = String(repeating: "a ", count: 9_999)
        #expect(try tokenizer(maximumTokens: 9).encodeSequence(long).count == 9)
    }

    @Test("treats special tokens as text unless told otherwise")
    func specialTokens() throws {
        #expect(try tokenizer().encode("[SEP]").contains(3) == false)
        #expect(try tokenizer().encode("heart[SEP]", parsingSpecial: true) == [4, 3])
    }

    @Test("splits words of up to 100 scalars, none longer")
    func longWords() throws {
        let known = String(repeating: "a", count: 100)
        #expect(try tokenizer().encode(known) == [12] + Array(repeating: 13, count: 99))
        #expect(try tokenizer().encode(known + "a") == [1])
    }

    @Test("refuses a vocabulary without its special tokens")
    func refusals() {
        #expect(throws: TokenizerError.self) {
            try WordPieceTokenizer(vocabulary: ["a"], maximumTokens: 16)
        }
        #expect(throws: TokenizerError.self) { try tokenizer(maximumTokens: 1) }
    }
}
