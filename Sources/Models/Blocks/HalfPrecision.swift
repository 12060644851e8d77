/// Conversion of 16-bit floating-point numbers to `Float`, by bit operations.
///
/// In a build for any x86-64, `Float(Float16)` would call the run-time library for every number.
enum HalfPrecision {
    /// IEEE 754 half precision, exactly; a NaN stays a NaN.
    @inline(__always)
    static func float(_ half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) &<< 16
        let magnitude = UInt32(half & 0x7FFF)
        if magnitude >= 0x0400 {
            // The exponent's bias is 127 instead of 15; infinity and NaN keep the largest one.
            let bias: UInt32 = magnitude >= 0x7C00 ? 224 : 112
            return Float(bitPattern: sign | (magnitude &<< 13 &+ bias &<< 23))
        }
        // A subnormal counts units of 2⁻²⁴.
        let value = Float(magnitude) * 0x1p-24
        return Float(bitPattern: sign | value.bitPattern)
    }

    /// bfloat16, exactly: the upper half of a `Float`.
    @inline(__always)
    static func float(brain: UInt16) -> Float {
        Float(bitPattern: UInt32(brain) &<< 16)
    }
}
