import CKernels

/// How the weights of a ``PackedMatrix`` are stored, which decides how a product is computed.
package enum MatrixFormat: String, CaseIterable, Sendable {
    /// 32-bit weights and activations.
    case float32
    /// bfloat16 weights and activations, summed in 32 bits.
    case bfloat16
    /// 8-bit codes with a scale and an offset for every 32 inputs, times 8-bit activations.
    case int8
    /// 4-bit codes with a scale and an offset for every 32 inputs, times 8-bit activations.
    case int4

    /// The format of the activations in a product.
    package var activations: ActivationFormat {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .int8, .int4: .int8
        }
    }

    var code: Int32 {
        switch self {
        case .float32: Int32(CK_FORMAT_FLOAT32)
        case .bfloat16: Int32(CK_FORMAT_BFLOAT16)
        case .int8: Int32(CK_FORMAT_INT8)
        case .int4: Int32(CK_FORMAT_INT4)
        }
    }
}

/// A weight matrix `[outputs, inputs]`, laid out for the product kernels.
///
/// Weights are packed once, when the model is loaded, into panels of 64 outputs; the layout is the
/// same for all kernel levels. Immutable after `init`, so all workers share it.
package final class PackedMatrix: Sendable {
    /// Outputs per panel; a product over part of the outputs begins at a multiple of it.
    package static let panelOutputs = Int(CK_PANEL)
    /// Inputs that share a scale and an offset in the integer formats.
    package static let groupInputs = Int(CK_GROUP)

    package let outputs: Int
    package let inputs: Int
    package let format: MatrixFormat
    private let storage: AlignedStorage

    /// Memory of the weights, including padding.
    package var byteCount: Int { storage.byteCount }

    /// Packs rows of `Float`s, requested in order.
    ///
    /// In the integer formats the codes of a group of 32 range from its smallest to its greatest weight;
    /// ``MatrixFormat/bfloat16`` rounds to nearest even.
    ///
    /// - Parameters:
    ///   - outputs: Rows of the matrix, positive.
    ///   - inputs: Columns of the matrix, positive.
    ///   - format: How to store the weights.
    ///   - fill: Writes row `row` in full, `[inputs]`.
    /// - Throws: What `fill` throws.
    package init<Failure>(
        outputs: Int,
        inputs: Int,
        format: MatrixFormat,
        fill: (_ row: Int, _ weights: UnsafeMutableBufferPointer<Float>) throws(Failure) -> Void
    ) throws(Failure) {
        self.outputs = outputs
        self.inputs = inputs
        self.format = format
        storage = Self.makeStorage(outputs: outputs, inputs: inputs, format: format)

        let rows = FloatBuffer()
        defer { withExtendedLifetime(rows) {} }
        let panelBytes = ck_packed_bytes(format.code, Self.panelOutputs, inputs)
        for (panel, first) in stride(from: 0, to: outputs, by: Self.panelOutputs).enumerated() {
            let view = rows.matrix(
                rows: min(Self.panelOutputs, outputs - first),
                columns: inputs
            )
            for row in 0..<view.rows { try fill(first + row, view.row(row)) }
            ck_pack_rows(
                format.code,
                view.base,
                view.rows,
                inputs,
                storage.base.assumingMemoryBound(to: UInt8.self) + panel * panelBytes
            )
        }
    }

    /// Packs codes as they are: weight = scale · code + offset.
    ///
    /// The codes of every 4- or 8-bit block format with groups of 32 or more inputs are kept exactly;
    /// scales and offsets are rounded to half precision.
    ///
    /// - Parameters:
    ///   - outputs: Rows of the matrix, positive.
    ///   - inputs: Columns of the matrix, positive.
    ///   - codeBits: 4 or 8. A 4-bit code is given in a byte of its own, 0 to 15.
    ///   - fill: Writes row `row` in full: codes `[inputs]`, scales and offsets
    ///     `[inputs / 32, rounded up]`.
    /// - Throws: What `fill` throws.
    package init<Failure>(
        outputs: Int,
        inputs: Int,
        codeBits: Int,
        fill: (
            _ row: Int,
            _ codes: UnsafeMutableBufferPointer<UInt8>,
            _ scales: UnsafeMutableBufferPointer<Float>,
            _ offsets: UnsafeMutableBufferPointer<Float>
        ) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(codeBits == 4 || codeBits == 8, "PackedMatrix: \(codeBits)-bit codes")
        self.outputs = outputs
        self.inputs = inputs
        let format: MatrixFormat = codeBits == 4 ? .int4 : .int8
        self.format = format
        storage = Self.makeStorage(outputs: outputs, inputs: inputs, format: format)

        let groups = (inputs + Self.groupInputs - 1) / Self.groupInputs
        let codes = AlignedStorage(byteCount: Self.panelOutputs * inputs)
        let codeBase = codes.base.assumingMemoryBound(to: UInt8.self)
        let ranges = FloatBuffer()
        defer { withExtendedLifetime((codes, ranges)) {} }
        let both = ranges.matrix(rows: 2 * Self.panelOutputs, columns: groups)
        let scales = both.rows(0..<Self.panelOutputs)
        let offsets = both.rows(Self.panelOutputs..<2 * Self.panelOutputs)
        let panelBytes = ck_packed_bytes(format.code, Self.panelOutputs, inputs)
        for (panel, first) in stride(from: 0, to: outputs, by: Self.panelOutputs).enumerated() {
            let rows = min(Self.panelOutputs, outputs - first)
            for row in 0..<rows {
                try fill(
                    first + row,
                    UnsafeMutableBufferPointer(start: codeBase + row * inputs, count: inputs),
                    scales.row(row),
                    offsets.row(row)
                )
            }
            ck_pack_codes(
                format.code,
                codeBase,
                scales.base,
                offsets.base,
                rows,
                inputs,
                storage.base.assumingMemoryBound(to: UInt8.self) + panel * panelBytes
            )
        }
    }

    /// Computes `output[r, o] = Σ activations[r, k] · weight[o, k]` over all k.
    ///
    /// A row of the output depends only on its own activations, bit for bit.
    ///
    /// - Parameters:
    ///   - activations: `[R, inputs]`, prepared for this matrix's format.
    ///   - range: The outputs to compute, all by default; begins at a multiple of ``panelOutputs``.
    ///   - isAdded: Whether the product is added to what `output` holds.
    ///   - output: Written in full, `[R, range.count]`.
    package func multiply(
        _ activations: Activations,
        outputs range: Range<Int>? = nil,
        adding isAdded: Bool = false,
        into output: MatrixView
    ) {
        let range = range ?? 0..<outputs
        precondition(
            range.lowerBound >= 0 && range.upperBound <= outputs
                && range.lowerBound.isMultiple(of: Self.panelOutputs),
            "PackedMatrix: outputs \(range) of \(outputs)"
        )
        precondition(
            activations.inputs == inputs && activations.format == format.activations,
            "PackedMatrix: \(activations.format) activations of \(activations.inputs), "
                + "want \(format.activations) of \(inputs)"
        )
        output.requireShape(activations.rows, range.count, "PackedMatrix.multiply")
        guard !range.isEmpty, activations.rows > 0 else { return }

        // The kernel reads the number of outputs from the matrix to find the end of the last panel.
        var matrix = description
        matrix.outputs = range.upperBound
        activations.withDescription { prepared in
            activations.level.kernels.multiply(
                &matrix,
                prepared,
                range.lowerBound / Self.panelOutputs,
                (range.upperBound + Self.panelOutputs - 1) / Self.panelOutputs,
                !isAdded,
                output.base,
                output.stride
            )
        }
    }

    /// Reads row `index` back as `Float`s, as the kernels see it.
    ///
    /// - Parameters:
    ///   - index: An output of the matrix.
    ///   - weights: Written in full, `[inputs]`.
    package func copyRow(_ index: Int, into weights: UnsafeMutableBufferPointer<Float>) {
        precondition(index >= 0 && index < outputs, "PackedMatrix: row \(index) of \(outputs)")
        precondition(weights.count == inputs, "PackedMatrix: \(weights.count), want \(inputs)")
        guard let base = weights.baseAddress else { return }
        var matrix = description
        ck_unpack_row(&matrix, index, base)
    }

    /// Row `index` as an array; see ``copyRow(_:into:)``.
    package func row(_ index: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: inputs) { buffer, count in
            copyRow(index, into: UnsafeMutableBufferPointer(rebasing: buffer[0..<inputs]))
            count = inputs
        }
    }

    private var description: ck_matrix {
        ck_matrix(
            format: format.code,
            outputs: outputs,
            inputs: inputs,
            panels: storage.base.assumingMemoryBound(to: UInt8.self)
        )
    }

    private static func makeStorage(
        outputs: Int,
        inputs: Int,
        format: MatrixFormat
    ) -> AlignedStorage {
        precondition(outputs > 0 && inputs > 0, "PackedMatrix: [\(outputs), \(inputs)]")
        return AlignedStorage(byteCount: ck_packed_bytes(format.code, outputs, inputs))
    }
}
