import Tensor
import Testing

@Suite("Packing")
struct PackedMatrixTests {
    @Test("a row comes back as it was stored", arguments: MatrixFormat.allCases)
    func roundTrip(_ format: MatrixFormat) {
        var samples = Samples(seed: 11)
        let (outputs, inputs) = (131, 77)
        let weights = samples.floats(outputs * inputs)
        let matrix = pack(weights, outputs: outputs, inputs: inputs, format: format)
        for output in 0..<outputs {
            // A group spans at most 2, so that half a step is 1/255 or 1/15, plus the rounding of
            // scale and offset to half precision; bfloat16 keeps 8 bits.
            let tolerance: Float =
                switch format {
                case .float32: 0
                case .bfloat16: 1 / 256
                case .int8: 1 / 255 + 2e-3
                case .int4: 1 / 15 + 2e-3
                }
            expectClose(
                matrix.row(output),
                Array(weights[output * inputs..<(output + 1) * inputs]),
                absolute: tolerance,
                relative: 0
            )
        }
    }

    @Test("codes, scales and offsets are kept exactly", arguments: [4, 8])
    func codes(_ bits: Int) {
        var samples = Samples(seed: 12)
        let (outputs, inputs) = (70, 96)
        let top: UInt8 = bits == 4 ? 15 : 255
        let codes = (0..<outputs * inputs).map { _ in UInt8.random(in: 0...top, using: &samples) }
        // Multiples of 1/64 below 8 are exact in half precision.
        let scales = (0..<outputs * 3).map { _ in
            Float(Int.random(in: 1...64, using: &samples)) / 64
        }
        let offsets = scales.map { -8 * $0 }
        let matrix = PackedMatrix(outputs: outputs, inputs: inputs, codeBits: bits) {
            row,
            rowCodes,
            rowScales,
            rowOffsets in
            for k in 0..<inputs { rowCodes[k] = codes[row * inputs + k] }
            for group in 0..<3 {
                rowScales[group] = scales[row * 3 + group]
                rowOffsets[group] = offsets[row * 3 + group]
            }
        }
        for row in 0..<outputs {
            let expected = (0..<inputs).map { k in
                let group = row * 3 + k / 32
                return Float(codes[row * inputs + k]) * scales[group] + offsets[group]
            }
            #expect(matrix.row(row) == expected, "row \(row)")
        }
    }

    @Test("a group of equal weights, zeros too, is exact up to half precision")
    func constantGroup() {
        for value in [Float(0), 0.25, -3] {
            let weights = [Float](repeating: value, count: 64)
            let matrix = pack(weights, outputs: 2, inputs: 32, format: .int4)
            #expect(matrix.row(0) == [Float](repeating: value, count: 32))
        }
    }

    @Test("a weight that is not finite does not become a number", arguments: MatrixFormat.allCases)
    func notFinite(_ format: MatrixFormat) {
        var weights = [Float](repeating: 0.5, count: 32)
        weights[9] = .nan
        let matrix = pack(weights, outputs: 1, inputs: 32, format: format)
        #expect(!matrix.row(0)[9].isFinite)
    }

    @Test("the error of a filling closure is passed on")
    func failure() {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try PackedMatrix(outputs: 3, inputs: 32, format: .float32) { row, _ throws(Stop) in
                if row == 2 { throw Stop() }
            }
        }
    }

    @Test("4-bit weights take 5 bits with their scales, 8-bit weights 9")
    func size() {
        let weights = [Float](repeating: 0, count: 128 * 64)
        let four = pack(weights, outputs: 128, inputs: 64, format: .int4)
        let eight = pack(weights, outputs: 128, inputs: 64, format: .int8)
        #expect(four.byteCount == 128 * 64 * 5 / 8)
        #expect(eight.byteCount == 128 * 64 * 9 / 8)
    }
}
