import Models
import Tensor

/// One worker's way from the last block to the losses, and back.
///
/// The head is the largest matrix, so only rows that are asked for something go through it.
final class HeadPass {
    /// Rows that share a pass over the head's weights, at least, where there are as many.
    private static let chunkRows = 96

    private let decoder: FrozenDecoder
    private let likelihood: Recipe.Likelihood
    private let level: KernelLevel
    private let activations: Activations
    private let states = FloatBuffer()
    private let normed = FloatBuffer()
    private let logits = FloatBuffer()
    private let slice = FloatBuffer()
    private let normedGradient = FloatBuffer()
    private let stateGradient = FloatBuffer()

    init(_ decoder: FrozenDecoder, likelihood: Recipe.Likelihood, level: KernelLevel) {
        self.decoder = decoder
        self.likelihood = likelihood
        self.level = level
        activations = Activations(level: level)
    }

    /// Computes the losses of packed examples.
    ///
    /// - Parameters:
    ///   - rows: What went through the decoder.
    ///   - examples: The list that `rows` has its members from.
    ///   - stream: The residual stream behind the last block.
    ///   - gradient: Receives the gradient of `stream`, zeroed before; nothing is computed for it
    ///     if absent.
    ///   - scale: Multiplies the losses' gradients, besides each example's weight.
    /// - Returns: The losses of the members, in their order.
    func losses(
        _ rows: PackedRows,
        of examples: [TokenisedExample],
        stream: MatrixView,
        gradient: MatrixView?,
        scale: Double
    ) -> [ExampleLoss] {
        let d = decoder.configuration.dimension
        var losses: [ExampleLoss] = []
        var first = 0
        while first < rows.members.count {
            var last = first + 1
            let start = rows.ranges[first].lowerBound
            while last < rows.members.count,
                rows.ranges[last - 1].upperBound - start < Self.chunkRows
            {
                last += 1
            }
            let asked = start..<rows.ranges[last - 1].upperBound
            let states = states.matrix(rows: asked.count, columns: d)
            for (index, row) in rows.asked[asked].enumerated() {
                _ = states.row(index).update(fromContentsOf: stream.row(row))
            }
            let (logits, normalisers) = logits(states)
            var slopes = [[Float]](repeating: [], count: asked.count)
            for member in first..<last {
                let example = examples[rows.members[member]]
                var logLikelihoods = [Double](repeating: 0, count: example.continuations.count)
                for row in rows.ranges[member] {
                    let values = logits.row(row - start)
                    for target in rows.targets[row] {
                        logLikelihoods[target.continuation] +=
                            Double(values[Int(target.token)]) - normalisers[row - start]
                    }
                }
                let loss = ExampleLoss(
                    example,
                    logLikelihoods: logLikelihoods,
                    likelihood: likelihood
                )
                losses.append(loss)
                for row in rows.ranges[member] {
                    slopes[row - start] = rows.targets[row].map {
                        Float(loss.slopes[$0.continuation] * example.weight * scale)
                    }
                }
            }
            if let gradient {
                let targets = Array(rows.targets[asked])
                let back = stateGradient(states, logits, normalisers, targets, slopes)
                for (index, row) in rows.asked[asked].enumerated() {
                    _ = gradient.row(row).update(fromContentsOf: back.row(index))
                }
            }
            first = last
        }
        return losses
    }

    /// Logits of states, `[n, vocabulary]`, and the logarithms of their normalisers.
    private func logits(_ states: MatrixView) -> (MatrixView, [Double]) {
        let normed = normed.matrix(rows: states.rows, columns: states.columns)
        RMSNorm.apply(
            states,
            gain: decoder.outputNorm,
            epsilon: decoder.configuration.normEpsilon,
            output: normed,
            level: level
        )
        activations.prepare(normed, for: decoder.path.activations)
        let logits = logits.matrix(rows: states.rows, columns: decoder.configuration.vocabulary)
        decoder.head.forward.multiply(activations, into: logits)
        let first = Softmax.logProbabilities(
            of: Array(repeating: 0, count: states.rows),
            in: logits,
            level: level
        )
        return (logits, first.enumerated().map { Double(logits.row($0)[0]) - Double($1) })
    }

    /// The gradient of states; with s the slopes of a row's targets t,
    /// `∂ logits = Σ s · (1[t] − p)`.
    private func stateGradient(
        _ states: MatrixView,
        _ logits: MatrixView,
        _ normalisers: [Double],
        _ targets: [[PackedRows.Target]],
        _ slopes: [[Float]]
    ) -> MatrixView {
        let normedGradient = normedGradient.matrix(rows: states.rows, columns: states.columns)
        let totals = slopes.map { $0.reduce(0, +) }
        for (number, part) in decoder.head.backward.enumerated() {
            let tokens = part.tokens
            let slice = slice.matrix(rows: states.rows, columns: tokens.count)
            for row in 0..<states.rows {
                Softmax.scaledProbabilities(
                    of: UnsafeMutableBufferPointer(rebasing: logits.row(row)[tokens]),
                    normaliser: Float(normalisers[row]),
                    factor: -totals[row],
                    into: slice.row(row),
                    level: level
                )
                for (target, slope) in zip(targets[row], slopes[row]) {
                    guard tokens.contains(Int(target.token)) else { continue }
                    slice.row(row)[Int(target.token) - tokens.lowerBound] += slope
                }
            }
            activations.prepare(slice, for: decoder.path.activations)
            part.matrix.multiply(activations, adding: number > 0, into: normedGradient)
        }
        let gradient = stateGradient.matrix(rows: states.rows, columns: states.columns)
        gradient.base.update(repeating: 0, count: gradient.rows * gradient.columns)
        RMSNorm.addGradient(
            of: states,
            gain: decoder.outputNorm,
            epsilon: decoder.configuration.normEpsilon,
            outputGradient: normedGradient,
            to: gradient,
            level: level
        )
        return gradient
    }
}
