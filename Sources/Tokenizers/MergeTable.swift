/// The pairs of tokens that merge, the token that each becomes, and their order of priority.
///
/// An open-addressing hash table keyed by the pair of token numbers: a look-up costs one
/// multiplication and usually one cache line.
struct MergeTable: Sendable {
    /// What becomes of a pair of tokens.
    struct Merge {
        /// The lowest rank merges first; every pair has its own.
        let rank: Int32
        let result: Int32

        /// The entry for a pair that does not merge.
        static let none = Merge(rank: .max, result: -1)
    }

    private struct Slot {
        var key: UInt64
        var merge: Merge
    }

    /// The key of an empty slot; no pair has it, because token numbers are not negative.
    private static let empty = UInt64.max

    private var slots: [Slot]
    private let shift: UInt64
    private var count = 0

    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        slots = Array(repeating: Slot(key: Self.empty, merge: .none), count: 1 << bits)
        shift = 64 - bits
    }

    /// Adds a pair; if it is in the table already, it keeps its first and lower rank.
    mutating func insert(_ left: Int32, _ right: Int32, rank: Int32, result: Int32) {
        precondition(count < slots.count / 2, "more than \(count) merges")
        let (slot, key) = find(left, right)
        guard slots[slot].key == Self.empty else { return }
        slots[slot] = Slot(key: key, merge: Merge(rank: rank, result: result))
        count += 1
    }

    /// The merge of a pair; ``Merge/none`` if it does not merge.
    func merge(_ left: Int32, _ right: Int32) -> Merge { slots[find(left, right).slot].merge }

    private func find(_ left: Int32, _ right: Int32) -> (slot: Int, key: UInt64) {
        let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
        // Fibonacci hashing: the upper bits of the product with 2⁶⁴ / φ.
        var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
        let mask = slots.count - 1
        while slots[slot].key != key, slots[slot].key != Self.empty { slot = (slot + 1) & mask }
        return (slot, key)
    }
}
