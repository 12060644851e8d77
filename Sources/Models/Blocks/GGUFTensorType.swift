/// How a GGUF file stores the weights of a tensor.
///
/// Weights come in blocks along a row. The raw value is the file's own number for the type.
///
/// ## Source
/// GGUF specification, version 3, and the block layouts of ggml (`ggml-quants.h`).
package enum GGUFTensorType: Int, Hashable, Sendable, CaseIterable {
    case float32 = 0
    case float16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case bfloat16 = 30

    /// Weights in a block.
    package var blockElements: Int {
        switch self {
        case .float32, .float16, .bfloat16: 1
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
        case .q4_K, .q5_K, .q6_K: 256
        }
    }

    /// Bytes of a block.
    package var blockBytes: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .q4_0: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q4_K: 144
        case .q5_K: 176
        case .q6_K: 210
        }
    }

    /// The bits, 4 or 8, that hold an unsigned code of a group of 32 weights.
    ///
    /// A weight of such a type is exactly `scale · code + offset`. `nil` for a type without that form:
    /// the float types have no codes, and Q6_K has a scale for every 16 weights.
    package var groupBits: Int? {
        switch self {
        case .q4_0, .q4_1, .q4_K: 4
        case .q5_0, .q5_1, .q8_0, .q5_K: 8
        case .float32, .float16, .bfloat16, .q6_K: nil
        }
    }

    /// The name by which ggml's tools know the type.
    package var name: String { Self.name(of: rawValue) }

    /// The name of the type with this number in files, supported or not.
    static func name(of number: Int) -> String {
        names[number] ?? "unknown type \(number)"
    }

    private static let names: [Int: String] = [
        0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
        10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS",
        17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S",
        23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M",
        30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
    ]
}
