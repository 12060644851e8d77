import CKernels

/// The format that activations are rounded to before a product.
package enum ActivationFormat: String, CaseIterable, Sendable {
    case float32
    case bfloat16
    /// 8 bits with a scale for every 32 inputs.
    case int8
}

/// Rows of activations, prepared for products with one or more matrices of the same format.
///
/// One thread prepares the same object again and again; memory is allocated only when it must grow.
/// Activations that several matrices read are prepared once.
package final class Activations {
    package let level: KernelLevel
    package private(set) var rows = 0
    package private(set) var inputs = 0
    package private(set) var format = ActivationFormat.float32
    private var values = AlignedStorage(byteCount: 0)
    private let scales = FloatBuffer()
    private let sums = FloatBuffer()

    package init(level: KernelLevel = .current) {
        self.level = level
    }

    /// Rounds `input` for products with matrices of `format`.
    ///
    /// - `int8`: for every group of 32 inputs, scale = max |x| / 127 and value = x / scale,
    ///   rounded to nearest even. A group whose greatest magnitude is below 1e-30 becomes zero; a
    ///   group with a NaN or an infinity yields NaN in every product.
    /// - `bfloat16`: rounded to nearest even.
    ///
    /// - Parameters:
    ///   - input: Activations, `[R, inputs]`; copied, so not read afterwards.
    ///   - format: The activation format of the matrices to multiply with.
    package func prepare(_ input: MatrixView, for format: ActivationFormat) {
        rows = input.rows
        inputs = input.columns
        self.format = format
        let groups = (inputs + Int(CK_GROUP) - 1) / Int(CK_GROUP)
        // The widest layout: 32-bit values, each row padded to whole groups.
        let needed = rows * groups * Int(CK_GROUP) * MemoryLayout<Float>.stride
        if values.byteCount < needed {
            values = AlignedStorage(byteCount: max(needed, values.byteCount * 3 / 2))
        }
        guard rows > 0, inputs > 0 else { return }
        withDescription { prepared in
            level.kernels.prepare(
                matrixCode,
                input.base,
                rows,
                inputs,
                input.stride,
                prepared
            )
        }
    }

    func withDescription(_ body: (UnsafePointer<ck_activations>) -> Void) {
        let groups = (inputs + Int(CK_GROUP) - 1) / Int(CK_GROUP)
        var description = ck_activations(
            rows: rows,
            inputs: inputs,
            values: values.base,
            scales: scales.matrix(rows: rows, columns: groups).base,
            sums: sums.matrix(rows: rows, columns: groups).base
        )
        body(&description)
    }

    private var matrixCode: Int32 {
        switch format {
        case .float32: MatrixFormat.float32.code
        case .bfloat16: MatrixFormat.bfloat16.code
        case .int8: MatrixFormat.int8.code
        }
    }
}
