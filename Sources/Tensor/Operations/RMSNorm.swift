import CKernels

/// Root-mean-square normalisation over the channel axis.
///
/// For every row *r* and channel *c*:
///
///     output[r, c] = input[r, c] · gain[c] / √( mean over c of input[r, c]² + epsilon )
///
/// ## Source
/// Zhang & Sennrich, *Root Mean Square Layer Normalization*, 2019 (arXiv:1910.07467).
/// `epsilon` sits inside the root, as in LLaMA; the paper itself has none.
package enum RMSNorm {
    /// Normalises every row; `output` may be `input`.
    ///
    /// - Parameters:
    ///   - input: Activations, `[R, C]`.
    ///   - gain: Learned scale, `[C]`.
    ///   - epsilon: Added to the mean of squares; positive.
    ///   - output: Written in full, `[R, C]`.
    ///   - level: The kernels to use.
    package static func apply(
        _ input: MatrixView,
        gain: [Float],
        epsilon: Float,
        output: MatrixView,
        level: KernelLevel = .current
    ) {
        precondition(gain.count == input.columns, "RMSNorm: gain \(gain.count), \(input.columns)")
        output.requireShape(input.rows, input.columns, "RMSNorm")
        level.kernels.rms_norm(
            input.base,
            input.rows,
            input.columns,
            input.stride,
            gain,
            epsilon,
            output.base,
            output.stride
        )
    }

    /// Adds the gradient of the input to `inputGradient`, given that of the output.
    ///
    /// With r the reciprocal of the root, for every row:
    ///
    ///     inputGradient += r · gain · outputGradient
    ///                    − r³ · input · mean over c of gain · outputGradient · input
    ///
    /// - Parameters:
    ///   - input: What ``apply(_:gain:epsilon:output:level:)`` read, `[R, C]`.
    ///   - gain: Learned scale, `[C]`.
    ///   - epsilon: Added to the mean of squares; positive.
    ///   - outputGradient: `[R, C]`.
    ///   - inputGradient: Added to, `[R, C]`.
    ///   - level: The kernels to use.
    package static func addGradient(
        of input: MatrixView,
        gain: [Float],
        epsilon: Float,
        outputGradient: MatrixView,
        to inputGradient: MatrixView,
        level: KernelLevel = .current
    ) {
        precondition(gain.count == input.columns, "RMSNorm: gain \(gain.count), \(input.columns)")
        outputGradient.requireShape(input.rows, input.columns, "RMSNorm output gradient")
        inputGradient.requireShape(input.rows, input.columns, "RMSNorm input gradient")
        level.kernels.rms_norm_backward(
            input.base,
            input.rows,
            input.columns,
            input.stride,
            gain,
            epsilon,
            outputGradient.base,
            outputGradient.stride,
            inputGradient.base,
            inputGradient.stride
        )
    }
}
