package import Tensor

/// The arithmetic that a model runs in; chosen when its weights are loaded.
package enum WeightPath: String, Hashable, Sendable, CaseIterable, Codable {
    /// 32-bit weights and activations: the reference, slow and large.
    case float32
    /// bfloat16 weights and activations, summed in 32 bits.
    case bfloat16
    /// 4- or 8-bit codes times 8-bit activations; the file's own codes where it has them.
    case int8

    /// The format that activations are rounded to before a product.
    package var activations: ActivationFormat {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .int8: .int8
        }
    }

    /// The format in which to pack a matrix that its file stores as `type`.
    ///
    /// On the int8 path a type that has no codes for groups of 32 is packed as 8-bit codes.
    func format(for type: GGUFTensorType) -> MatrixFormat {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .int8: type.groupBits == 4 ? .int4 : .int8
        }
    }
}
