/// A small, fast random number generator whose sequence is fixed by its seed.
///
/// ## Source
/// Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*, 2014; the constants are
/// those of `java.util.SplittableRandom`.
package struct SplitMix64: RandomNumberGenerator {
    private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// Creates the generator of one of a seed's streams; streams start far apart.
    package init(seed: UInt64, stream: Int) {
        var seeds = SplitMix64(seed: seed)
        let offset = seeds.next()
        var starts = SplitMix64(seed: offset &+ UInt64(truncatingIfNeeded: stream) &* Self.golden)
        self.init(seed: starts.next())
    }

    package mutating func next() -> UInt64 {
        state &+= Self.golden
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A uniform number in [0, 1) with 53 random bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number from 0 up to but not including `bound`, which must be positive.
    package mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// The elements in a random order (Fisher–Yates shuffle).
    ///
    /// The standard library does not guarantee that its own `shuffled` gives the same order in
    /// every version.
    package mutating func shuffled(_ indices: [Int]) -> [Int] {
        var shuffled = indices
        for last in stride(from: shuffled.count - 1, to: 0, by: -1) {
            shuffled.swapAt(last, next(below: last + 1))
        }
        return shuffled
    }
}
