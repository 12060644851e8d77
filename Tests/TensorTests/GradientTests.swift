import Tensor
import Testing

@Suite("Backward passes")
struct GradientTests {
    /// Slopes of `loss` in the direction of each of `values`, from both sides, in `Double`.
    private func slopes(_ values: [Float], of loss: ([Double]) -> Double) -> [Float] {
        let exact = values.map(Double.init)
        return exact.indices.map { index in
            var (below, above) = (exact, exact)
            below[index] -= 1e-5
            above[index] += 1e-5
            return Float((loss(above) - loss(below)) / 2e-5)
        }
    }

    @Test("RMSNorm equals finite differences", arguments: KernelLevel.supported, [1, 5, 16, 37])
    func norm(_ level: KernelLevel, columns: Int) {
        var samples = Samples(seed: 41)
        let rows = 3
        let input = samples.floats(rows * columns)
        let gain = samples.floats(columns)
        let slope = samples.floats(rows * columns)
        let before = samples.floats(rows * columns)
        let expected = slopes(input) { values in
            var loss = 0.0
            for row in 0..<rows {
                let part = values[row * columns..<(row + 1) * columns]
                let mean = part.reduce(0) { $0 + $1 * $1 } / Double(columns)
                for (column, value) in part.enumerated() {
                    loss +=
                        value / (mean + 0.01).squareRoot() * Double(gain[column])
                        * Double(slope[row * columns + column])
                }
            }
            return loss
        }
        let source = Matrix(input, rows: rows, columns: columns)
        let output = Matrix(slope, rows: rows, columns: columns)
        let gradient = Matrix(before, rows: rows, columns: columns)
        RMSNorm.addGradient(
            of: source.view,
            gain: gain,
            epsilon: 0.01,
            outputGradient: output.view,
            to: gradient.view,
            level: level
        )
        expectClose(
            gradient.elements,
            zip(before, expected).map { $0 + $1 },
            absolute: 1e-5,
            relative: 1e-4
        )
        withExtendedLifetime((source, output)) {}
    }

    @Test("SwiGLU equals finite differences", arguments: KernelLevel.supported)
    func gate(_ level: KernelLevel) {
        var samples = Samples(seed: 42)
        let count = 37
        let gate = samples.floats(count).map { 6 * $0 }
        let (up, slope) = (samples.floats(count), samples.floats(count))
        func loss(_ gate: [Double], _ up: [Double]) -> Double {
            gate.indices.reduce(0) {
                $0 + gate[$1] / (1 + exponential(-gate[$1])) * up[$1] * Double(slope[$1])
            }
        }
        let gateSlopes = slopes(gate) { loss($0, up.map(Double.init)) }
        let upSlopes = slopes(up) { loss(gate.map(Double.init), $0) }
        let first = Matrix(gate, rows: 1, columns: count)
        let second = Matrix(up, rows: 1, columns: count)
        let output = Matrix(slope, rows: 1, columns: count)
        SwiGLU.replaceByGradients(
            gate: first.view,
            up: second.view,
            outputGradient: output.view,
            level: level
        )
        expectClose(first.elements, gateSlopes, absolute: 1e-5)
        expectClose(second.elements, upSlopes, absolute: 1e-5)
        withExtendedLifetime(output) {}
    }

    @Test("softmax equals finite differences", arguments: KernelLevel.supported, [1, 16, 21])
    func softmax(_ level: KernelLevel, columns: Int) {
        var samples = Samples(seed: 43)
        let (logits, slope) = (samples.floats(columns), samples.floats(columns))
        let expected = slopes(logits) { values in
            let exponentials = values.map(exponential)
            let total = exponentials.reduce(0, +)
            return zip(exponentials, slope).reduce(0) { $0 + $1.0 / total * Double($1.1) }
        }
        let probabilities = Matrix(logits, rows: 1, columns: columns)
        Softmax.apply(probabilities.view, level: level)
        let gradient = Matrix(slope, rows: 1, columns: columns)
        Softmax.replaceByLogitGradient(
            gradient.view,
            probabilities: probabilities.view,
            level: level
        )
        expectClose(gradient.elements, expected, absolute: 1e-6, relative: 1e-4)

        let total = logits.reduce(0.0) { $0 + exponential(Double($1)) }
        let row = Matrix(logits, rows: 1, columns: columns)
        let shares = Matrix(rows: 1, columns: columns)
        Softmax.scaledProbabilities(
            of: row.view.row(0),
            normaliser: Float(logarithm(total)),
            factor: -2,
            into: shares.view.row(0),
            level: level
        )
        expectClose(shares.elements, probabilities.elements.map { -2 * $0 }, absolute: 1e-6)
        withExtendedLifetime(row) {}
    }

    @Test("rotary embedding is undone", arguments: [Rotary.Pairing.adjacent, .halves])
    func rotary(_ pairing: Rotary.Pairing) {
        var samples = Samples(seed: 44)
        let values = samples.floats(3 * 40)
        let rotary = Rotary(
            headSize: 20,
            rotated: 12,
            base: 10_000,
            positions: 50,
            pairing: pairing,
            isInvertible: true
        )
        let heads = Matrix(values, rows: 3, columns: 40)
        rotary.apply(to: heads.view, positions: [0, 7, 49])
        #expect(heads.elements != values)
        rotary.revert(heads.view, positions: [0, 7, 49])
        expectClose(heads.elements, values, absolute: 1e-6)
    }

    @Test(
        "attention over prefix and branches equals the chain rule, row by row",
        arguments: KernelLevel.supported,
        [(1, [Int]()), (60, []), (3, [1, 2]), (50, [4, 1, 17, 20])]
    )
    func attention(_ level: KernelLevel, shape: (prefix: Int, branches: [Int])) {
        let (heads, keyHeads, size) = (4, 2, 5)
        let scale: Float = 0.7
        var end = 2 + shape.prefix
        let branches = shape.branches.map { length in
            defer { end += length }
            return end..<end + length
        }
        // Two rows before the tree are not part of it and must not change.
        let tree = AttentionTree(prefix: 2..<2 + shape.prefix, branches: branches)
        let rows = end
        var samples = Samples(seed: 45)
        let query = samples.floats(rows * heads * size).map { 2 * $0 }
        let key = samples.floats(rows * keyHeads * size).map { 2 * $0 }
        let value = samples.floats(rows * keyHeads * size)
        let slope = samples.floats(rows * heads * size)

        let expected = reference(tree, query, key, value, slope, heads, keyHeads, size, scale)
        let inputs = [query, key, value].map {
            Matrix($0, rows: rows, columns: $0.count / rows)
        }
        let outputs = inputs.map { Matrix(rows: rows, columns: $0.view.columns) }
        let gradient = Matrix(slope, rows: rows, columns: heads * size)
        AttentionGradient(level: level).apply(
            tree,
            projections: .init(
                queries: inputs[0].view,
                keys: inputs[1].view,
                values: inputs[2].view
            ),
            outputGradient: gradient.view,
            headSize: size,
            scale: scale,
            gradients: .init(
                queries: outputs[0].view,
                keys: outputs[1].view,
                values: outputs[2].view
            )
        )
        for (output, wanted) in zip(outputs, expected) {
            let skipped = 2 * output.view.columns
            #expect(output.elements.prefix(skipped).allSatisfy { $0.isNaN })
            expectClose(
                Array(output.elements.dropFirst(skipped)),
                wanted.dropFirst(skipped).map { Float($0) },
                absolute: 2e-5,
                relative: 1e-4
            )
        }
        withExtendedLifetime((inputs, gradient)) {}
    }

    /// Row by row and head by head in `Double`, by the chain rule.
    private func reference(
        _ tree: AttentionTree,
        _ query: [Float],
        _ key: [Float],
        _ value: [Float],
        _ slope: [Float],
        _ heads: Int,
        _ keyHeads: Int,
        _ size: Int,
        _ scale: Float
    ) -> [[Double]] {
        var gradients = [query, key, value].map { [Double](repeating: 0, count: $0.count) }
        for row in tree.rows {
            let branch = tree.branches.first { $0.contains(row) }
            let seen =
                branch.map { Array(tree.prefix) + Array($0.lowerBound...row) }
                ?? Array(tree.prefix.lowerBound...row)
            for head in 0..<heads {
                let from = (row * heads + head) * size
                func at(_ other: Int) -> Int { (other * keyHeads + head * keyHeads / heads) * size }
                func dot(_ one: [Float], _ i: Int, _ other: [Float], _ j: Int) -> Double {
                    (0..<size).reduce(0) { $0 + Double(one[i + $1]) * Double(other[j + $1]) }
                }
                let weights = seen.map {
                    exponential(Double(scale) * dot(query, from, key, at($0)))
                }
                let total = weights.reduce(0, +)
                let shares = weights.map { $0 / total }
                let pulls = seen.map { dot(slope, from, value, at($0)) }
                let mean = zip(shares, pulls).reduce(0) { $0 + $1.0 * $1.1 }
                for (index, other) in seen.enumerated() {
                    let change = Double(scale) * shares[index] * (pulls[index] - mean)
                    for channel in 0..<size {
                        gradients[0][from + channel] += change * Double(key[at(other) + channel])
                        gradients[1][at(other) + channel] += change * Double(query[from + channel])
                        gradients[2][at(other) + channel] +=
                            shares[index] * Double(slope[from + channel])
                    }
                }
            }
        }
        return gradients
    }
}
