import Testing
import Tokenizers

@Suite("Pre-tokenizers")
struct PreTokenizerTests {
    @Test("split text where the reference expressions do", arguments: PreTokenizer.allCases)
    func golden(_ rules: PreTokenizer) throws {
        let rows = try GoldenFile<WordsRow>.load("words")
        #expect(rows.count >= 300)
        for row in rows {
            let expected =
                switch rules {
                case .gpt2: row.gpt2
                case .smollm: row.smollm
                case .qwen2: row.qwen2
                case .llamaBPE: row.llamaBPE
                }
            // Compared as bytes: to Swift, two spellings of an accent are the same string.
            let actual = rules.words(of: row.text).map { Array($0.utf8) }
            #expect(actual == expected.map { Array($0.utf8) }, "\(spelled(row.text))")
        }
    }

    @Test("keep every byte of the text", arguments: [PreTokenizer.gpt2, .smollm, .llamaBPE])
    func lossless(_ rules: PreTokenizer) throws {
        for row in try GoldenFile<TokensRow>.load("tokens") {
            #expect(Array(rules.words(of: row.text).joined().utf8) == Array(row.text.utf8))
        }
    }

    @Test("are found by the names that files use")
    func names() throws {
        #expect(try PreTokenizer(named: nil) == .gpt2)
        #expect(try PreTokenizer(named: "smollm") == .smollm)
        #expect(try PreTokenizer(named: "qwen2") == .qwen2)
        #expect(try PreTokenizer(named: "llama-bpe") == .llamaBPE)
    }

    @Test("report an unknown name with the supported ones")
    func unknown() {
        let error = #expect(throws: TokenizerError.self) { try PreTokenizer(named: "tekken") }
        #expect(error == .unknownPreTokenizer(name: "tekken"))
        #expect(error?.description.contains("tekken") == true)
        #expect(error?.description.contains("qwen2") == true)
    }
}
