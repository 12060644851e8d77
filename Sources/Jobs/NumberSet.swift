/// A set of whole numbers that lie mostly beside each other, such as those of given identifiers.
///
/// In JSON it is a text such as `1-4000,4007`.
package struct NumberSet: Hashable, Sendable {
    /// Ascending, with a gap between any two.
    package private(set) var ranges: [ClosedRange<Int>] = []

    package init(_ numbers: some Sequence<Int> = []) {
        for number in numbers.sorted() { insert(number) }
    }

    package var isEmpty: Bool { ranges.isEmpty }
    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    package func contains(_ number: Int) -> Bool {
        let index = firstRange(endingFrom: number)
        return index < ranges.count && ranges[index].contains(number)
    }

    package mutating func insert(_ number: Int) {
        let index = firstRange(endingFrom: number - 1)
        guard index < ranges.count, ranges[index].lowerBound <= number + 1 else {
            ranges.insert(number...number, at: index)
            return
        }
        var merged = min(ranges[index].lowerBound, number)...max(ranges[index].upperBound, number)
        if index + 1 < ranges.count, ranges[index + 1].lowerBound == merged.upperBound + 1 {
            merged = merged.lowerBound...ranges[index + 1].upperBound
            ranges.remove(at: index + 1)
        }
        ranges[index] = merged
    }

    /// Adds all numbers of another set.
    package mutating func formUnion(_ other: NumberSet) {
        guard !other.isEmpty else { return }
        let all = (ranges + other.ranges).sorted { $0.lowerBound < $1.lowerBound }
        ranges = []
        for range in all {
            guard let last = ranges.last, range.lowerBound <= last.upperBound + 1 else {
                ranges.append(range)
                continue
            }
            let end = max(last.upperBound, range.upperBound)
            ranges[ranges.count - 1] = last.lowerBound...end
        }
    }

    /// The lowest number from `start` on that is not in the set.
    package func gap(from start: Int) -> Int {
        let index = firstRange(endingFrom: start)
        guard index < ranges.count, ranges[index].contains(start) else { return start }
        return ranges[index].upperBound + 1
    }

    /// How many numbers of the range are in the set.
    package func count(in range: ClosedRange<Int>) -> Int {
        ranges.reduce(0) { $0 + ($1.overlaps(range) ? $1.clamped(to: range).count : 0) }
    }

    /// The first range that ends at `number` or later.
    private func firstRange(endingFrom number: Int) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension NumberSet: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        var last = Int.min
        for part in try container.decode(String.self).split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let low = ends.first, let high = ends.last, low <= high, low > last else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "“\(part)” is no range of numbers that follows the last"
                )
            }
            ranges.append(low...high)
            last = high + 1
        }
    }

    package func encode(to encoder: any Encoder) throws {
        let parts = ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        var container = encoder.singleValueContainer()
        try container.encode(parts.joined(separator: ","))
    }
}
