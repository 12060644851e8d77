import Models
import Tensor

/// One worker's passes from the last block to the losses, forward and backward.
///
/// The head is the largest matrix, so only rows whose logits a loss needs go through it: the scored
/// rows.
final class HeadPass {
    /// The losses of a pack of examples.
    struct Result {
        /// In the order of the members.
        var losses: [ExampleLoss] = []
        /// For each member, whether each continuation's gradient was computed.
        var isKept: [[Bool]] = []
    }

    /// Members share a pass over the head's weights until they have this many rows.
    private static let chunkRows = 96

    private let decoder: FrozenDecoder
    private let likelihood: Recipe.Likelihood
    private let weightBesidePriors: Double
    private let negligibleShare: Double
    private let level: KernelLevel
    private let activations: Activations
    private let states = FloatBuffer()
    private let normed = FloatBuffer()
    private let logits = FloatBuffer()
    private let slice = FloatBuffer()
    private let normedGradient = FloatBuffer()
    private let stateGradient = FloatBuffer()

    init(_ decoder: FrozenDecoder, recipe: Recipe, level: KernelLevel) {
        self.decoder = decoder
        likelihood = recipe.likelihood
        weightBesidePriors = recipe.weightBesidePriors
        negligibleShare = recipe.negligibleShare
        self.level = level
        activations = Activations(level: level)
    }

    /// Computes the losses of packed examples.
    ///
    /// - Parameters:
    ///   - rows: The rows that went through the decoder.
    ///   - examples: The list that the members of `rows` are indices into.
    ///   - stream: The residual stream after the last block.
    ///   - gradient: Receives the gradient of `stream`; zeroed by the caller. No gradient is computed
    ///     without it.
    ///   - scale: Multiplies the gradient of each loss, together with the example's weight.
    /// - Returns: The losses of the members, and which of their continuations have a gradient.
    func losses(
        _ rows: PackedRows,
        of examples: [TokenisedExample],
        stream: MatrixView,
        gradient: MatrixView?,
        scale: Double
    ) -> Result {
        var result = Result()
        var first = 0
        while first < rows.members.count {
            let members = nextMembers(of: rows, from: first)
            first = members.upperBound
            let start = rows.ranges[members.lowerBound].lowerBound
            let asked = Array(start..<rows.ranges[members.upperBound - 1].upperBound)
            let (logits, normalisers) = logits(gather(rows, asked, stream))
            let chunk = Chunk(
                members: members,
                start: start,
                logits: logits,
                normalisers: normalisers
            )
            let losses = losses(of: chunk, rows, examples)
            result.losses += losses
            guard let gradient else { continue }
            let slopes = zip(losses, members).map { loss, member in
                let weight = examples[rows.members[member]].weight * scale
                return loss.slopes.map { $0 * weight }
            }
            let isKept = ExampleLoss.matters(slopes, share: negligibleShare)
            result.isKept += isKept
            revert(
                returning(of: chunk, rows, slopes, keeping: isKept),
                rows,
                stream,
                into: gradient
            )
        }
        return result
    }

    /// Members whose scored rows go through the head together.
    private struct Chunk {
        let members: Range<Int>
        /// The number of their first row among the scored rows.
        let start: Int
        /// The logits of their rows, `[n, vocabulary]`.
        let logits: MatrixView
        /// For each row, the logarithm of the sum of exponentials.
        let normalisers: [Double]
    }

    /// The members from `first` on that share one pass over the head's weights.
    private func nextMembers(of rows: PackedRows, from first: Int) -> Range<Int> {
        var last = first + 1
        let start = rows.ranges[first].lowerBound
        while last < rows.members.count, rows.ranges[last - 1].upperBound - start < Self.chunkRows {
            last += 1
        }
        return first..<last
    }

    private func losses(
        of chunk: Chunk,
        _ rows: PackedRows,
        _ examples: [TokenisedExample]
    ) -> [ExampleLoss] {
        chunk.members.map { member in
            let example = examples[rows.members[member]]
            var logLikelihoods = [Double](repeating: 0, count: example.continuations.count)
            for row in rows.ranges[member] {
                let values = chunk.logits.row(row - chunk.start)
                for target in rows.targets[row] {
                    logLikelihoods[target.continuation] +=
                        Double(values[Int(target.token)]) - chunk.normalisers[row - chunk.start]
                }
            }
            return ExampleLoss(
                example,
                logLikelihoods: logLikelihoods,
                likelihood: likelihood,
                besidePriors: weightBesidePriors
            )
        }
    }

    /// The rows of a chunk that have a target whose gradient is kept.
    private func returning(
        of chunk: Chunk,
        _ rows: PackedRows,
        _ slopes: [[Double]],
        keeping isKept: [[Bool]]
    ) -> [Returning] {
        var returning: [Returning] = []
        for (index, member) in chunk.members.enumerated() {
            for row in rows.ranges[member] {
                let targets = rows.targets[row].filter { isKept[index][$0.continuation] }
                guard !targets.isEmpty else { continue }
                returning.append(
                    Returning(
                        asked: row,
                        logits: chunk.logits.row(row - chunk.start),
                        normaliser: Float(chunk.normalisers[row - chunk.start]),
                        targets: targets.map {
                            (Int($0.token), Float(slopes[index][$0.continuation]))
                        }
                    )
                )
            }
        }
        return returning
    }

    /// A row that takes part in the backward pass.
    private struct Returning {
        /// Its number among the scored rows.
        let asked: Int
        let logits: UnsafeMutableBufferPointer<Float>
        let normaliser: Float
        /// The target tokens, and ∂ loss / ∂ log-probability of each.
        let targets: [(token: Int, slope: Float)]
    }

    /// Copies the streams of scored rows, `[n, dimension]`.
    private func gather(_ rows: PackedRows, _ asked: [Int], _ stream: MatrixView) -> MatrixView {
        let gathered = states.matrix(rows: asked.count, columns: stream.columns)
        for (index, number) in asked.enumerated() {
            _ = gathered.row(index).update(fromContentsOf: stream.row(rows.asked[number]))
        }
        return gathered
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

    /// Writes the gradients of the rows' streams.
    ///
    /// With *s* the slope of each target *t* of a row and *p* its probabilities:
    /// `∂ logits = Σ s · (1[t] − p)`.
    private func revert(
        _ returning: [Returning],
        _ rows: PackedRows,
        _ stream: MatrixView,
        into gradient: MatrixView
    ) {
        guard !returning.isEmpty else { return }
        let states = gather(rows, returning.map(\.asked), stream)
        let normedGradient = normedGradient.matrix(rows: states.rows, columns: states.columns)
        for (number, part) in decoder.head.backward.enumerated() {
            let tokens = part.tokens
            let slice = slice.matrix(rows: states.rows, columns: tokens.count)
            for (index, row) in returning.enumerated() {
                let slopes = slice.row(index)
                Softmax.scaledProbabilities(
                    of: UnsafeMutableBufferPointer(rebasing: row.logits[tokens]),
                    normaliser: row.normaliser,
                    factor: -row.targets.reduce(0) { $0 + $1.slope },
                    into: slopes,
                    level: level
                )
                for target in row.targets where tokens.contains(target.token) {
                    slopes[target.token - tokens.lowerBound] += target.slope
                }
            }
            activations.prepare(slice, for: decoder.path.activations)
            part.matrix.multiply(activations, adding: number > 0, into: normedGradient)
        }
        let back = stateGradient.matrix(rows: states.rows, columns: states.columns)
        back.base.update(repeating: 0, count: back.rows * back.columns)
        RMSNorm.addGradient(
            of: states,
            gain: decoder.outputNorm,
            epsilon: decoder.configuration.normEpsilon,
            outputGradient: normedGradient,
            to: back,
            level: level
        )
        for (index, row) in returning.enumerated() {
            _ = gradient.row(rows.asked[row.asked]).update(fromContentsOf: back.row(index))
        }
    }
}
