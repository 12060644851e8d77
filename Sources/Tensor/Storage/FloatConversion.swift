import CKernels

/// Conversions between `Float` and the two 16-bit formats, given as bit patterns.
///
/// Rounding is to nearest even. A NaN stays a NaN, an overflow becomes infinity.
package enum FloatConversion {
    /// IEEE 754 binary16 to `Float`; exact.
    package static func decodeHalf(
        _ bits: UnsafeBufferPointer<UInt16>,
        into values: UnsafeMutableBufferPointer<Float>
    ) {
        requireEqual(bits.count, values.count)
        guard let source = bits.baseAddress, let target = values.baseAddress else { return }
        ck_half_to_float(source, bits.count, target)
    }

    /// bfloat16 to `Float`; exact.
    package static func decodeBFloat16(
        _ bits: UnsafeBufferPointer<UInt16>,
        into values: UnsafeMutableBufferPointer<Float>
    ) {
        requireEqual(bits.count, values.count)
        guard let source = bits.baseAddress, let target = values.baseAddress else { return }
        ck_bfloat_to_float(source, bits.count, target)
    }

    /// `Float` to IEEE 754 binary16.
    package static func encodeHalf(
        _ values: UnsafeBufferPointer<Float>,
        into bits: UnsafeMutableBufferPointer<UInt16>
    ) {
        requireEqual(bits.count, values.count)
        guard let source = values.baseAddress, let target = bits.baseAddress else { return }
        ck_float_to_half(source, values.count, target)
    }

    /// `Float` to bfloat16.
    package static func encodeBFloat16(
        _ values: UnsafeBufferPointer<Float>,
        into bits: UnsafeMutableBufferPointer<UInt16>
    ) {
        requireEqual(bits.count, values.count)
        guard let source = values.baseAddress, let target = bits.baseAddress else { return }
        ck_float_to_bfloat(source, values.count, target)
    }

    private static func requireEqual(_ bits: Int, _ values: Int) {
        precondition(bits == values, "FloatConversion: \(bits) bit patterns, \(values) values")
    }
}
