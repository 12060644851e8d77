import Tensor
import Testing

@Suite("Sixteen-bit floats")
struct FloatConversionTests {
    @Test("every half decodes to the number that Swift's Float16 holds, and back")
    func halves() {
        let bits = (0...UInt16.max).map { $0 }
        let values = decode(bits, FloatConversion.decodeHalf)
        for (pattern, value) in zip(bits, values) {
            let expected = Float(Float16(bitPattern: pattern))
            if expected.isNaN { #expect(value.isNaN) } else { #expect(value == expected) }
        }
        let back = encode(values, FloatConversion.encodeHalf)
        for (pattern, again) in zip(bits, back) where !Float16(bitPattern: pattern).isNaN {
            #expect(again == pattern)
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
        let expected = values.map { Float16($0).bitPattern }
        #expect(encode(values, FloatConversion.encodeHalf) == expected)
        let nan = encode([.nan], FloatConversion.encodeHalf)
        #expect(Float16(bitPattern: nan[0]).isNaN)
    }

    @Test("bfloat16 decodes exactly and rounds to nearest even")
    func bfloats() {
        let bits = (0...UInt16.max).map { $0 }
        let values = decode(bits, FloatConversion.decodeBFloat16)
        #expect(zip(bits, values).allSatisfy { $1.bitPattern == UInt32($0) << 16 })
        // 1 + 1/256 lies between 1 and 1 + 1/128: to even; a bit more goes up.
        let inputs: [Float] = [1.00390625, 1.0039064, 1.01171875, .infinity, 3.4e38]
        let encoded = encode(inputs, FloatConversion.encodeBFloat16)
        #expect(encoded == [0x3F80, 0x3F81, 0x3F82, 0x7F80, 0x7F80])
        let nan = encode([Float(bitPattern: 0x7F80_0001)], FloatConversion.encodeBFloat16)
        #expect(decode(nan, FloatConversion.decodeBFloat16)[0].isNaN)
    }

    private func decode(
        _ bits: [UInt16],
        _ body: (UnsafeBufferPointer<UInt16>, UnsafeMutableBufferPointer<Float>) -> Void
    ) -> [Float] {
        var values = [Float](repeating: .nan, count: bits.count)
        bits.withUnsafeBufferPointer { source in
            values.withUnsafeMutableBufferPointer { body(source, $0) }
        }
        return values
    }

    private func encode(
        _ values: [Float],
        _ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<UInt16>) -> Void
    ) -> [UInt16] {
        var bits = [UInt16](repeating: 0xFFFF, count: values.count)
        values.withUnsafeBufferPointer { source in
            bits.withUnsafeMutableBufferPointer { body(source, $0) }
        }
        return bits
    }
}
