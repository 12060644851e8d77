import Tensor
import Testing

@Suite("Products with packed matrices")
struct ProductTests {
    @Test(
        "float32 and bfloat16 products agree with PyTorch",
        arguments: try GoldenCase.all("product"),
        KernelLevel.supported
    )
    func golden(_ golden: GoldenCase, level: KernelLevel) {
        for format in [MatrixFormat.float32, .bfloat16] {
            let matrix = pack(
                golden.array("weight"),
                outputs: golden.number("outputs"),
                inputs: golden.columns,
                format: format
            )
            let product = multiply(golden.array("input"), rows: golden.rows, matrix, level)
            // Sums of up to 64 products of size 1: 64 roundings of 6e-8.
            expectClose(
                product.elements,
                golden.array(format.rawValue),
                absolute: 4e-6,
                relative: 1e-6
            )
        }
    }

    /// Shapes with whole and broken panels and groups, and, below, inputs that exceed one block.
    static let shapes = [
        (7, 32, 1), (13, 64, 64), (5, 96, 49), (3, 33, 100), (60, 2_112, 70), (58, 7_360, 3),
        (2, 13_200, 65),
    ]

    @Test(
        "integer products equal a sum over the same codes",
        arguments: shapes,
        [MatrixFormat.int8, .int4]
    )
    func integerReference(_ shape: (rows: Int, inputs: Int, outputs: Int), format: MatrixFormat) {
        var samples = Samples(seed: 1)
        let matrix = pack(
            samples.floats(shape.outputs * shape.inputs),
            outputs: shape.outputs,
            inputs: shape.inputs,
            format: format
        )
        let input = samples.floats(shape.rows * shape.inputs)
        let expected = reference(quantised(input, inputs: shape.inputs), shape.rows, matrix)
        for level in KernelLevel.supported where level > .portable || shape.inputs < 5_000 {
            let product = multiply(input, rows: shape.rows, matrix, level)
            // Code sums are exact; one rounding per group and product remains.
            expectClose(product.elements, expected, absolute: 2e-4, relative: 1e-5)
        }
    }

    @Test("float32 products equal a sum in double precision", arguments: shapes)
    func floatReference(_ shape: (rows: Int, inputs: Int, outputs: Int)) {
        var samples = Samples(seed: 2)
        let matrix = pack(
            samples.floats(shape.outputs * shape.inputs),
            outputs: shape.outputs,
            inputs: shape.inputs,
            format: .float32
        )
        let input = samples.floats(shape.rows * shape.inputs)
        let expected = reference(input, shape.rows, matrix)
        for level in KernelLevel.supported {
            let product = multiply(input, rows: shape.rows, matrix, level)
            expectClose(product.elements, expected, absolute: 4e-4, relative: 1e-5)
        }
    }

    @Test(
        "a row's product has the same bits in any batch of 1 to 40 rows, at any place",
        arguments: MatrixFormat.allCases,
        KernelLevel.supported
    )
    func batchInvariance(_ format: MatrixFormat, level: KernelLevel) {
        var samples = Samples(seed: 3)
        let inputs = 100
        let matrix = pack(
            samples.floats(130 * inputs),
            outputs: 130,
            inputs: inputs,
            format: format
        )
        let input = samples.floats(40 * inputs)
        let alone = (0..<40).map { row in
            multiply(Array(input[row * inputs..<(row + 1) * inputs]), rows: 1, matrix, level).bits
        }
        for rows in 1...40 {
            for first in Set([0, (40 - rows) / 2, 40 - rows]) {
                let part = Array(input[first * inputs..<(first + rows) * inputs])
                let together = multiply(part, rows: rows, matrix, level).bits
                #expect(
                    together == Array(alone[first..<first + rows].joined()),
                    "\(rows) rows from \(first)"
                )
            }
        }
    }

    @Test("blocks of inputs do not change the bits", arguments: KernelLevel.supported)
    func blockInvariance(_ level: KernelLevel) {
        var samples = Samples(seed: 4)
        let inputs = 2_112
        let weights = samples.floats(65 * inputs)
        let matrix = pack(weights, outputs: 65, inputs: inputs, format: .float32)
        let input = samples.floats(60 * inputs)
        let together = multiply(input, rows: 60, matrix, level).bits
        for row in [0, 5, 45, 46, 59] {
            let part = Array(input[row * inputs..<(row + 1) * inputs])
            let alone = multiply(part, rows: 1, matrix, level).bits
            #expect(alone == Array(together[row * 65..<(row + 1) * 65]), "row \(row)")
        }
    }

    @Test("part of the outputs has the bits of all of them", arguments: KernelLevel.supported)
    func outputRange(_ level: KernelLevel) {
        var samples = Samples(seed: 5)
        let matrix = pack(samples.floats(200 * 64), outputs: 200, inputs: 64, format: .int4)
        let input = samples.floats(7 * 64)
        let whole = multiply(input, rows: 7, matrix, level)
        let activations = Activations(level: level)
        let rows = Matrix(input, rows: 7, columns: 64)
        activations.prepare(rows.view, for: .int8)
        let part = Matrix(rows: 7, columns: 72)
        matrix.multiply(activations, outputs: 64..<136, into: part.view)
        let expected = withExtendedLifetime(whole) { whole.view.columns(64..<136).elements }
        #expect(part.elements == expected)
    }

    @Test(
        "a NaN or an infinity in one row makes that row NaN or infinite, and no other",
        arguments: MatrixFormat.allCases,
        KernelLevel.supported
    )
    func notFinite(_ format: MatrixFormat, level: KernelLevel) {
        var samples = Samples(seed: 6)
        let matrix = pack(samples.floats(70 * 64), outputs: 70, inputs: 64, format: format)
        let clean = samples.floats(8 * 64)
        let expected = multiply(clean, rows: 8, matrix, level).bits
        for poison in [Float.nan, .infinity] {
            var input = clean
            input[3 * 64 + 17] = poison
            let product = multiply(input, rows: 8, matrix, level)
            let spoilt = product.elements[3 * 70..<4 * 70]
            let isQuantised = format.activations == .int8
            #expect(spoilt.allSatisfy { isQuantised ? $0.isNaN : !$0.isFinite })
            #expect(product.bits[..<(3 * 70)] == expected[..<(3 * 70)])
            #expect(product.bits[(4 * 70)...] == expected[(4 * 70)...])
        }
    }

    @Test(
        "zeros give zeros, huge values finite products",
        arguments: MatrixFormat.allCases,
        KernelLevel.supported
    )
    func extremes(_ format: MatrixFormat, level: KernelLevel) {
        var samples = Samples(seed: 7)
        let matrix = pack(samples.floats(65 * 32), outputs: 65, inputs: 32, format: format)
        let zeros = multiply([Float](repeating: 0, count: 64), rows: 2, matrix, level)
        #expect(zeros.elements.allSatisfy { $0 == 0 })
        let huge = multiply([Float](repeating: 1e30, count: 64), rows: 2, matrix, level)
        #expect(huge.elements.allSatisfy { $0.isFinite })
    }

    @Test("without rows nothing is written", arguments: KernelLevel.supported)
    func empty(_ level: KernelLevel) {
        let matrix = pack([Float](repeating: 1, count: 32), outputs: 1, inputs: 32, format: .int8)
        #expect(multiply([], rows: 0, matrix, level).elements == [])
    }

    private func multiply(
        _ input: [Float],
        rows: Int,
        _ matrix: PackedMatrix,
        _ level: KernelLevel
    ) -> Matrix {
        let activations = Activations(level: level)
        let source = Matrix(input, rows: rows, columns: matrix.inputs)
        activations.prepare(source.view, for: matrix.format.activations)
        let product = Matrix(rows: rows, columns: matrix.outputs)
        matrix.multiply(activations, into: product.view)
        withExtendedLifetime(source) {}
        return product
    }

    /// Products in double precision with the weights as packed.
    private func reference(_ input: [Float], _ rows: Int, _ matrix: PackedMatrix) -> [Float] {
        let weights = (0..<matrix.outputs).map { matrix.row($0) }
        return (0..<rows).flatMap { row in
            weights.map { weight in
                var sum = 0.0
                for k in 0..<matrix.inputs {
                    sum += Double(input[row * matrix.inputs + k]) * Double(weight[k])
                }
                return Float(sum)
            }
        }
    }

    /// The activations after rounding to 8 bits in groups of 32, as the documentation says.
    private func quantised(_ input: [Float], inputs: Int) -> [Float] {
        var result: [Float] = []
        for row in stride(from: 0, to: input.count, by: inputs) {
            for first in stride(from: row, to: row + inputs, by: 32) {
                let group = input[first..<min(first + 32, row + inputs)]
                let magnitude = group.map(abs).max() ?? 0
                result += group.map { value in
                    (value * (127 / magnitude)).rounded(.toNearestOrEven) * (magnitude / 127)
                }
            }
        }
        return result
    }
}

/// Packs `weights`, `[outputs, inputs]`.
func pack(_ weights: [Float], outputs: Int, inputs: Int, format: MatrixFormat) -> PackedMatrix {
    PackedMatrix(outputs: outputs, inputs: inputs, format: format) { row, target in
        for k in 0..<inputs { target[k] = weights[row * inputs + k] }
    }
}
