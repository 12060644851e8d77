/// A hash table from byte strings to their numbers.
///
/// A dictionary of strings would need a `String` for every look-up; this one compares slices of
/// the text. All strings lie in one array, so a vocabulary is four allocations and not 50,000.
struct ByteStringTable: Sendable {
    private var bytes: [UInt8] = []
    /// String *i* is `bytes[starts[i]..<starts[i + 1]]`.
    private var starts: [Int] = [0]
    private var numbers: [Int32] = []
    /// Indices of strings, −1 where empty; at most half are taken.
    private var slots: [Int32]
    private(set) var longest = 0

    /// - Parameter capacity: Strings to be inserted at most.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        starts.reserveCapacity(capacity + 1)
        numbers.reserveCapacity(capacity)
    }

    /// Adds a string; one that is there keeps its number.
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
        // FNV-1a; its high bits are the better mixed ones, so they are folded down.
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
