import Contract
import Glibc

/// Splits a stream of bytes into lines, in bounded memory.
///
/// A line ends with LF, CR LF or CR. Of a line that is too long only the beginning is given.
final class LineReader {
    struct Line {
        /// The bytes without the end of the line, valid until the next call.
        let bytes: UnsafeBufferPointer<UInt8>
        /// Counted from 1.
        let number: Int
        /// Whether the line was longer than it may be, and its end was left out.
        let isCut: Bool
    }

    private static let chunkBytes = 1 << 18
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    private let stream: any ByteStream
    private let longest: Int
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    private var isBehindReturn = false
    /// How many lines were given.
    private(set) var count = 0
    /// How many bytes were read.
    private(set) var bytesRead: Int

    /// - Parameters:
    ///   - stream: The bytes behind `head`.
    ///   - head: The first bytes; a byte order mark of UTF-8 is left out.
    ///   - longest: The most bytes that are given of a line.
    init(_ stream: any ByteStream, head: [UInt8], longest: Int) {
        self.stream = stream
        self.longest = longest
        bytesRead = head.count
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let head = head.starts(with: mark) ? head.dropFirst(3) : head[...]
        buffer = .allocate(byteCount: max(Self.chunkBytes, head.count), alignment: 64)
        head.withUnsafeBytes { buffer.copyMemory(from: $0) }
        end = head.count
    }

    deinit { buffer.deallocate() }

    /// The fraction of the file that has been read, 0 to 1.
    var share: Double { stream.share }

    /// The next line; `nil` at the end of the file.
    ///
    /// - Throws: What the stream throws.
    func next() throws(SubmissionError) -> Line? {
        var searched = 0
        while true {
            if isBehindReturn, start < end {
                if buffer[start] == Self.lineFeed { start += 1 }
                isBehindReturn = false
            }
            if let lineEnd = lineEnd(after: searched) {
                return take(upTo: lineEnd, isCut: false)
            }
            if end - start > longest {
                let line = take(upTo: start + longest, isCut: true)
                try skipLine()
                return line
            }
            searched = end - start
            guard !isAtEnd else { break }
            try fill()
        }
        return start < end ? take(upTo: end, isCut: false) : nil
    }

    private func take(upTo lineEnd: Int, isCut: Bool) -> Line {
        let line = UnsafeRawBufferPointer(rebasing: buffer[start..<lineEnd])
        if !isCut, lineEnd < end { isBehindReturn = buffer[lineEnd] == Self.carriageReturn }
        start = min(isCut ? lineEnd : lineEnd + 1, end)
        count += 1
        return Line(
            bytes: line.assumingMemoryBound(to: UInt8.self),
            number: count,
            isCut: isCut
        )
    }

    /// The place of the next end of a line in the buffer.
    private func lineEnd(after searched: Int) -> Int? {
        let from = start + searched
        guard from < end, let base = buffer.baseAddress else { return nil }
        let feed = memchr(base + from, CInt(Self.lineFeed), end - from)
        let lineEnd = feed.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
        let reach = lineEnd ?? end
        if let back = memchr(base + from, CInt(Self.carriageReturn), reach - from) {
            return UnsafeRawPointer(back) - UnsafeRawPointer(base)
        }
        return lineEnd
    }

    /// Reads on to the end of a line that is too long.
    ///
    /// The part that was given stays where it is: only what lies behind it is overwritten.
    private func skipLine() throws(SubmissionError) {
        let kept = start
        while true {
            if let lineEnd = lineEnd(after: 0) {
                isBehindReturn = buffer[lineEnd] == Self.carriageReturn
                start = lineEnd + 1
                return
            }
            start = kept
            end = kept
            guard !isAtEnd else { return }
            try readMore()
        }
    }

    /// Moves what is left to the beginning of the buffer, and reads more behind it.
    private func fill() throws(SubmissionError) {
        if start > 0 {
            let rest = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
            if let base = buffer.baseAddress, let source = rest.baseAddress {
                memmove(base, source, rest.count)
            }
            end -= start
            start = 0
        }
        if buffer.count - end < Self.chunkBytes / 4 {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: buffer.count * 2,
                alignment: 64
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
            buffer.deallocate()
            buffer = larger
        }
        try readMore()
    }

    private func readMore() throws(SubmissionError) {
        let count = try stream.read(into: .init(rebasing: buffer[end...]))
        isAtEnd = count == 0
        end += count
        bytesRead += count
    }
}
