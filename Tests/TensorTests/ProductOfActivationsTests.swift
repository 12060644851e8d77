import Tensor
import Testing

@Suite("Products of activations")
struct ProductOfActivationsTests {
    @Test(
        "agree with a plain sum, at every shape around the tiles",
        arguments: [1, 5, 6, 7, 13],
        [1, 3, 16, 17, 48, 64, 65, 150]
    )
    func reference(_ rows: Int, _ columns: Int) {
        var samples = Samples(seed: UInt64(rows * 1000 + columns))
        for depth in [0, 1, 2, 33] {
            let left = Matrix(samples.floats(rows * depth), rows: rows, columns: depth)
            let other = Matrix(rows: depth, columns: rows)
            Product.transpose(left.view, into: other.view)
            let right = Matrix(samples.floats(depth * columns), rows: depth, columns: columns)
            let before = samples.floats(rows * columns)
            var sums = [Float](repeating: 0, count: rows * columns)
            for row in 0..<rows {
                for column in 0..<columns {
                    sums[row * columns + column] = (0..<depth).reduce(0) {
                        $0 + left.view.row(row)[$1] * right.view.row($1)[column]
                    }
                }
            }
            for level in KernelLevel.supported {
                for (source, isTransposed) in [(left, false), (other, true)] {
                    let output = Matrix(rows: rows, columns: columns)
                    Product.multiply(
                        source.view,
                        transposed: isTransposed,
                        by: right.view,
                        scale: 0.5,
                        into: output.view,
                        level: level
                    )
                    expectClose(output.elements, sums.map { 0.5 * $0 }, absolute: 1e-5)
                    let added = Matrix(before, rows: rows, columns: columns)
                    Product.multiply(
                        source.view,
                        transposed: isTransposed,
                        by: right.view,
                        scale: 0.5,
                        adding: true,
                        into: added.view,
                        level: level
                    )
                    expectClose(
                        added.elements,
                        zip(before, sums).map { $0 + 0.5 * $1 },
                        absolute: 1e-5
                    )
                }
            }
            withExtendedLifetime((left, other, right)) {}
        }
    }

    @Test(
        "a packed product can be added to the output",
        arguments: [MatrixFormat.float32, .bfloat16],
        KernelLevel.supported
    )
    func adding(_ format: MatrixFormat, level: KernelLevel) {
        var samples = Samples(seed: 5)
        let (rows, inputs, outputs) = (7, 50, 70)
        let weights = samples.floats(outputs * inputs)
        let matrix = PackedMatrix(outputs: outputs, inputs: inputs, format: format) { row, target in
            for column in 0..<inputs { target[column] = weights[row * inputs + column] }
        }
        let input = Matrix(samples.floats(rows * inputs), rows: rows, columns: inputs)
        let activations = Activations(level: level)
        activations.prepare(input.view, for: format.activations)
        let product = Matrix(rows: rows, columns: outputs)
        matrix.multiply(activations, into: product.view)
        let before = samples.floats(rows * outputs)
        let sum = Matrix(before, rows: rows, columns: outputs)
        matrix.multiply(activations, adding: true, into: sum.view)
        expectClose(
            sum.elements,
            zip(before, product.elements).map { $0 + $1 },
            absolute: 1e-5
        )
        withExtendedLifetime(input) {}
    }
}
