import Models
import Tensor

/// A frozen linear layer, packed for both directions.
struct FrozenLayer: Sendable {
    /// W, `[outputs, inputs]`.
    let forward: PackedMatrix
    /// Wᵀ, `[inputs, outputs]`.
    let backward: PackedMatrix
    /// `[outputs]`, or empty.
    let bias: [Float]

    var inputs: Int { forward.inputs }
    var outputs: Int { forward.outputs }
    var byteCount: Int { forward.byteCount + backward.byteCount }

    /// - Parameters:
    ///   - weights: `[outputs, inputs]`, row-major.
    ///   - inputs: Columns of the weights.
    ///   - bias: One number for each output, or empty.
    ///   - format: How to store W and Wᵀ.
    init(_ weights: [Float], inputs: Int, bias: [Float] = [], format: MatrixFormat) {
        let outputs = weights.count / inputs
        precondition(
            weights.count == outputs * inputs && (bias.isEmpty || bias.count == outputs),
            "FrozenLayer: \(weights.count) weights for \(inputs) inputs, bias \(bias.count)"
        )
        forward = PackedMatrix(outputs: outputs, inputs: inputs, format: format) { row, target in
            for column in 0..<inputs { target[column] = weights[row &* inputs &+ column] }
        }
        backward = PackedMatrix(outputs: inputs, inputs: outputs, format: format) { row, target in
            for column in 0..<outputs { target[column] = weights[column &* inputs &+ row] }
        }
        self.bias = bias
    }
}

/// The layer that turns states into logits, packed for both directions.
struct FrozenHead: Sendable {
    /// Tokens per slice of the backward pass, so that rows of gradients stay in the second-level
    /// cache.
    static let slice = 4096

    /// `[vocabulary, dimension]`.
    let forward: PackedMatrix
    /// The columns of the transpose in slices, each `[dimension, slice]`.
    let backward: [(tokens: Range<Int>, matrix: PackedMatrix)]

    init(_ tensor: GGUFTensor, format: MatrixFormat) {
        let (vocabulary, dimension) = (tensor.rows, tensor.columns)
        forward = PackedMatrix(outputs: vocabulary, inputs: dimension, format: format) {
            tensor.dequantise(row: $0, into: $1)
        }
        var slices: [(Range<Int>, PackedMatrix)] = []
        for start in stride(from: 0, to: vocabulary, by: Self.slice) {
            let tokens = start..<min(start + Self.slice, vocabulary)
            var rows = [Float](repeating: 0, count: tokens.count * dimension)
            rows.withUnsafeMutableBufferPointer { buffer in
                for (index, token) in tokens.enumerated() {
                    let row = buffer[index * dimension..<(index + 1) * dimension]
                    tensor.dequantise(row: token, into: UnsafeMutableBufferPointer(rebasing: row))
                }
            }
            let count = tokens.count
            let matrix = PackedMatrix(outputs: dimension, inputs: count, format: format) {
                channel,
                target in
                for index in 0..<count { target[index] = rows[index &* dimension &+ channel] }
            }
            slices.append((tokens, matrix))
        }
        backward = slices
    }

    var byteCount: Int { backward.reduce(forward.byteCount) { $0 + $1.matrix.byteCount } }
}
