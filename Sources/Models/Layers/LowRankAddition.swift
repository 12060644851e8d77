import Tensor

/// What an adapter adds to the weights of one layer: `scale · B · A`.
struct LowRankAddition: Sendable {
    private let factors: LoRAAdapter.Factors
    private let rank: Int
    private let scale: Float
    private let rowOrder: InterleavedHeads?

    /// - Parameters:
    ///   - factors: The layer's factors, in transformers' order.
    ///   - adapter: The adapter that they belong to.
    ///   - rowOrder: The order of the rows in the file, `nil` if it is that of transformers.
    init(_ factors: LoRAAdapter.Factors, of adapter: LoRAAdapter, rowOrder: InterleavedHeads?) {
        self.factors = factors
        rank = adapter.rank
        scale = adapter.scale
        self.rowOrder = rowOrder
    }

    /// Adds to one row of weights.
    ///
    /// - Parameters:
    ///   - row: A row of the file's matrix.
    ///   - weights: The weights of that row, `[inputs]`.
    func add(row: Int, to weights: UnsafeMutableBufferPointer<Float>) {
        precondition(weights.count == factors.inputs, "LowRankAddition: \(weights.count)")
        let inputs = factors.inputs
        let start = (rowOrder?.transformersRow(at: row) ?? row) * rank
        factors.up.withUnsafeBufferPointer { up in
            factors.down.withUnsafeBufferPointer { down in
                guard let weights = weights.baseAddress, let down = down.baseAddress else { return }
                var part = 0
                // Four at once: the row of weights is read and written a quarter as often.
                while part + 4 <= rank {
                    let a = down + part &* inputs
                    let (b, c, d) = (a + inputs, a + 2 &* inputs, a + 3 &* inputs)
                    let (p, q, r, s) = (
                        scale * up[start &+ part], scale * up[start &+ part &+ 1],
                        scale * up[start &+ part &+ 2], scale * up[start &+ part &+ 3]
                    )
                    for index in 0..<inputs {
                        weights[index] +=
                            p * a[index] + q * b[index] + (r * c[index] + s * d[index])
                    }
                    part += 4
                }
                while part < rank {
                    let a = down + part &* inputs
                    let p = scale * up[start &+ part]
                    for index in 0..<inputs { weights[index] += p * a[index] }
                    part += 1
                }
            }
        }
    }
}

/// The source of a layer's weights: a tensor, and what an adapter adds to it.
struct LayerSource: Sendable {
    let tensor: GGUFTensor
    let addition: LowRankAddition?

    init(_ tensor: GGUFTensor, _ addition: LowRankAddition? = nil) {
        self.tensor = tensor
        self.addition = addition
    }

    /// Whether the codes of the file can be packed as they are.
    var groupBits: Int? { addition == nil ? tensor.groupBits : nil }

    /// The format to pack for a path.
    ///
    /// Merged weights fall between the 4-bit codes of the file, and rounding to 4 bits again would
    /// cost up to half a step of the original; they are packed as 8-bit codes.
    func format(for path: WeightPath) -> MatrixFormat {
        addition != nil && path == .int8 ? .int8 : path.format(for: tensor.type)
    }

    /// Converts a row to `Float`, with the addition.
    func dequantise(row: Int, into output: UnsafeMutableBufferPointer<Float>) {
        tensor.dequantise(row: row, into: output)
        addition?.add(row: row, to: output)
    }
}
