import Files
import Foundation
import Glibc
import Jobs
import Spool
import Testing

/// A hundred thousand files dropped at once, in memory where the machine has a file system there.
@Suite("Many files") struct ManyFilesTests {
    private static let count = 100_000
    private let path: String

    init() throws {
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
        path = "\(base)/taxod-many-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    @Test("all are found oldest first and then by name, and each is claimed once by two claimers")
    func scanAndClaim() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        for number in 0..<Self.count {
            let file = open("\(path)/\(number % 7)-\(number).txt", O_WRONLY | O_CREAT, 0o644)
            #expect(write(file, "x", 1) == 1)
            // Ten files of each second, the youngest first by number.
            var times = [timespec(), timespec()]
            times[0].tv_sec = 1_700_000_000 - number / 10
            times[1].tv_sec = times[0].tv_sec
            futimens(file, times)
            close(file)
        }
        let inbox = try Inbox(path: SpoolPath(path))
        var scanner = InboxScanner(inbox: SpoolPath(path), quietPeriod: .seconds(5))
        #expect(try scanner.scan(at: .zero).unsettled == Self.count)
        var claimed: [String] = []
        var last: (Int64, String) = (.min, "")
        while claimed.count < Self.count {
            let scan = try scanner.scan(at: .seconds(5))
            let entries = scan.ready
            #expect(entries.count <= InboxScanner.mostReady)
            #expect(entries.count + scan.further == Self.count - claimed.count)
            try #require(!entries.isEmpty)
            var isOrdered = true
            for entry in entries {
                let next = (entry.facts.modified, entry.place)
                isOrdered = isOrdered && last < next
                last = next
            }
            #expect(isOrdered)
            claimed += try await claim(entries, in: inbox)
        }
        #expect(claimed.count == Self.count)
        #expect(Set(claimed).count == Self.count)
        #expect(try inbox.claimedJobs().jobs.count == Self.count)
        #expect(try scanner.scan(at: .seconds(10)).ready.isEmpty)
    }

    /// Has two claimers claim the same entries.
    private func claim(_ entries: [ReadyEntry], in inbox: Inbox) async throws -> [String] {
        let time = Timestamp(milliseconds: 1_763_000_000_000)
        return try await withThrowingTaskGroup(of: [String].self) { group in
            for claimer in 0..<2 {
                group.addTask {
                    // From both ends, so that they meet.
                    let mine = claimer == 0 ? entries : entries.reversed()
                    return try mine.compactMap { entry in
                        try inbox.claim(entry, as: JobID(at: time)).map { _ in entry.place }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    @Test("a writer that pauses for less than the quiet period is never read early")
    func slowWriter() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var scanner = InboxScanner(inbox: SpoolPath(path), quietPeriod: .seconds(5))
        let file = open("\(path)/slow.txt", O_WRONLY | O_CREAT | O_APPEND, 0o644)
        defer { close(file) }
        var now = Duration.zero
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            #expect(write(file, "x", 1) == 1)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                #expect(try scanner.scan(at: now).ready.isEmpty)
                now += .milliseconds(1_600)
            }
        }
        // The first look after the last write sees it; from there the quiet period runs.
        #expect(write(file, "x", 1) == 1)
        #expect(try scanner.scan(at: now).ready.isEmpty)
        #expect(try scanner.scan(at: now + .milliseconds(4_999)).ready.isEmpty)
        let entry = try #require(try scanner.scan(at: now + .seconds(5)).ready.first)
        #expect(entry.facts.bytes == 1_001)
    }
}
