import Contract
import Files
import Foundation
import Glibc
import Jobs
import Spool
import Synchronization
import Testing

@Suite struct InboxTests {
    private let folder = TemporaryFolder()
    private let time = Timestamp(milliseconds: 1_763_000_000_000)

    private func makeInbox() throws -> Inbox { try Inbox(path: SpoolPath(folder.path)) }

    private func entries() throws -> [ReadyEntry] {
        var scanner = InboxScanner(inbox: SpoolPath(folder.path), quietPeriod: .zero)
        return try scanner.scan(at: .zero).ready
    }

    /// Drops and claims a file.
    private func claim(_ name: String = "a.txt", in inbox: Inbox) throws -> (JobID, JobFacts) {
        try folder.write("text of \(name)", to: name)
        let entry = try #require(try entries().first { $0.place == name })
        let job = JobID(at: time)
        #expect(try inbox.claim(entry, as: job) != nil)
        return (job, entry.jobFacts)
    }

    @Test("a claim moves the file and its checksum")
    func claims() throws {
        let inbox = try makeInbox()
        try folder.write("x", to: "a.txt")
        try folder.write(String(repeating: "AB", count: 32) + "  a.txt\n", to: "a.txt.sha256")
        let job = JobID(at: time)
        let entry = try #require(try entries().first)
        let file = try #require(try inbox.claim(entry, as: job))
        #expect(file.expectedSHA256 == String(repeating: "ab", count: 32))
        #expect(file.path == folder.path + "/_claimed/\(job)/a.txt")
        #expect(try folder.names(in: "_claimed/\(job)") == ["a.txt", "a.txt.sha256"])
        #expect(!folder.exists("a.txt") && !folder.exists("a.txt.sha256"))
    }

    @Test("two claimers over 500 files get each file once")
    func exclusive() async throws {
        let inbox = try makeInbox()
        for index in 0..<500 { try folder.write("\(index)", to: "f\(index).txt") }
        let entries = try entries()
        #expect(entries.count == 500)
        let time = time
        let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try entries.compactMap { entry in
                        try inbox.claim(entry, as: JobID(at: time)).map { _ in entry.place }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 500 && Set(claimed).count == 500)
        #expect(try inbox.claimedJobs().jobs.count == 500)
    }

    @Test("a file that changed since it was seen stays in the inbox")
    func changedBeforeClaim() throws {
        let inbox = try makeInbox()
        try folder.write("x", to: "a.txt")
        let entry = try #require(try entries().first)
        try folder.write("longer", to: "a.txt")
        #expect(try inbox.claim(entry, as: JobID(at: time)) == nil)
        #expect(folder.exists("a.txt"))
        #expect(try inbox.claimedJobs().jobs.isEmpty)
    }

    @Test("what is not found in an inbox that was moved away is not taken for gone")
    func movedAway() throws {
        let inbox = try makeInbox()
        let (job, facts) = try claim(in: inbox)
        let error = SubmissionError(.unreadableFile, "it is no list")
        let note = ReasonNote(error, job: job, facts: facts, at: time)
        let away = folder.path + ".away"
        #expect(rename(folder.path, away) == 0)
        #expect(mkdir(folder.path, 0o755) == 0)
        #expect(throws: FileError.self) { try inbox.quarantine(job, facts, note) }
        #expect(throws: FileError.self) { try inbox.finish(job, facts) }
        #expect(throws: FileError.self) { try inbox.claimedFacts(of: job, facts) }
        #expect(try folder.names() == [])
        #expect(rmdir(folder.path) == 0 && rename(away, folder.path) == 0)
        #expect(try inbox.quarantine(job, facts, note) == "_quarantine/\(job)/a.txt")
    }

    @Test("a claim cut off between its renames is completed")
    func recoversClaim() throws {
        let inbox = try makeInbox()
        try folder.write("x", to: "a.txt")
        let digest = String(repeating: "1", count: 64)
        try folder.write(digest, to: "a.txt.sha256")
        let entry = try #require(try entries().first)
        let job = JobID(at: time)
        #expect(try inbox.recoverClaim(of: job, entry.jobFacts) == nil)
        try folder.makeFolder("_claimed/\(job)")
        rename(folder.path + "/a.txt", folder.path + "/_claimed/\(job)/a.txt")
        #expect(try inbox.recoverClaim(of: job, entry.jobFacts)?.expectedSHA256 == digest)
        #expect(try inbox.claimedNames(of: job) == ["a.txt"])
    }

    @Test("the done folder takes files of one name without replacing, and twice is once")
    func finishes() throws {
        let inbox = try makeInbox()
        let (first, firstFacts) = try claim(in: inbox)
        #expect(try inbox.finish(first, firstFacts) == "_done/a.txt")
        let (second, secondFacts) = try claim(in: inbox)
        #expect(try inbox.finish(second, secondFacts) == "_done/a.txt.\(second.short)")
        // As after a crash before the place was noted.
        #expect(try inbox.finish(second, secondFacts) == "_done/a.txt.\(second.short)")
        try FileManager.default.removeItem(atPath: folder.path + "/_done/a.txt.\(second.short)")
        #expect(try inbox.finish(second, secondFacts) == nil)
        #expect(try folder.names(in: "_done") == ["a.txt"])
        #expect(try folder.names(in: "_claimed").isEmpty)
    }

    @Test("a file that nobody expected in the claimed folder is never deleted")
    func keepsOthers() throws {
        let inbox = try makeInbox()
        let (job, facts) = try claim(in: inbox)
        try folder.write("mine", to: "_claimed/\(job)/other")
        #expect(try inbox.finish(job, facts) == "_done/a.txt")
        #expect(folder.exists("_claimed/\(job)/other"))
    }

    @Test("a duplicate comes with a note that points to the result")
    func duplicates() throws {
        let inbox = try makeInbox()
        let (job, facts) = try claim(in: inbox)
        let equal = JobID(at: time)
        let note = ReasonNote(duplicateOf: equal, result: "d/r", job: job, facts: facts, at: time)
        #expect(try inbox.finish(job, facts, duplicate: note) == "_duplicate/a.txt")
        let text = try folder.text(of: "_duplicate/a.txt.reason.json")
        let read = try CanonicalJSON.value(ReasonNote.self, from: text)
        #expect(read.result == "d/r" && read.equalJob == equal && read.code == "duplicate")
    }

    @Test("quarantine holds the file and the reason, and can be repeated")
    func quarantines() throws {
        let inbox = try makeInbox()
        let (job, facts) = try claim(in: inbox)
        let error = SubmissionError(
            .malformedXML,
            at: .init(file: "a.txt", line: 3, column: 7),
            "“<x” was found, “>” was expected"
        )
        let note = ReasonNote(error, job: job, facts: facts, at: time)
        #expect(try inbox.quarantine(job, facts, note) == "_quarantine/\(job)/a.txt")
        // As after a crash before the place was noted.
        #expect(try inbox.quarantine(job, facts, note) == "_quarantine/\(job)/a.txt")
        let text = try folder.text(of: "_quarantine/\(job)/a.txt.reason.json")
        let read = try CanonicalJSON.value(ReasonNote.self, from: text)
        #expect(read.code == "malformed-xml" && read.location?.line == 3)
        #expect(!read.remedy.isEmpty && !read.message.isEmpty)
    }

    @Test("folders, pipes and links go to quarantine themselves, their targets untouched")
    func oddThings() throws {
        let inbox = try makeInbox()
        let outside = TemporaryFolder()
        try outside.write("outside", to: "target")
        try folder.makeFolder("dir.xml")
        try folder.write("inside", to: "dir.xml/b.txt")
        #expect(mkfifo(folder.path + "/pipe.xml", 0o600) == 0)
        #expect(symlink(outside.path + "/target", folder.path + "/link.xml") == 0)
        var places: [String] = []
        for entry in try entries() {
            let job = JobID(at: time)
            let facts = entry.jobFacts
            #expect(try inbox.claim(entry, as: job) != nil)
            let fault = try #require(entry.fault)
            let note = ReasonNote(fault, job: job, facts: facts, at: time)
            places.append(try #require(try inbox.quarantine(job, facts, note)))
        }
        #expect(places.count == 3)
        for place in places {
            #expect(folder.exists(place) && folder.exists(place + ".reason.json"))
        }
        #expect(try outside.text(of: "target") == "outside")
        #expect(try folder.names().filter { !$0.hasPrefix("_") }.isEmpty)
    }

    @Test("a file at its end is claimed again for a new job")
    func reclaims() throws {
        let inbox = try makeInbox()
        let (job, facts) = try claim(in: inbox)
        let place = try #require(try inbox.finish(job, facts))
        let again = JobID(at: time)
        #expect(try inbox.reclaim(place, as: again, facts) != nil)
        #expect(try inbox.claimedNames(of: again) == ["a.txt"])
        #expect(try inbox.reclaim("_done/none", as: JobID(at: time), facts) == nil)
    }

    @Test("a move never replaces")
    func neverReplaces() throws {
        try folder.write("mine", to: "a")
        try folder.write("other", to: "b")
        let files = POSIXFileOperations()
        let path = SpoolPath(folder.path)
        let error = #expect(throws: FileError.self) {
            try files.move(path.appending("b"), to: path.appending("a"))
        }
        #expect(error?.errno == EEXIST)
        #expect(try folder.text(of: "a") == "mine" && folder.exists("b"))
    }

    @Test("a lock keeps a second one out until it is given back")
    func locks() throws {
        let inbox = try makeInbox()
        var lock = try inbox.lock()
        #expect(lock != nil)
        #expect(try inbox.lock() == nil)
        lock = nil
        #expect(lock == nil)
        #expect(try inbox.lock() != nil)
    }

    @Test("a lock is waited for that a killed one's child has until it is another program")
    func lockOfChild() async throws {
        let inbox = try makeInbox()
        let descriptor = open(folder.path + "/.taxod.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        Thread.detachNewThread {
            usleep(200_000)
            close(descriptor)
        }
        #expect(try inbox.lock() != nil)
    }

    @Test("a failed rename leaves the file where it was", arguments: [EXDEV, EACCES, EROFS, EIO])
    func failingRename(code: Int32) throws {
        _ = try makeInbox()
        let inbox = try Inbox(
            path: SpoolPath(folder.path),
            files: FailingOperations(on: "move", errno: code)
        )
        try folder.write("x", to: "a.txt")
        let entry = try #require(try entries().first)
        let error = #expect(throws: FileError.self) {
            try inbox.claim(entry, as: JobID(at: time))
        }
        #expect(error?.errno == code)
        #expect(try folder.text(of: "a.txt") == "x")
    }

    @Test("a watcher ticks when a file arrives")
    func watches() async throws {
        let inbox = try makeInbox()
        let watcher = InboxWatcher(inbox: inbox.path)
        guard watcher.fallbackReason == nil else { return }
        try folder.write("x", to: "a.txt")
        var ticks = watcher.ticks.makeAsyncIterator()
        #expect(await ticks.next() != nil)
    }
}

/// Does what POSIX does, except for one operation that fails from its nth call on.
final class FailingOperations: FileOperations {
    private let posix = POSIXFileOperations()
    private let operation: String
    private let code: Int32
    private let first: Int
    private let calls = Atomic<Int>(0)

    init(on operation: String, errno code: Int32, from first: Int = 1) {
        self.operation = operation
        self.code = code
        self.first = first
    }

    private func check(_ name: String, _ path: SpoolPath) throws(FileError) {
        guard operation == name || operation == "any" else { return }
        let call = calls.add(1, ordering: .relaxed).newValue
        guard call < first else { throw FileError(name, path, errno: code) }
    }

    func makeFolder(_ path: SpoolPath) throws(FileError) {
        try check("makeFolder", path)
        try posix.makeFolder(path)
    }

    func create(_ path: SpoolPath) throws(FileError) -> any WritableFile {
        try check("create", path)
        return try posix.create(path)
    }

    func append(_ bytes: [UInt8], to path: SpoolPath) throws(FileError) {
        try check("append", path)
        try posix.append(bytes, to: path)
    }

    func truncate(_ path: SpoolPath, toBytes count: Int) throws(FileError) {
        try check("truncate", path)
        try posix.truncate(path, toBytes: count)
    }

    func move(_ from: SpoolPath, to: SpoolPath) throws(FileError) {
        try check("move", from)
        try posix.move(from, to: to)
    }

    func replace(_ to: SpoolPath, by from: SpoolPath) throws(FileError) {
        try check("replace", to)
        try posix.replace(to, by: from)
    }

    func link(_ path: SpoolPath, to target: String) throws(FileError) {
        try check("link", path)
        try posix.link(path, to: target)
    }

    func remove(_ path: SpoolPath) throws(FileError) {
        try check("remove", path)
        try posix.remove(path)
    }

    func sync(folder: SpoolPath) throws(FileError) {
        try check("sync", folder)
        try posix.sync(folder: folder)
    }
}
