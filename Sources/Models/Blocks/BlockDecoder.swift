/// Unpacks the weight blocks of GGUF files.
///
/// Every type with ``GGUFTensorType/groupBits`` is unpacked to unsigned codes with a scale and an
/// offset for every 32 weights. Signed codes are shifted to unsigned ones, and the shift goes into
/// the offset. The products are exact in `Float` (an 11-bit scale times a code of at most 8 bits), so
/// `scale · code + offset` equals the result of ggml's own formula bit for bit.
///
/// ## Source
/// `dequantize_row_*` and the block layouts of ggml (`ggml-quants.c`, `ggml-common.h`).
enum BlockDecoder {
    /// Converts `count` weights to `Float`.
    ///
    /// - Precondition: `count` is a multiple of the type's block length, and `source` holds that many
    ///   blocks; ``GGUFFile`` has checked both.
    static func dequantise(
        _ source: UnsafeRawPointer,
        type: GGUFTensorType,
        count: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        switch type {
        case .float32:
            UnsafeMutableRawPointer(output).copyMemory(from: source, byteCount: count &* 4)
        case .float16:
            for index in 0..<count {
                output[index] = HalfPrecision.float(half(source, index &* 2))
            }
        case .bfloat16:
            for index in 0..<count {
                output[index] = HalfPrecision.float(brain: half(source, index &* 2))
            }
        case .q6_K:
            for block in 0..<count / 256 {
                KBlocks.dequantiseQ6(source + block &* 210, into: output + block &* 256)
            }
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q4_K, .q5_K:
            dequantiseGroups(source, type: type, count: count, into: output)
        }
    }

    /// Unpacks `count` weights into codes and, for each 32 of them, a scale and an offset.
    ///
    /// - Precondition: As for ``dequantise(_:type:count:into:)``, and the type has group bits.
    static func groups(
        _ source: UnsafeRawPointer,
        type: GGUFTensorType,
        count: Int,
        codes: UnsafeMutablePointer<UInt8>,
        scales: UnsafeMutablePointer<Float>,
        offsets: UnsafeMutablePointer<Float>
    ) {
        let blocks = count / type.blockElements
        switch type {
        case .q4_0:
            for block in 0..<blocks {
                let start = source + block &* 18
                let scale = HalfPrecision.float(half(start, 0))
                scales[block] = scale
                offsets[block] = -8 * scale
                unpackNibbles(start + 2, 16, into: codes + block &* 32)
            }
        case .q4_1:
            for block in 0..<blocks {
                let start = source + block &* 20
                scales[block] = HalfPrecision.float(half(start, 0))
                offsets[block] = HalfPrecision.float(half(start, 2))
                unpackNibbles(start + 4, 16, into: codes + block &* 32)
            }
        case .q5_0:
            for block in 0..<blocks {
                let start = source + block &* 22
                let scale = HalfPrecision.float(half(start, 0))
                scales[block] = scale
                offsets[block] = -16 * scale
                unpackFives(start + 6, high: word(start, 2), into: codes + block &* 32)
            }
        case .q5_1:
            for block in 0..<blocks {
                let start = source + block &* 24
                scales[block] = HalfPrecision.float(half(start, 0))
                offsets[block] = HalfPrecision.float(half(start, 2))
                unpackFives(start + 8, high: word(start, 4), into: codes + block &* 32)
            }
        case .q8_0:
            for block in 0..<blocks {
                let start = source + block &* 34
                let scale = HalfPrecision.float(half(start, 0))
                scales[block] = scale
                offsets[block] = -128 * scale
                let target = codes + block &* 32
                for index in 0..<32 { target[index] = byte(start, 2 &+ index) ^ 0x80 }
            }
        case .q4_K:
            KBlocks.groupsQ4(source, blocks, codes, scales, offsets)
        case .q5_K:
            KBlocks.groupsQ5(source, blocks, codes, scales, offsets)
        case .float32, .float16, .bfloat16, .q6_K:
            preconditionFailure("\(type.name) has no groups of 32")
        }
    }

    /// Unpacks 512 weights at a time, so that their codes stay in the first-level cache.
    private static func dequantiseGroups(
        _ source: UnsafeRawPointer,
        type: GGUFTensorType,
        count: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        // 512 is a multiple of every block length.
        let chunk = 512
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: chunk) { codes in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * chunk / 32) { parameters in
                guard let codes = codes.baseAddress, let scales = parameters.baseAddress else {
                    return
                }
                let offsets = scales + chunk / 32
                for start in stride(from: 0, to: count, by: chunk) {
                    let length = min(chunk, count &- start)
                    groups(
                        source + start / type.blockElements &* type.blockBytes,
                        type: type,
                        count: length,
                        codes: codes,
                        scales: scales,
                        offsets: offsets
                    )
                    for group in 0..<length / 32 {
                        let (scale, offset) = (scales[group], offsets[group])
                        let from = codes + group &* 32
                        let target = output + (start &+ group &* 32)
                        for index in 0..<32 {
                            target[index] = scale * Float(from[index]) + offset
                        }
                    }
                }
            }
        }
    }

    /// Writes the low halves of `count` bytes, then their high halves.
    @inline(__always)
    static func unpackNibbles(
        _ source: UnsafeRawPointer,
        _ count: Int,
        into codes: UnsafeMutablePointer<UInt8>
    ) {
        for index in 0..<count {
            let pair = byte(source, index)
            codes[index] = pair & 0x0F
            codes[index &+ count] = pair >> 4
        }
    }

    /// Writes 32 codes: their low four bits are 16 bytes of halves, and bit *i* of `high` is the fifth
    /// bit of code *i*.
    @inline(__always)
    private static func unpackFives(
        _ source: UnsafeRawPointer,
        high: UInt32,
        into codes: UnsafeMutablePointer<UInt8>
    ) {
        for index in 0..<16 {
            let pair = byte(source, index)
            let first = UInt8(truncatingIfNeeded: high &>> UInt32(index)) & 1
            let second = UInt8(truncatingIfNeeded: high &>> UInt32(index &+ 16)) & 1
            codes[index] = pair & 0x0F | first &<< 4
            codes[index &+ 16] = pair >> 4 | second &<< 4
        }
    }

    @inline(__always)
    private static func byte(_ base: UnsafeRawPointer, _ offset: Int) -> UInt8 {
        base.load(fromByteOffset: offset, as: UInt8.self)
    }

    @inline(__always)
    private static func half(_ base: UnsafeRawPointer, _ offset: Int) -> UInt16 {
        base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ offset: Int) -> UInt32 {
        base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
}
