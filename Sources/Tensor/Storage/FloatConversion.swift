import CKernels

/// Conversion of `Float` to bfloat16, given as bit patterns.
package enum FloatConversion {
    /// Rounds to nearest even; a NaN stays a NaN, an overflow becomes infinity.
    ///
    /// - Parameters:
    ///   - values: N numbers.
    ///   - bits: Written in full, N bit patterns.
    package static func encodeBFloat16(
        _ values: UnsafeBufferPointer<Float>,
        into bits: UnsafeMutableBufferPointer<UInt16>
    ) {
        precondition(
            bits.count == values.count,
            "FloatConversion: \(bits.count) bit patterns, \(values.count) values"
        )
        guard let source = values.baseAddress, let target = bits.baseAddress else { return }
        ck_float_to_bfloat(source, values.count, target)
    }
}
