package import Tensor

/// Linear layers that read the same activations, side by side in one output.
///
/// `output[r, o] = Σ input[r, k] · weight[o, k] + bias[o]`, the outputs of the layers one after
/// another. Neighbours stored alike form one matrix, so that query, key and value, or gate and up,
/// are one product; a file that stores them differently costs a product for each.
package struct LinearLayer: Sendable {
    package let inputs: Int
    package let outputs: Int
    private let parts: [(outputs: Range<Int>, matrix: PackedMatrix)]
    /// `[outputs]`, or empty.
    private let bias: [Float]

    /// Memory of the weights.
    package var byteCount: Int { parts.reduce(0) { $0 + $1.matrix.byteCount } }

    /// Packs layers from tensors of a GGUF file.
    ///
    /// - Parameters:
    ///   - tensors: Matrices `[outputs, inputs]`, their shapes checked already.
    ///   - bias: One number for each output of all layers, or none.
    ///   - path: The arithmetic to pack for.
    init(_ tensors: [GGUFTensor], bias: [Float] = [], path: WeightPath) {
        var runs: [[GGUFTensor]] = []
        for tensor in tensors {
            if let last = runs.last?.last, Self.alike(last, tensor, path) {
                runs[runs.count - 1].append(tensor)
            } else {
                runs.append([tensor])
            }
        }
        var parts: [(Range<Int>, PackedMatrix)] = []
        var outputs = 0
        for run in runs {
            let matrix = Self.packed(run, path)
            parts.append((outputs..<outputs + matrix.outputs, matrix))
            outputs += matrix.outputs
        }
        precondition(bias.isEmpty || bias.count == outputs, "LinearLayer: bias \(bias.count)")
        inputs = tensors[0].columns
        self.outputs = outputs
        self.parts = parts
        self.bias = bias
    }

    /// Takes a matrix packed elsewhere.
    init(_ matrix: PackedMatrix, bias: [Float]) {
        precondition(bias.count == matrix.outputs, "LinearLayer: bias \(bias.count)")
        inputs = matrix.inputs
        outputs = matrix.outputs
        parts = [(0..<matrix.outputs, matrix)]
        self.bias = bias
    }

    /// Computes the layers.
    ///
    /// - Parameters:
    ///   - activations: Prepared for the path of the weights, `[R, inputs]`.
    ///   - output: Written in full, `[R, outputs]`.
    package func apply(_ activations: Activations, into output: MatrixView) {
        for part in parts {
            part.matrix.multiply(activations, into: output.columns(part.outputs))
        }
        if !bias.isEmpty {
            Addition.add(bias: bias, to: output, level: activations.level)
        }
    }

    /// Whether two tensors can share a matrix: the same format, and codes taken from both or none.
    private static func alike(_ one: GGUFTensor, _ other: GGUFTensor, _ path: WeightPath) -> Bool {
        path.format(for: one.type) == path.format(for: other.type)
            && (path != .int8 || (one.groupBits == nil) == (other.groupBits == nil))
    }

    private static func packed(_ tensors: [GGUFTensor], _ path: WeightPath) -> PackedMatrix {
        var sources: [(tensor: GGUFTensor, row: Int)] = []
        for tensor in tensors {
            sources.append(contentsOf: (0..<tensor.rows).map { (tensor, $0) })
        }
        let inputs = tensors[0].columns
        if path == .int8, let bits = tensors[0].groupBits {
            return PackedMatrix(outputs: sources.count, inputs: inputs, codeBits: bits) {
                let source = sources[$0]
                source.tensor.groups(row: source.row, codes: $1, scales: $2, offsets: $3)
            }
        }
        let format = path.format(for: tensors[0].type)
        return PackedMatrix(outputs: sources.count, inputs: inputs, format: format) {
            let source = sources[$0]
            source.tensor.dequantise(row: source.row, into: $1)
        }
    }
}
