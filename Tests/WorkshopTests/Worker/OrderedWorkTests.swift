import Glibc
import Synchronization
import Testing
import Workshop

@Suite("Ordered work")
struct OrderedWorkTests {
    private struct Broken: Error {}

    /// What is written for lines, by several threads.
    private func run(
        _ text: String,
        threads: Int,
        limit: Int = .max,
        _ work: @escaping @Sendable ([UInt8], Int) throws -> [UInt8]
    ) throws -> [String] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let bytes = Array(text.utf8)
        try #require(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        let written = Mutex<[String]>([])
        try OrderedWork(input: LineReader(descriptor: ends[0]), work: work).run(threads: threads) {
            line in
            written.withLock {
                guard $0.count < limit else { return false }
                $0.append(String(decoding: line, as: UTF8.self))
                return true
            }
        }
        return written.withLock(\.self)
    }

    @Test("answers come in the order of the lines, however long each takes", arguments: [1, 2, 5])
    func order(threads: Int) throws {
        let numbers = (1...40).map { String($0) }
        let found = try run(numbers.joined(separator: "\n"), threads: threads) { line, _ in
            // Early lines take the longest.
            let number = Int(String(decoding: line, as: UTF8.self)) ?? 0
            var sum = 0
            for value in 0..<(41 - number) * 20_000 { sum &+= value }
            return sum == -1 ? [] : line
        }
        #expect(found == numbers)
    }

    @Test("empty lines get no answer, but count in the numbers")
    func emptyLines() throws {
        let found = try run("a\n\n  \nb\n", threads: 2) { line, number in
            line + Array(" \(number)".utf8)
        }
        #expect(found == ["a 1", "b 4"])
    }

    @Test("a fault ends the work after the answers to all earlier lines")
    func fault() throws {
        let written = Mutex<[String]>([])
        #expect(throws: Broken.self) {
            _ = try run("1\n2\n3\n4\n5", threads: 3) { line, number in
                if number == 3 { throw Broken() }
                written.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
                return line
            }
        }
        #expect(written.withLock { Set($0).isSuperset(of: ["1", "2"]) })
    }

    @Test("it ends when nobody reads any more")
    func closedOutput() throws {
        #expect(try run("1\n2\n3\n4", threads: 2, limit: 2) { line, _ in line } == ["1", "2"])
    }
}
