import CKernels

/// Probabilities from logits.
package enum Softmax {
    /// Turns every row of `logits`, `[R, C]`, into probabilities, in place.
    package static func apply(_ logits: MatrixView, level: KernelLevel = .current) {
        level.kernels.softmax(logits.base, logits.rows, logits.columns, logits.stride)
    }

    /// Computes the logarithm of the probability of one chosen column per row.
    ///
    /// - Parameters:
    ///   - targets: The chosen column of each row, `[R]`.
    ///   - logits: `[R, C]`; unchanged.
    ///   - level: The kernels to use.
    /// - Returns: Natural logarithms, `[R]`.
    package static func logProbabilities(
        of targets: [Int32],
        in logits: MatrixView,
        level: KernelLevel = .current
    ) -> [Float] {
        precondition(
            targets.count == logits.rows
                && targets.allSatisfy { $0 >= 0 && $0 < logits.columns },
            "Softmax: \(targets.count) targets for [\(logits.rows), \(logits.columns)]"
        )
        return [Float](unsafeUninitializedCapacity: targets.count) { buffer, count in
            if let base = buffer.baseAddress {
                level.kernels.log_softmax(
                    logits.base,
                    logits.rows,
                    logits.columns,
                    logits.stride,
                    targets,
                    base
                )
            }
            count = targets.count
        }
    }

    /// Returns the column of the greatest logit of each row, the first of equal ones.
    ///
    /// A NaN is never the greatest; a row of NaNs yields 0.
    package static func greatest(
        in logits: MatrixView,
        level: KernelLevel = .current
    ) -> [Int32] {
        precondition(logits.columns > 0, "Softmax: no columns")
        let kernels = level.kernels
        return (0..<logits.rows).map { row in
            Int32(kernels.greatest_column(logits.base + row * logits.stride, logits.columns))
        }
    }

    /// Writes `factor · exp(logits − normaliser)`: a multiple of each column's probability.
    ///
    /// - Parameters:
    ///   - logits: A row, or part of one.
    ///   - normaliser: The logarithm of the sum of exponentials of the whole row.
    ///   - factor: Multiplies the probabilities.
    ///   - output: As long as `logits`; may be `logits`.
    ///   - level: The kernels to use.
    package static func scaledProbabilities(
        of logits: UnsafeMutableBufferPointer<Float>,
        normaliser: Float,
        factor: Float,
        into output: UnsafeMutableBufferPointer<Float>,
        level: KernelLevel = .current
    ) {
        precondition(logits.count == output.count, "Softmax: \(logits.count), \(output.count)")
        guard let source = logits.baseAddress, let target = output.baseAddress else { return }
        level.kernels.scaled_exponentials(source, logits.count, normaliser, factor, target)
    }

    /// Replaces the gradient of the probabilities by that of the logits.
    ///
    /// For every row: `gradient ← p · (gradient − Σ p · gradient)`; both are `[R, C]`.
    package static func replaceByLogitGradient(
        _ gradient: MatrixView,
        probabilities: MatrixView,
        level: KernelLevel = .current
    ) {
        gradient.requireShape(probabilities.rows, probabilities.columns, "Softmax gradient")
        precondition(
            gradient.stride == probabilities.stride,
            "Softmax: strides \(gradient.stride) and \(probabilities.stride)"
        )
        level.kernels.softmax_backward(
            probabilities.base,
            gradient.base,
            gradient.rows,
            gradient.columns,
            gradient.stride
        )
    }
}
