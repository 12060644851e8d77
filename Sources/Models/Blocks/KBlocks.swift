/// Unpacks the super-blocks of 256 weights that ggml calls K-quants.
///
/// ## Source
/// `block_q4_K`, `block_q5_K`, `block_q6_K` and `get_scale_min_k4` of ggml.
enum KBlocks {
    /// Reads the eight scales and offsets of a Q4_K or Q5_K block.
    ///
    /// The block begins with two half-precision factors and twelve bytes that hold eight 6-bit
    /// scales and eight 6-bit minima.
    @inline(__always)
    private static func scales(
        _ block: UnsafeRawPointer,
        _ scales: UnsafeMutablePointer<Float>,
        _ offsets: UnsafeMutablePointer<Float>
    ) {
        let factor = HalfPrecision.float(block.loadUnaligned(as: UInt16.self))
        let minimumFactor = HalfPrecision.float(
            block.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        )
        for index in 0..<4 {
            let low = byte(block, 4 &+ index)
            let high = byte(block, 8 &+ index)
            let mixed = byte(block, 12 &+ index)
            scales[index] = factor * Float(low & 63)
            offsets[index] = -(minimumFactor * Float(high & 63))
            scales[index &+ 4] = factor * Float(mixed & 0x0F | (low & 0xC0) >> 2)
            offsets[index &+ 4] = -(minimumFactor * Float(mixed >> 4 | (high & 0xC0) >> 2))
        }
    }

    /// Unpacks blocks of Q4_K.
    static func groupsQ4(
        _ source: UnsafeRawPointer,
        _ blocks: Int,
        _ codes: UnsafeMutablePointer<UInt8>,
        _ scales: UnsafeMutablePointer<Float>,
        _ offsets: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<blocks {
            let start = source + block &* 144
            self.scales(start, scales + block &* 8, offsets + block &* 8)
            for pair in 0..<4 {
                let target = codes + (block &* 256 &+ pair &* 64)
                BlockDecoder.unpackNibbles(start + (16 &+ pair &* 32), 32, into: target)
            }
        }
    }

    /// Unpacks blocks of Q5_K.
    static func groupsQ5(
        _ source: UnsafeRawPointer,
        _ blocks: Int,
        _ codes: UnsafeMutablePointer<UInt8>,
        _ scales: UnsafeMutablePointer<Float>,
        _ offsets: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<blocks {
            let start = source + block &* 176
            self.scales(start, scales + block &* 8, offsets + block &* 8)
            unpackQ5(start, into: codes + block &* 256)
        }
    }

    /// Unpacks the 256 five-bit codes of a Q5_K block.
    @inline(__always)
    private static func unpackQ5(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt8>)
    {
        for pair in 0..<4 {
            let halves = block + (48 &+ pair &* 32)
            let target = codes + pair &* 64
            let shift = UInt8(2 &* pair)
            for index in 0..<32 {
                let bits = byte(block, 16 &+ index) &>> shift
                let both = byte(halves, index)
                target[index] = both & 0x0F | (bits & 1) &<< 4
                target[index &+ 32] = both >> 4 | (bits & 2) &<< 3
            }
        }
    }

    /// Converts a Q6_K block to `Float`.
    ///
    /// The block holds 128 bytes of low halves, 64 bytes of upper bit pairs, 16 signed scales and a
    /// half-precision factor.
    @inline(__always)
    static func dequantiseQ6(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
        let factor = HalfPrecision.float(block.loadUnaligned(fromByteOffset: 208, as: UInt16.self))
        for half in 0..<2 {
            let low = block + half &* 64
            let high = block + (128 &+ half &* 32)
            let scales = block + (192 &+ half &* 8)
            let target = output + half &* 128
            for quarter in 0..<4 {
                let nibbles = low + (quarter & 1) &* 32
                let nibbleShift = UInt8(quarter >> 1) &* 4
                let pairShift = UInt8(quarter) &* 2
                for index in 0..<32 {
                    let scale = scales.load(
                        fromByteOffset: quarter &* 2 &+ index >> 4,
                        as: Int8.self
                    )
                    let upper = (byte(high, index) &>> pairShift & 3) &<< 4
                    let code = byte(nibbles, index) &>> nibbleShift & 0x0F | upper
                    target[quarter &* 32 &+ index] =
                        factor * Float(scale) * Float(Int8(truncatingIfNeeded: code) &- 32)
                }
            }
        }
    }

    @inline(__always)
    private static func byte(_ base: UnsafeRawPointer, _ offset: Int) -> UInt8 {
        base.load(fromByteOffset: offset, as: UInt8.self)
    }
}
