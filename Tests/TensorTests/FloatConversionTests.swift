import Tensor
import Testing

@Suite("Sixteen-bit floats")
struct FloatConversionTests {
    @Test("every half-precision number is kept exactly, as Swift's Float16 has it")
    func halves() {
        let halves = (0...UInt16.max).map { Float(Float16(bitPattern: $0)) }
        let kept = throughHalfPrecision(halves)
        for (half, value) in zip(halves, kept) {
            if half.isNaN { #expect(value.isNaN) } else { #expect(value == half) }
        }
    }

    @Test("rounding to half is to nearest even, overflow to infinity")
    func halfRounding() {
        var samples = Samples(seed: 41)
        let special: [Float] = [
            65_519, 65_520, 1e9, -1e9, .infinity, 1e-8, 2.9802322e-8, 2.9802326e-8, 6.1e-5,
            1.00048828125, 1.00146484375, 0, -0.0,
        ]
        let values = special + samples.floats(4_000).map { $0 * 1e-4 } + samples.floats(4_000)
        #expect(throughHalfPrecision(values) == values.map { Float(Float16($0)) })
        #expect(throughHalfPrecision([.nan])[0].isNaN)
    }

    @Test("rounding to bfloat16 is to nearest even, and keeps every bfloat16 number")
    func bfloats() {
        let exact = (0...UInt16.max).map { Float(bitPattern: UInt32($0) << 16) }
        for (pattern, again) in zip(UInt16.min...UInt16.max, bfloats(exact))
        where !exact[Int(pattern)].isNaN {
            #expect(again == pattern)
        }
        // 1 + 1/256 lies between 1 and 1 + 1/128: to even; a bit more goes up.
        let inputs: [Float] = [1.00390625, 1.0039064, 1.01171875, .infinity, 3.4e38]
        #expect(bfloats(inputs) == [0x3F80, 0x3F81, 0x3F82, 0x7F80, 0x7F80])
        let nan = bfloats([Float(bitPattern: 0x7F80_0001)])[0]
        #expect(Float(bitPattern: UInt32(nan) << 16).isNaN)
    }

    /// Values rounded to half precision, by way of the scales of packed codes.
    private func throughHalfPrecision(_ values: [Float]) -> [Float] {
        let (rows, group) = (PackedMatrix.panelOutputs, PackedMatrix.groupInputs)
        let groups = (values.count + rows - 1) / rows
        let matrix = PackedMatrix(outputs: rows, inputs: groups * group, codeBits: 8) {
            row,
            codes,
            scales,
            offsets in
            codes.update(repeating: 1)
            scales.update(repeating: 0)
            offsets.update(repeating: 0)
            let own = values.dropFirst(row * groups).prefix(groups)
            for (index, value) in own.enumerated() { scales[index] = value }
        }
        let kept = (0..<rows).flatMap { row in
            let weights = matrix.row(row)
            return (0..<groups).map { weights[$0 * group] }
        }
        return Array(kept.prefix(values.count))
    }

    private func bfloats(_ values: [Float]) -> [UInt16] {
        var bits = [UInt16](repeating: 0xFFFF, count: values.count)
        values.withUnsafeBufferPointer { source in
            bits.withUnsafeMutableBufferPointer {
                FloatConversion.encodeBFloat16(source, into: $0)
            }
        }
        return bits
    }
}
