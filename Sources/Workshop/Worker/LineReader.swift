import Glibc

/// Reads lines, ended by 0x0A, from a file descriptor or from bytes.
package struct LineReader: Sendable {
    /// `nil` if all bytes are here already.
    private let descriptor: Int32?
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    package init(_ bytes: [UInt8]) {
        descriptor = nil
        buffer = bytes
        isAtEnd = true
    }

    /// The first line that is not blank, without its 0x0A; it is read again by ``next()``.
    ///
    /// Blank lines before it stay as well, so that lines keep their numbers.
    package mutating func peek() -> [UInt8]? {
        var searched = start
        while true {
            while let end = buffer[searched...].firstIndex(of: 0x0A) {
                let line = buffer[searched..<end]
                if !Self.isBlank(line) { return Array(line) }
                searched = end + 1
            }
            if isAtEnd {
                let line = buffer[searched...]
                return Self.isBlank(line) ? nil : Array(line)
            }
            fill()
        }
    }

    /// All bytes that were not read as lines; `nil` if there are more than `limit`.
    package mutating func rest(atMost limit: Int) -> [UInt8]? {
        while !isAtEnd, buffer.count - start <= limit { fill() }
        defer { start = buffer.count }
        return buffer.count - start <= limit ? Array(buffer[start...]) : nil
    }

    /// Whether a line holds nothing but spaces, tabs and carriage returns.
    static func isBlank(_ line: some Sequence<UInt8>) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
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
        guard let descriptor else { return }
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
