import Foundation

/// A golden file made by `make_golden.py`; its rows are arrays of mixed types.
struct GoldenFile<Row: Decodable>: Decodable {
    let rows: [Row]

    static func load(_ name: String) throws -> [Row] {
        let url = Bundle.module.bundleURL.appending(path: "Golden/\(name).json")
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url)).rows
    }
}

/// A text with the tokens that the reference tokenizers give.
struct TokensRow: Decodable {
    let text: String
    let smollm2: [Int32]
    let minilm: [Int32]

    init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        text = try row.decode(String.self)
        smollm2 = try row.decode([Int32].self)
        minilm = try row.decode([Int32].self)
    }
}

/// A text with the words that the reference expressions find.
struct WordsRow: Decodable {
    let text: String
    let gpt2: [String]
    let smollm: [String]
    let qwen2: [String]
    let llamaBPE: [String]

    init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        text = try row.decode(String.self)
        gpt2 = try row.decode([String].self)
        smollm = try row.decode([String].self)
        qwen2 = try row.decode([String].self)
        llamaBPE = try row.decode([String].self)
    }
}

/// The scalars of a text, written so that a difference can be seen.
func spelled(_ text: String) -> String {
    text.debugDescription + " "
        + text.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
}
