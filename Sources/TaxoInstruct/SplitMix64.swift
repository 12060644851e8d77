/// A small generator of random numbers whose sequence never changes.
///
/// Source: Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number below `bound`, which is greater than 0.
    package mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// The elements in a random order (Fisher and Yates).
    ///
    /// The standard library does not promise that `shuffled` keeps its order across versions.
    package mutating func shuffled(_ indices: [Int]) -> [Int] {
        var shuffled = indices
        for last in stride(from: shuffled.count - 1, to: 0, by: -1) {
            shuffled.swapAt(last, next(below: last + 1))
        }
        return shuffled
    }
}
