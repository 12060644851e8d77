import CKernels

/// A product of two matrices of activations, in 32 bits.
///
/// For gradients and for the factors of an adapter, which change with every step; products with fixed
/// weights use ``PackedMatrix``.
package enum Product {
    /// Computes `output[m, n] = scale · Σ left[m, k] · right[k, n]` over all k.
    ///
    /// Each element of the output is one chain of additions in the order of k.
    ///
    /// - Parameters:
    ///   - left: `[M, K]`, or `[K, M]` where it is transposed.
    ///   - isTransposed: Whether `left` is read column by column.
    ///   - right: `[K, N]`; fastest where N is a multiple of 16.
    ///   - scale: Multiplies the sums.
    ///   - isAdded: Whether the product is added to what `output` holds.
    ///   - output: Written in full, `[M, N]`; overlaps neither of the others.
    ///   - level: The kernels to use.
    package static func multiply(
        _ left: MatrixView,
        transposed isTransposed: Bool = false,
        by right: MatrixView,
        scale: Float = 1,
        adding isAdded: Bool = false,
        into output: MatrixView,
        level: KernelLevel = .current
    ) {
        let rows = isTransposed ? left.columns : left.rows
        let depth = isTransposed ? left.rows : left.columns
        precondition(right.rows == depth, "Product: depth \(depth) and \(right.rows)")
        output.requireShape(rows, right.columns, "Product")
        level.kernels.product(
            rows,
            right.columns,
            depth,
            left.base,
            isTransposed ? 1 : left.stride,
            isTransposed ? left.stride : 1,
            right.base,
            right.stride,
            scale,
            !isAdded,
            output.base,
            output.stride
        )
    }

    /// Writes `source`, `[R, C]`, to `target`, `[C, R]`, with rows and columns exchanged.
    package static func transpose(_ source: MatrixView, into target: MatrixView) {
        target.requireShape(source.columns, source.rows, "Product.transpose")
        // In squares, so that the lines read and written stay in the first-level cache.
        let side = 16
        for top in Swift.stride(from: 0, to: source.rows, by: side) {
            let bottom = min(top + side, source.rows)
            for left in Swift.stride(from: 0, to: source.columns, by: side) {
                let right = min(left + side, source.columns)
                for row in top..<bottom {
                    let from = source.base + row &* source.stride
                    for column in left..<right {
                        target.base[column &* target.stride &+ row] = from[column]
                    }
                }
            }
        }
    }
}
