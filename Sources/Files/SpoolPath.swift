/// A path as raw bytes, because names in an inbox need not be UTF-8.
package struct SpoolPath: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// Without the terminating NUL.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// For messages; bytes that are not UTF-8 are replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    package func appending(_ name: String) -> SpoolPath { appending(bytes: Array(name.utf8)) }

    package func appending(bytes name: [UInt8]) -> SpoolPath {
        SpoolPath(bytes: bytes + [UInt8(ascii: "/")] + name)
    }

    /// The folder that contains the last component.
    package var folder: SpoolPath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == 0 ? "/" : SpoolPath(bytes: Array(bytes[..<slash]))
    }

    package func withCString<Result>(
        _ body: (UnsafePointer<CChar>) throws -> Result
    ) rethrows -> Result {
        try (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("never empty") }
            return try body(start)
        }
    }
}
