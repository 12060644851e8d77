import CKernels

/// The gated unit of LLaMA’s feed-forward layers.
///
///     output = gate / (1 + exp(−gate)) · up
///
/// ## Source
/// Shazeer, *GLU Variants Improve Transformer*, 2020 (arXiv:2002.05202).
package enum SwiGLU {
    /// Combines the two projections; `output` may be `gate` or `up`.
    ///
    /// All three are `[R, C]`.
    package static func apply(
        gate: MatrixView,
        up: MatrixView,
        output: MatrixView,
        level: KernelLevel = .current
    ) {
        up.requireShape(gate.rows, gate.columns, "SwiGLU up")
        output.requireShape(gate.rows, gate.columns, "SwiGLU output")
        level.kernels.swiglu(
            gate.base,
            up.base,
            gate.rows,
            gate.columns,
            gate.stride,
            up.stride,
            output.base,
            output.stride
        )
    }

    /// Replaces the two projections by their gradients, given that of the output.
    ///
    /// With σ the logistic function:
    ///
    ///     gate ← outputGradient · up · σ(gate) · (1 + gate · (1 − σ(gate)))
    ///     up   ← outputGradient · gate · σ(gate)
    ///
    /// All are `[R, C]`.
    package static func replaceByGradients(
        gate: MatrixView,
        up: MatrixView,
        outputGradient: MatrixView,
        level: KernelLevel = .current
    ) {
        up.requireShape(gate.rows, gate.columns, "SwiGLU up")
        outputGradient.requireShape(gate.rows, gate.columns, "SwiGLU output gradient")
        level.kernels.swiglu_backward(
            gate.base,
            up.base,
            gate.rows,
            gate.columns,
            gate.stride,
            up.stride,
            outputGradient.base,
            outputGradient.stride,
            gate.base,
            gate.stride,
            up.base,
            up.stride
        )
    }
}

/// The Gaussian error linear unit: `x · Φ(x)`.
///
/// ## Source
/// Hendrycks & Gimpel, 2016 (arXiv:1606.08415).
package enum GELU {
    package enum Form: Sendable {
        /// With the error function, as in BERT.
        case exact
        /// With the paper’s tanh approximation.
        case tanh
    }

    /// Applies the unit to every element of `input`, `[R, C]`.
    ///
    /// `output`, `[R, C]`, may be `input`.
    package static func apply(
        _ input: MatrixView,
        form: Form = .exact,
        output: MatrixView,
        level: KernelLevel = .current
    ) {
        output.requireShape(input.rows, input.columns, "GELU")
        level.kernels.gelu(
            input.base,
            input.rows,
            input.columns,
            input.stride,
            form == .tanh,
            output.base,
            output.stride
        )
    }
}
