import Foundation
import Models
import Testing

@Suite("Tokenizers in GGUF files")
struct GGUFTokenizerTests {
    private func open(_ build: (inout GGUFBuilder) -> Void) throws -> GGUFFile {
        var builder = GGUFBuilder()
        build(&builder)
        return try ReaderFixtures.opening(builder.file) { try GGUFFile(path: $0) }
    }

    private func fault(_ build: (inout GGUFBuilder) -> Void) throws -> ModelFileError? {
        #expect(throws: ModelFileError.self) { try open(build).tokenizer() }
    }

    @Test("are built from vocabulary and merges")
    func good() throws {
        let tokenizer = try open {
            $0.add("tokenizer.ggml.model", "gpt2")
            $0.add("tokenizer.ggml.pre", "qwen2")
            $0.add("tokenizer.ggml.tokens", ["a", "b", "ab"])
            $0.add("tokenizer.ggml.merges", ["a b"])
            $0.add("tokenizer.ggml.eos_token_id", 2)
        }.tokenizer()
        #expect(tokenizer.encode("aba") == [2, 0])
        #expect(tokenizer.endToken == 2 && tokenizer.beginToken == nil)
    }

    @Test("of an unsupported kind are named, with the supported ones")
    func unsupported() throws {
        let kind = try fault { $0.add("tokenizer.ggml.model", "bert") }
        #expect(kind?.code == .unsupported && kind?.found.contains("bert") == true)
        let rules = try fault {
            $0.add("tokenizer.ggml.model", "gpt2")
            $0.add("tokenizer.ggml.pre", "tekken")
            $0.add("tokenizer.ggml.tokens", ["a"])
            $0.add("tokenizer.ggml.merges", [String]())
        }
        #expect(rules?.code == .unsupported && rules?.found == "“tekken”")
        #expect(rules?.expected.contains("llama-bpe") == true)
    }

    @Test("that are inconsistent are refused")
    func malformed() throws {
        let end = try fault {
            $0.add("tokenizer.ggml.model", "gpt2")
            $0.add("tokenizer.ggml.tokens", ["a"])
            $0.add("tokenizer.ggml.merges", [String]())
            $0.add("tokenizer.ggml.eos_token_id", UInt32.max)
        }
        #expect(end?.code == .malformed)
        #expect(try fault { _ in }?.place == "key tokenizer.ggml.model")
        let absent = try fault { $0.add("tokenizer.ggml.model", "llama") }
        #expect(absent?.code == .incomplete && absent?.place == "key tokenizer.ggml.tokens")
    }

    @Test("cannot be read from split or misaligned files, or with duplicate keys")
    func structure() throws {
        #expect(try fault { $0.add("split.count", 2) }?.code == .unsupported)
        #expect(try fault { $0.add("general.alignment", 24) }?.code == .malformed)
        #expect(try fault { $0.add("general.alignment", 0) }?.code == .malformed)
        let twice = try fault {
            $0.add("a", 1)
            $0.add("a", 2)
        }
        #expect(twice?.found == "the key a twice")
    }
}
