package import Tensor

/// Linear layers that read the same activations, side by side in one output.
///
/// `output[r, o] = Σ input[r, k] · weight[o, k] + bias[o]`, the outputs of the layers one after
/// another. Neighbouring layers in the same format are packed into one matrix, so that query, key
/// and value, or gate and up, are one product; a file that stores them in different formats costs
/// one product for each.
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
    ///   - sources: Matrices `[outputs, inputs]`; the caller has checked their shapes.
    ///   - bias: One number for each output of all layers, or empty.
    ///   - path: The arithmetic to pack for.
    init(_ sources: [LayerSource], bias: [Float] = [], path: WeightPath) {
        var runs: [[LayerSource]] = []
        for source in sources {
            if let last = runs.last?.last, Self.alike(last, source, path) {
                runs[runs.count - 1].append(source)
            } else {
                runs.append([source])
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
        inputs = sources[0].tensor.columns
        self.outputs = outputs
        self.parts = parts
        self.bias = bias
    }

    /// Wraps a matrix that is packed already.
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
    ///   - activations: `[R, inputs]`, prepared for the path of the weights.
    ///   - output: Written in full, `[R, outputs]`.
    package func apply(_ activations: Activations, into output: MatrixView) {
        for part in parts {
            part.matrix.multiply(activations, into: output.columns(part.outputs))
        }
        if !bias.isEmpty {
            Addition.add(bias: bias, to: output, level: activations.level)
        }
    }

    /// Whether two tensors can share a matrix: they have the same format, and the codes of both are
    /// packed as they are or those of neither.
    private static func alike(_ one: LayerSource, _ other: LayerSource, _ path: WeightPath) -> Bool
    {
        one.format(for: path) == other.format(for: path)
            && (path != .int8 || (one.groupBits == nil) == (other.groupBits == nil))
    }

    private static func packed(_ sources: [LayerSource], _ path: WeightPath) -> PackedMatrix {
        var rows: [(source: LayerSource, row: Int)] = []
        for source in sources {
            rows.append(contentsOf: (0..<source.tensor.rows).map { (source, $0) })
        }
        let inputs = sources[0].tensor.columns
        if path == .int8, let bits = sources[0].groupBits {
            return PackedMatrix(outputs: rows.count, inputs: inputs, codeBits: bits) {
                let (source, row) = rows[$0]
                source.tensor.groups(row: row, codes: $1, scales: $2, offsets: $3)
            }
        }
        let format = sources[0].format(for: path)
        return PackedMatrix(outputs: rows.count, inputs: inputs, format: format) {
            let (source, row) = rows[$0]
            source.dequantise(row: row, into: $1)
        }
    }
}
