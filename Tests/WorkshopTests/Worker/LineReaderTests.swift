import Glibc
import Testing
import Workshop

@Suite("Reading lines from a descriptor")
struct LineReaderTests {
    /// The lines of bytes that come through a pipe.
    private func lines(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        // A pipe holds 64 KiB before a writer waits for its reader.
        try #require(bytes.count < 60_000)
        try #require(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        var reader = LineReader(descriptor: ends[0])
        var found: [[UInt8]] = []
        while let line = reader.next() { found.append(line) }
        return found
    }

    @Test("lines end at 0x0A alone; the last one may lack its end")
    func ends() throws {
        let text = "a\r\n\nb\u{2028}c\nd"
        let expected = ["a\r", "", "b\u{2028}c", "d"].map { Array($0.utf8) }
        #expect(try lines(Array(text.utf8)) == expected)
    }

    @Test("an empty input has no line")
    func empty() throws {
        #expect(try lines([]).isEmpty)
    }

    @Test("a long line comes whole")
    func long() throws {
        let line = [UInt8](repeating: 0x61, count: 25_000)
        #expect(try lines(line + [0x0A] + line) == [line, line])
    }

    @Test("a look at the first line takes nothing away")
    func peek() {
        var reader = LineReader(Array(" \n\r\n{\"a\": 1}\nb".utf8))
        #expect(reader.peek() == Array("{\"a\": 1}".utf8))
        #expect(reader.next() == [0x20])
        #expect(reader.next() == [0x0D])
        #expect(reader.next() == Array("{\"a\": 1}".utf8))
        #expect(reader.peek() == [0x62])
        #expect(reader.rest(atMost: 1) == [0x62])
        #expect(reader.peek() == nil && reader.next() == nil)
    }

    @Test("the rest is refused where it is longer than the limit")
    func rest() {
        var reader = LineReader(Array("abc\ndef".utf8))
        #expect(reader.rest(atMost: 6) == nil)
        reader = LineReader(Array("abc\ndef".utf8))
        _ = reader.next()
        #expect(reader.rest(atMost: 3) == Array("def".utf8))
    }
}
