import Foundation
import Models
import Testing
import Tokenizers

@Suite(
    "The default models' tokenizers",
    .enabled(if: TestModels.areThere, TestModels.absence)
)
struct GoldenTokensTests {
    @Test("the decoder's gives the reference's tokens, which decode to the text")
    func decoder() throws {
        let tokenizer = try GGUFFile(path: TestModels.decoder).tokenizer()
        let rows = try GoldenFile<TokensRow>.load("tokens")
        #expect(rows.count >= 2_000)
        for row in rows {
            let tokens = tokenizer.encode(row.text)
            #expect(tokens == row.smollm2, "\(spelled(row.text))")
        }
        for row in rows.prefix(1_600) {
            #expect(tokenizer.decode(row.smollm2) == row.text)
        }
    }

    @Test("the encoder's gives the reference's tokens")
    func encoder() throws {
        let tokenizer = try WordPieceTokenizer(modelFolder: TestModels.encoder)
        let rows = try GoldenFile<TokensRow>.load("tokens")
        for row in rows {
            #expect(tokenizer.encode(row.text) == row.minilm, "\(spelled(row.text))")
        }
        #expect(tokenizer.maximumTokens == 256)
        #expect(tokenizer.encodeSequence("heart") == [101, 2540, 102])
    }

    @Test("chat markers become their tokens on request")
    func special() throws {
        let tokenizer = try GGUFFile(path: TestModels.decoder).tokenizer()
        #expect(
            tokenizer.encode("<|im_start|>user\n", parsingSpecial: true)
                == [1] + tokenizer.encode("user\n")
        )
        #expect(tokenizer.encode("<|im_start|>") != [1])
        #expect(tokenizer.beginToken == 1 && tokenizer.endToken == 2)
        #expect(tokenizer.vocabularySize == 49_152 && !tokenizer.addsBeginToken)
    }
}
