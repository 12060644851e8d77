import Engine
import FoundationEssentials
import Inference
import Models
import Tensor
import Testing

@Suite("Loading")
struct EngineLoaderTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/taxod-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test("a model's identity has its name, the hash of its weights, and its arithmetic")
    func identity() throws {
        let model = try EngineFixtures.tiny("tiny-qwen2.gguf", .int8, level: .portable)
        #expect(model.identity.name == "tiny-qwen2")
        #expect(model.identity.path == "int8 portable")
        let path = "\(GoldenFiles.folder)/tiny-qwen2.gguf"
        #expect(try model.identity.sha256 == MappedFile(path: path).sha256())
        let encoder = try TextEncoderTests.tiny(.int8)
        #expect(encoder.identity.name == "tiny-bert")
        #expect(encoder.identity.path == "bfloat16 \(KernelLevel.current.rawValue)")
    }

    @Test("a hash is cached until the file changes")
    func hashes() throws {
        try withFolder { folder in
            let (file, note) = (folder + "/weights", folder + "/hashes.json")
            try Data("one".utf8).write(to: URL(filePath: file))
            let first = try WeightHashes(path: note).sha256(of: file)
            #expect(first == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed")
            // A wrong hash in the cache file proves that the file is read.
            let text = String(
                decoding: try Data(contentsOf: URL(filePath: note)),
                as: UTF8.self
            )
            try Data(text.replacing(first, with: "noted").utf8).write(to: URL(filePath: note))
            #expect(try WeightHashes(path: note).sha256(of: file) == "noted")
            #expect(try WeightHashes(path: note).sha256(of: file, known: "given") == "given")
            #expect(try WeightHashes(path: note).sha256(of: file) == "given")
            try Data("two".utf8).write(to: URL(filePath: file), options: .atomic)
            #expect(
                try WeightHashes(path: note).sha256(of: file)
                    == "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
            )
            try Data("{".utf8).write(to: URL(filePath: note))
            #expect(try WeightHashes(path: note).sha256(of: file).hasPrefix("3fc4ccfe"))
        }
    }

    @Test("a missing file, a file that is not a model, and an encoder's file are refused by name")
    func refused() throws {
        for path in ["/nonexistent.gguf", "\(GoldenFiles.folder)/smollm2.json"] {
            #expect {
                try EngineLoader().languageModel(.init(path: path))
            } throws: {
                ($0 as? ModelFileError)?.file == path
            }
        }
        #expect(throws: ModelFileError.self) {
            try EngineLoader().textEncoder(.init(path: GoldenFiles.folder))
        }
    }

    @Test(
        "an encoder's folder with unsupported settings is refused with the file's name",
        arguments: [
            ("config.json", "\"bert\"", "\"mpnet\""), ("config.json", "\"gelu\"", "\"relu\""),
            ("config.json", "\"hidden_size\": 48", "\"hidden_size\": 49"),
            ("config.json", "\"vocab_size\": 134", "\"vocab_size\": 100"),
            ("config.json", "{", "["),
            (
                "1_Pooling/config.json", "\"pooling_mode_max_tokens\": false",
                "\"pooling_mode_max_tokens\": true"
            ),
            (
                "1_Pooling/config.json", "\"pooling_mode_mean_tokens\": false",
                "\"pooling_mode_mean_tokens\": true"
            ),
            ("sentence_bert_config.json", "12", "1"),
        ]
    )
    func encoderSettings(_ file: String, _ old: String, _ new: String) throws {
        try withFolder { folder in
            let copy = folder + "/encoder"
            try FileManager.default.copyItem(
                atPath: "\(GoldenFiles.folder)/tiny-bert",
                toPath: copy
            )
            let path = URL(filePath: "\(copy)/\(file)")
            let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
            try #require(text.contains(old))
            try Data(text.replacing(old, with: new).utf8).write(to: path)
            #expect(throws: ModelFileError.self) {
                try EngineLoader().textEncoder(.init(path: copy))
            }
        }
    }

    @Test("mean pooling and CLS pooling give different vectors")
    func pooling() throws {
        try withFolder { folder in
            let copy = folder + "/encoder"
            try FileManager.default.copyItem(
                atPath: "\(GoldenFiles.folder)/tiny-bert",
                toPath: copy
            )
            try FileManager.default.removeItem(atPath: copy + "/1_Pooling")
            let mean = try EngineLoader().textEncoder(.init(path: copy))
            #expect(try mean.encode(["heart"]) != TextEncoderTests.tiny(.int8).encode(["heart"]))
        }
    }
}
