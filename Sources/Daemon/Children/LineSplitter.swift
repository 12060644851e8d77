/// Splits a stream of bytes into lines at 0x0A.
///
/// Splitting as text would also break at U+2028 and U+0085, which may occur inside a name.
struct LineSplitter {
    private var rest: [UInt8] = []

    /// Takes the next bytes, and returns the lines they complete without their 0x0A.
    mutating func lines(adding bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            rest.append(contentsOf: bytes[start..<index])
            lines.append(rest)
            rest = []
            start = index + 1
        }
        rest.append(contentsOf: bytes[start...])
        return lines
    }

    /// The bytes after the last 0x0A: an incomplete line.
    var unfinished: [UInt8] { rest }
}
