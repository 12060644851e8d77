/// A tensor of a ``GGUFFile``; its weights stay in the mapped file.
package struct GGUFTensor: Sendable {
    package let name: String
    package let type: GGUFTensorType
    /// Lengths as the file lists them, innermost first: `[columns, rows, …]`.
    package let shape: [Int]
    /// Where the weights begin, in bytes from the start of the file.
    package let fileOffset: Int
    private let file: MappedFile

    /// The caller has checked that the weights lie within the file.
    init(name: String, type: GGUFTensorType, shape: [Int], fileOffset: Int, file: MappedFile) {
        self.name = name
        self.type = type
        self.shape = shape
        self.fileOffset = fileOffset
        self.file = file
    }

    /// Weights in a row: the inputs of a linear layer.
    package var columns: Int { shape[0] }
    /// Number of rows: the outputs of a linear layer; 1 for a vector.
    package var rows: Int { shape.dropFirst().reduce(1, *) }
    /// Bytes of a row.
    package var rowBytes: Int { columns / type.blockElements * type.blockBytes }

    /// The bits, 4 or 8, of the codes that ``groups(row:codes:scales:offsets:)`` writes; `nil` if the
    /// type has no such codes.
    package var groupBits: Int? { type.groupBits }

    /// Converts a row to `Float`.
    ///
    /// - Parameters:
    ///   - row: From 0 to ``rows`` − 1.
    ///   - output: `[columns]`.
    package func dequantise(row: Int, into output: UnsafeMutableBufferPointer<Float>) {
        precondition(output.count == columns, "\(output.count) elements for \(columns) columns")
        guard let target = output.baseAddress else { return }
        BlockDecoder.dequantise(rowStart(row), type: type, count: columns, into: target)
    }

    /// Converts the whole tensor to `Float`, `[rows, columns]` row-major.
    package func dequantised() -> [Float] {
        let (rows, columns) = (rows, columns)
        return [Float](unsafeUninitializedCapacity: rows * columns) { buffer, count in
            for row in 0..<rows {
                let slice = buffer[row * columns..<(row + 1) * columns]
                dequantise(row: row, into: UnsafeMutableBufferPointer(rebasing: slice))
            }
            count = rows * columns
        }
    }

    /// Unpacks a row into codes without rounding: `weight = scale · code + offset`.
    ///
    /// - Precondition: ``groupBits`` is not `nil`.
    /// - Parameters:
    ///   - row: From 0 to ``rows`` − 1.
    ///   - codes: `[columns]`, below 16 where ``groupBits`` is 4.
    ///   - scales: `[columns / 32]`.
    ///   - offsets: `[columns / 32]`.
    package func groups(
        row: Int,
        codes: UnsafeMutableBufferPointer<UInt8>,
        scales: UnsafeMutableBufferPointer<Float>,
        offsets: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(type.groupBits != nil, "\(type.name) has no groups of 32")
        precondition(
            codes.count == columns && scales.count == columns / 32 && offsets.count == columns / 32,
            "\(codes.count) codes, \(scales.count) scales, \(offsets.count) offsets for \(columns)"
        )
        guard let codes = codes.baseAddress, let scales = scales.baseAddress,
            let offsets = offsets.baseAddress
        else { return }
        BlockDecoder.groups(
            rowStart(row),
            type: type,
            count: columns,
            codes: codes,
            scales: scales,
            offsets: offsets
        )
    }

    private func rowStart(_ row: Int) -> UnsafeRawPointer {
        precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
        guard let base = file.bytes.baseAddress else {
            preconditionFailure("a mapping without an address")
        }
        return base + fileOffset + row * rowBytes
    }
}
