import CKernels

/// Sums of activations: residual connections and biases.
package enum Addition {
    /// `target += other`, element by element; both `[R, C]`.
    package static func add(
        _ other: MatrixView,
        to target: MatrixView,
        level: KernelLevel = .current
    ) {
        other.requireShape(target.rows, target.columns, "Addition")
        level.kernels.add(
            target.base,
            other.base,
            target.rows,
            target.columns,
            target.stride,
            other.stride
        )
    }

    /// Adds `bias`, `[C]`, to every row of `target`, `[R, C]`.
    package static func add(
        bias: [Float],
        to target: MatrixView,
        level: KernelLevel = .current
    ) {
        precondition(bias.count == target.columns, "Addition: \(bias.count), \(target.columns)")
        // A stride of zero reads the same row every time.
        level.kernels.add(
            target.base,
            bias,
            target.rows,
            target.columns,
            target.stride,
            0
        )
    }
}
