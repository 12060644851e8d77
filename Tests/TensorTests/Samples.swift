import Foundation
import Tensor

/// A seeded generator (SplitMix64), so that every run draws the same numbers.
struct Samples: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Numbers between -1 and 1.
    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
    }
}

/// A matrix that owns its elements.
struct Matrix {
    let buffer: FloatBuffer
    let view: MatrixView

    init(_ values: [Float], rows: Int, columns: Int) {
        buffer = FloatBuffer(values)
        view = buffer.matrix(rows: rows, columns: columns)
    }

    /// A matrix filled with NaN, so that an element that is never written is noticed.
    init(rows: Int, columns: Int) {
        self.init(
            [Float](repeating: .nan, count: rows * columns),
            rows: rows,
            columns: columns
        )
    }

    /// A copy of the elements.
    var elements: [Float] { withExtendedLifetime(buffer) { view.elements } }

    /// The bits of the elements, to compare exactly.
    var bits: [UInt32] { elements.map(\.bitPattern) }
}

/// The library's exponential, for references.
func exponential(_ x: Double) -> Double { exp(x) }

/// The library's natural logarithm, for references.
func logarithm(_ x: Double) -> Double { log(x) }
