/// The place of a cell: `B7` is column 2, row 7.
struct CellReference: CustomStringConvertible {
    static let columnLimit = 16_384
    static let rowLimit = 1_048_576

    /// Counted from 1.
    let column: Int
    /// Counted from 1.
    let row: Int

    init(column: Int, row: Int) {
        self.column = column
        self.row = row
    }

    init?(_ text: String) {
        var text = text
        guard let reference = text.withUTF8({ CellReference($0) }) else { return nil }
        self = reference
    }

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var column = 0
        var index = 0
        while index < bytes.count, case let letter = bytes[index] & 0xDF,
            (0x41...0x5A).contains(letter)
        {
            column = column * 26 + Int(letter - 0x40)
            index += 1
            guard column <= Self.columnLimit else { return nil }
        }
        let digits = UnsafeBufferPointer(rebasing: bytes[index...])
        guard column > 0, let row = Self.number(digits), row <= Self.rowLimit else { return nil }
        self.column = column
        self.row = row
    }

    var description: String {
        var letters = ""
        var rest = column
        while rest > 0 {
            rest -= 1
            letters = "\(Character(Unicode.Scalar(UInt8(0x41 + rest % 26))))\(letters)"
            rest /= 26
        }
        return "\(letters)\(row)"
    }

    /// A positive number of at most nine digits.
    static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let number = index(bytes), number > 0 else { return nil }
        return number
    }

    /// A number from 0 of at most nine digits.
    static func index(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard (1...9).contains(bytes.count) else { return nil }
        var number = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        return number
    }
}
