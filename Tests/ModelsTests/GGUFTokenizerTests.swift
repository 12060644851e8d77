import Foundation
import Models
import Testing

@Suite("Tokenizers in GGUF files")
struct GGUFTokenizerTests {
    /// Metadata of a file without tensors.
    private struct Builder {
        var bytes: [UInt8] = []
        var entries = 0

        mutating func number(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }

        mutating func text(_ value: String) {
            number(UInt64(value.utf8.count))
            bytes.append(contentsOf: value.utf8)
        }

        mutating func add(_ key: String, _ value: String) {
            entries += 1
            text(key)
            number(UInt32(8))
            text(value)
        }

        mutating func add(_ key: String, _ value: UInt32) {
            entries += 1
            text(key)
            number(UInt32(4))
            number(value)
        }

        mutating func add(_ key: String, _ values: [String]) {
            entries += 1
            text(key)
            number(UInt32(9))
            number(UInt32(8))
            number(UInt64(values.count))
            for value in values { text(value) }
        }

        var file: [UInt8] {
            var head = Builder()
            head.bytes = Array("GGUF".utf8)
            head.number(UInt32(3))
            head.number(UInt64(0))
            head.number(UInt64(entries))
            return head.bytes + bytes
        }
    }

    private func open(_ build: (inout Builder) -> Void) throws -> GGUFFile {
        var builder = Builder()
        build(&builder)
        return try ReaderFixtures.opening(builder.file) { try GGUFFile(path: $0) }
    }

    private func fault(_ build: (inout Builder) -> Void) throws -> ModelFileError? {
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

    @Test("that are not implemented are named, with those that are")
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

    @Test("that contradict themselves are refused")
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

    @Test("are not reached in files that are parts, misaligned or have a key twice")
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
