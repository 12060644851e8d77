import CKernels

/// Layer normalisation over the channel axis.
///
/// For every row, with its mean and (biased) variance over the channels:
///
///     output[r, c] = (input[r, c] − mean) / √(variance + epsilon) · gain[c] + bias[c]
///
/// ## Source
/// Ba, Kiros & Hinton, *Layer Normalization*, 2016 (arXiv:1607.06450).
package enum LayerNorm {
    /// Normalises every row; `output` may be `input`.
    ///
    /// The variance is computed from the differences to the mean in a second pass, which also corrects
    /// the rounding error of the mean.
    ///
    /// - Parameters:
    ///   - input: Activations, `[R, C]`.
    ///   - gain: Learned scale, `[C]`.
    ///   - bias: Learned shift, `[C]`.
    ///   - epsilon: Added to the variance; positive.
    ///   - output: Written in full, `[R, C]`.
    ///   - level: The kernels to use.
    package static func apply(
        _ input: MatrixView,
        gain: [Float],
        bias: [Float],
        epsilon: Float,
        output: MatrixView,
        level: KernelLevel = .current
    ) {
        precondition(
            gain.count == input.columns && bias.count == input.columns,
            "LayerNorm: gain \(gain.count), bias \(bias.count), want \(input.columns)"
        )
        output.requireShape(input.rows, input.columns, "LayerNorm")
        level.kernels.layer_norm(
            input.base,
            input.rows,
            input.columns,
            input.stride,
            gain,
            bias,
            epsilon,
            output.base,
            output.stride
        )
    }
}
