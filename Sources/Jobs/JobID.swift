/// The ID of a job: a UUID version 7, so that IDs sort by creation time.
///
/// Source: RFC 9562, section 5.7.
package struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 36 characters, lower case.
    package let description: String

    /// Creates an ID from a moment and 74 random bits.
    package init(at time: Timestamp, using random: inout some RandomNumberGenerator) {
        let low = UInt64.random(in: 0...UInt64.max, using: &random)
        let high = UInt64.random(in: 0...UInt64.max, using: &random)
        let moment = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
        let first = moment << 16 | 0x7000 | high & 0x0FFF
        let second = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Self.hexadecimal(first) + Self.hexadecimal(second)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        description = text
    }

    /// Creates an ID from a moment, with the system's random numbers.
    package init(at time: Timestamp) {
        var random = SystemRandomNumberGenerator()
        self.init(at: time, using: &random)
    }

    /// Parses an ID; `nil` unless it is a UUID in lower case.
    package init?(_ text: String) {
        let dashes: Set<Int> = [8, 13, 18, 23]
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "-"): guard dashes.contains(index) else { return nil }
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                guard !dashes.contains(index) else { return nil }
            default: return nil
            }
        }
        description = text
    }

    /// The last 8 digits, which are random; the first 8 change only every 65 seconds.
    package var short: String { String(description.suffix(8)) }

    package static func < (left: JobID, right: JobID) -> Bool {
        left.description < right.description
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension JobID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = JobID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "“\(text)” is not the name of a job"
            )
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
