import Glibc

/// Reads lines, ended by 0x0A, from a file descriptor.
package struct LineReader {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next line without its 0x0A, or `nil` at the end.
    package mutating func next() -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                let line = Array(buffer[start..<end])
                start = end + 1
                return line
            }
            searched = buffer.count
            if isAtEnd {
                defer { start = buffer.count }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            if start > 0 {
                buffer.removeFirst(start)
                searched -= start
                start = 0
            }
            fill()
        }
    }

    private mutating func fill() {
        let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { bytes, count in
            var got: Int
            repeat {
                got = read(descriptor, bytes.baseAddress, bytes.count)
            } while got < 0 && errno == EINTR
            count = max(0, got)
        }
        if chunk.isEmpty { isAtEnd = true } else { buffer += chunk }
    }
}
