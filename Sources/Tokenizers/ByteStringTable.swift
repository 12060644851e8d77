/// A hash table from byte strings to token numbers.
///
/// A dictionary of strings would need a `String` for every look-up; this table compares slices of the
/// text. All strings are stored in one array, so a vocabulary needs four allocations, not 50,000.
struct ByteStringTable: Sendable {
    private var bytes: [UInt8] = []
    /// String *i* is `bytes[starts[i]..<starts[i + 1]]`.
    private var starts: [Int] = [0]
    private var numbers: [Int32] = []
    /// Indices of strings, −1 in an empty slot; at most half of the slots are used.
    private var slots: [Int32]
    private(set) var longest = 0

    /// - Parameter capacity: Most strings that will be inserted.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        starts.reserveCapacity(capacity + 1)
        numbers.reserveCapacity(capacity)
    }

    /// Adds a string; if it is in the table already, it keeps its number.
    mutating func insert(_ string: [UInt8], number: Int32) {
        let slot = string.withUnsafeBufferPointer { self.slot(of: $0) }
        guard slots[slot] < 0 else { return }
        precondition(numbers.count < slots.count / 2, "more than \(numbers.count) strings")
        slots[slot] = Int32(numbers.count)
        bytes.append(contentsOf: string)
        starts.append(bytes.count)
        numbers.append(number)
        longest = max(longest, string.count)
    }

    /// The number of a string, `nil` if it is not in the table.
    func number(of string: UnsafeBufferPointer<UInt8>) -> Int32? {
        let index = slots[slot(of: string)]
        return index < 0 ? nil : numbers[Int(index)]
    }

    /// The number of a string, `nil` if it is not in the table.
    func number(of string: [UInt8]) -> Int32? {
        string.withUnsafeBufferPointer { self.number(of: $0) }
    }

    /// The slot that holds the string, or the empty one where it belongs.
    private func slot(of string: UnsafeBufferPointer<UInt8>) -> Int {
        // FNV-1a. Its high bits are mixed better than its low ones, so they are folded onto them.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in string { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash ^ hash &>> 32) & mask
        while slots[slot] >= 0, !holds(Int(slots[slot]), string) { slot = (slot + 1) & mask }
        return slot
    }

    private func holds(_ index: Int, _ string: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = starts[index]..<starts[index + 1]
        return range.count == string.count && bytes[range].elementsEqual(string)
    }
}
