import CKernels
import Glibc

/// Rotary position embedding: rotates pairs of channels by an angle that grows with the position.
///
/// Pair *i* of a head at position *p* is rotated by `p / base^(2i / rotated)`, divided by the pair's
/// frequency factor if the model has such factors.
///
/// ## Source
/// Su et al., *RoFormer*, 2021 (arXiv:2104.09864).
package final class Rotary: Sendable {
    /// Which channels form a pair.
    package enum Pairing: Sendable {
        /// Channels 2i and 2i + 1 (GGUF files of the LLaMA family).
        case adjacent
        /// Channels i and i + rotated / 2 (GPT-NeoX, qwen2).
        case halves
    }

    package let headSize: Int
    /// The number of channels of a head that are rotated, from the first on; even.
    package let rotated: Int
    /// The table covers the positions `0 ..< positions`.
    package let positions: Int
    package let pairing: Pairing
    private let cosine: [Float]
    private let sine: [Float]
    /// For the inverse rotation; empty unless requested.
    private let negatedSine: [Float]

    /// Computes the table, in double precision.
    ///
    /// - Parameters:
    ///   - headSize: Channels of one head.
    ///   - rotated: The channels of a head to rotate; all by default.
    ///   - base: The base of the frequencies, 10,000 in the paper.
    ///   - positions: The greatest position plus one.
    ///   - pairing: Which channels form a pair.
    ///   - positionScale: Multiplies the position (linear context scaling).
    ///   - frequencyFactors: Divides the frequency of each pair, `[rotated / 2]`; none by default.
    ///   - isInvertible: Whether ``revert(_:positions:level:)`` will be called.
    package init(
        headSize: Int,
        rotated: Int? = nil,
        base: Double,
        positions: Int,
        pairing: Pairing,
        positionScale: Double = 1,
        frequencyFactors: [Float]? = nil,
        isInvertible: Bool = false
    ) {
        let rotated = rotated ?? headSize
        precondition(
            rotated <= headSize && rotated.isMultiple(of: 2) && positions > 0,
            "Rotary: \(rotated) of \(headSize) channels, \(positions) positions"
        )
        let pairs = rotated / 2
        precondition(
            frequencyFactors.map { $0.count == pairs } ?? true,
            "Rotary: \(frequencyFactors?.count ?? 0) factors for \(pairs) pairs"
        )
        self.headSize = headSize
        self.rotated = rotated
        self.positions = positions
        self.pairing = pairing

        let frequencies = (0..<pairs).map { pair in
            pow(base, -Double(2 * pair) / Double(rotated))
                / Double(frequencyFactors?[pair] ?? 1)
        }
        var cosine: [Float] = []
        var sine: [Float] = []
        cosine.reserveCapacity(positions * pairs)
        sine.reserveCapacity(positions * pairs)
        for position in 0..<positions {
            for frequency in frequencies {
                let angle = Double(position) * positionScale * frequency
                cosine.append(Float(cos(angle)))
                sine.append(Float(sin(angle)))
            }
        }
        self.cosine = cosine
        self.sine = sine
        negatedSine = isInvertible ? sine.map { -$0 } : []
    }

    /// Rotates every head of every row in place.
    ///
    /// - Parameters:
    ///   - heads: `[R, H · headSize]`; queries or keys.
    ///   - rowPositions: The position of each row, `[R]`, below ``positions``.
    ///   - level: The kernels to use.
    package func apply(
        to heads: MatrixView,
        positions rowPositions: [Int32],
        level: KernelLevel = .current
    ) {
        turn(heads, rowPositions, sine, level)
    }

    /// Undoes ``apply(to:positions:level:)`` in place; this is also its backward pass.
    ///
    /// - Parameters:
    ///   - heads: `[R, H · headSize]`.
    ///   - rowPositions: The position of each row, `[R]`, below ``positions``.
    ///   - level: The kernels to use.
    /// - Precondition: The table was made with `isInvertible`.
    package func revert(
        _ heads: MatrixView,
        positions rowPositions: [Int32],
        level: KernelLevel = .current
    ) {
        precondition(negatedSine.count == sine.count, "Rotary: not made to be invertible")
        turn(heads, rowPositions, negatedSine, level)
    }

    private func turn(
        _ heads: MatrixView,
        _ rowPositions: [Int32],
        _ sine: [Float],
        _ level: KernelLevel
    ) {
        precondition(
            heads.columns.isMultiple(of: headSize) && rowPositions.count == heads.rows,
            "Rotary: \(heads.columns) columns of heads of \(headSize), "
                + "\(rowPositions.count) positions for \(heads.rows) rows"
        )
        precondition(
            rowPositions.allSatisfy { $0 >= 0 && $0 < positions },
            "Rotary: a position outside 0 ..< \(positions)"
        )
        level.kernels.rotate(
            heads.base,
            heads.rows,
            heads.columns / headSize,
            headSize,
            heads.stride,
            rotated,
            pairing == .halves,
            rowPositions,
            cosine,
            sine
        )
    }
}
