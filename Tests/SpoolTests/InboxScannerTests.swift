import Files
import Foundation
import Glibc
import Jobs
import Spool
import Testing

@Suite struct InboxScannerTests {
    private let folder = TemporaryFolder()
    private let time = Timestamp(milliseconds: 1_763_000_000_000)
    private var inbox: SpoolPath { SpoolPath(folder.path) }

    private func scanner(quiet: Int = 5, maximumBytes: Int = .max) -> InboxScanner {
        InboxScanner(inbox: inbox, quietPeriod: .seconds(quiet), maximumBytes: maximumBytes)
    }

    /// What is there without waiting.
    private func found(maximumBytes: Int = .max) throws -> [ReadyEntry] {
        var scanner = scanner(quiet: 0, maximumBytes: maximumBytes)
        return try scanner.scan(at: .zero).ready
    }

    @Test(
        "names of writers, editors and ours are never taken",
        arguments: [
            ".hidden.xml", "_examples.xml", "a.xml.tmp", "a.part", "a.partial", "a.filepart",
            "a.xml.sha256", "a.xml~", "a.xml.swp", "A.TMP", ".DS_Store",
        ]
    )
    func ignored(name: String) throws {
        try folder.write("x", to: name)
        #expect(try found().isEmpty)
    }

    @Test("folders beginning with an underscore are never looked into")
    func ownFolders() throws {
        try folder.makeFolder("_done")
        try folder.write("x", to: "_done/a.xml")
        #expect(try found().isEmpty)
    }

    @Test("the task folders give a hint and are looked into one level deep")
    func taskFolders() throws {
        for task in ["expand", "place", "grow"] {
            try folder.makeFolder(task)
            try folder.write("x", to: "\(task)/a.txt")
        }
        try folder.makeFolder("grow/deeper")
        try folder.write("x", to: "grow/deeper/b.txt")
        var scanner = scanner(quiet: 0)
        let scan = try scanner.scan(at: .zero)
        #expect(Set(scan.ready.map(\.place)) == ["expand/a.txt", "place/a.txt", "grow/a.txt"])
        #expect(Set(scan.ready.compactMap(\.meaning.task)) == [.expand, .place, .grow])
        #expect(scan.leftAlone.map(\.place) == ["grow/deeper"])
    }

    @Test("with sub-folders, files at any depth are taken, but nothing hidden or ours")
    func subfolders() throws {
        for name in ["a", "a/b", "expand/c", "_own", ".hidden", "a/_own"] {
            try folder.makeFolder(name)
            try folder.write("x", to: "\(name)/f.txt")
        }
        #expect(symlink(folder.path + "/a", folder.path + "/link") == 0)
        var scanner = InboxScanner(inbox: inbox, quietPeriod: .zero, subfolders: true)
        let scan = try scanner.scan(at: .zero)
        let sound = scan.ready.filter { $0.fault == nil }
        #expect(Set(sound.map(\.place)) == ["a/f.txt", "a/b/f.txt", "expand/c/f.txt"])
        #expect(sound.first { $0.place == "expand/c/f.txt" }?.meaning.task == .expand)
        #expect(scan.ready.filter { $0.fault != nil }.map(\.place) == ["link"])
        let claimed = try Inbox(path: inbox)
        for entry in sound { #expect(try claimed.claim(entry, as: JobID(at: time)) != nil) }
        #expect(try folder.names(in: "a/b") == [])
    }

    @Test("folders nested too deep are left alone")
    func deepFolders() throws {
        let deep = (0...InboxScanner.deepest).map { "d\($0)" }.joined(separator: "/")
        try folder.makeFolder(deep)
        try folder.write("x", to: "\(deep)/f.txt")
        var scanner = InboxScanner(inbox: inbox, quietPeriod: .zero, subfolders: true)
        let scan = try scanner.scan(at: .zero)
        #expect(scan.ready.isEmpty && scan.leftAlone.map(\.place) == [deep])
    }

    @Test("vocabularies come before lists")
    func order() throws {
        for name in ["a.json", "b.txt", "m.XML", "z.xml.gz"] { try folder.write("x", to: name) }
        let names = try found().map(\.place)
        #expect(Set(names.prefix(2)) == ["m.XML", "z.xml.gz"])
    }

    @Test("a file is taken once it has not changed for the quiet period, not before")
    func quietPeriod() throws {
        try folder.write("x", to: "a.txt")
        var scanner = scanner()
        let first = try scanner.scan(at: .seconds(100))
        #expect(first.ready.isEmpty && first.unsettled == 1)
        #expect(first.nextLook == .seconds(105))
        #expect(try scanner.scan(at: .milliseconds(104_999)).ready.isEmpty)
        #expect(try scanner.scan(at: .seconds(105)).ready.count == 1)
    }

    @Test("growing, touching or replacing a file begins the quiet period anew")
    func stability() throws {
        try folder.write("x", to: "a.txt")
        var scanner = scanner()
        _ = try scanner.scan(at: .seconds(0))
        let changes: [() throws -> Void] = [
            { try folder.write("xy", to: "a.txt") },
            {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1)],
                    ofItemAtPath: folder.path + "/a.txt"
                )
            },
            {
                try folder.write("xy", to: "b.tmp")
                rename(folder.path + "/b.tmp", folder.path + "/a.txt")
            },
            { chmod(folder.path + "/a.txt", 0o640) },
        ]
        var now = 4
        for change in changes {
            try change()
            #expect(try scanner.scan(at: .seconds(now)).ready.isEmpty)
            #expect(try scanner.scan(at: .seconds(now + 4)).ready.isEmpty)
            now += 4
        }
        #expect(try scanner.scan(at: .seconds(now + 1)).ready.count == 1)
    }

    @Test("the quiet period holds for a file of preserved old times as well")
    func oldTimes() throws {
        try folder.write("x", to: "a.txt")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)],
            ofItemAtPath: folder.path + "/a.txt"
        )
        var scanner = scanner()
        #expect(try scanner.scan(at: .seconds(1_000)).ready.isEmpty)
    }

    @Test("what is not a regular file with one name is an entry with a fault")
    func oddThings() throws {
        let root = folder.path
        try folder.makeFolder("dir.xml")
        #expect(mkfifo(root + "/pipe.xml", 0o600) == 0)
        #expect(symlink("/etc/passwd", root + "/link.xml") == 0)
        #expect(symlink("nowhere", root + "/dangling") == 0)
        try folder.write("x", to: "one.txt")
        #expect(link(root + "/one.txt", root + "/two.txt") == 0)
        try folder.write("", to: "empty.txt")
        try folder.write("12345", to: "large.txt")
        let faults = Dictionary(
            uniqueKeysWithValues: try found(maximumBytes: 4).map { ($0.place, $0.fault?.code) }
        )
        #expect(
            faults == [
                "dir.xml": .notARegularFile, "pipe.xml": .notARegularFile,
                "link.xml": .notARegularFile, "dangling": .notARegularFile,
                "one.txt": .notARegularFile, "two.txt": .notARegularFile,
                "empty.txt": .emptyFile, "large.txt": .fileTooLarge,
            ]
        )
    }

    @Test("a file that may not be read is an entry with a fault", .enabled(if: geteuid() != 0))
    func unreadable() throws {
        try folder.write("x", to: "a.txt")
        chmod(folder.path + "/a.txt", 0)
        #expect(try found().map(\.fault?.code) == [.unreadableFile])
    }

    @Test("a missing inbox is an error, not an empty one")
    func missing() throws {
        var scanner = InboxScanner(inbox: inbox.appending("gone"), quietPeriod: .zero)
        #expect(throws: FileError.self) { try scanner.scan(at: .zero) }
    }

    @Test("names that are no line of UTF-8 are claimed under a safe one")
    func oddNames() {
        #expect(SubmissionName.claimed(Array("Étude 1.xml".utf8)) == "Étude 1.xml")
        #expect(SubmissionName.claimed(Array("a\nb.xml".utf8)) == "a_b.xml")
        #expect(SubmissionName.claimed([0x61, 0xFF, 0x2E, 0x78]) == "a_.x")
        let long = [UInt8](repeating: 0x61, count: 255)
        #expect(SubmissionName.claimed(long).utf8.count == SafeName.maximumBytes)
    }
}
