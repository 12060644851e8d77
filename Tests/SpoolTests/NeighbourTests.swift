import Contract
import Files
import Foundation
import Glibc
import Jobs
import Spool
import Testing

@Suite struct NeighbourTests {
    private let folder = TemporaryFolder()

    private func scan(_ vocabularies: [String] = [], quiet: Int = 0) throws -> InboxScan {
        var scanner = InboxScanner(inbox: SpoolPath(folder.path), quietPeriod: .seconds(quiet))
        scanner.vocabularies = vocabularies
        return try scanner.scan(at: .zero)
    }

    @Test(
        "what other programs keep in folders is known by its name",
        arguments: [
            ("desktop.ini", Neighbour.system), ("Desktop.ini", .system), ("Thumbs.db", .system),
            ("ehthumbs.db", .system), (".DS_Store", .system), ("._terms.csv", .system),
            ("Icon\r", .system), ("@eaDir", .system), ("lost+found", .system),
            ("$RECYCLE.BIN", .system), ("System Volume Information", .system),
            ("terms.csv.crdownload", .download), ("terms.csv.download", .download),
            ("terms.csv.partial", .download), ("terms.csv.part", .download),
            ("terms.csv.aria2", .download), ("Unconfirmed 4711.crdownload", .download),
            ("terms.opdownload", .download), ("terms.csv.filepart", .download),
            ("terms.csv.!qB", .download), ("~syncthing~terms.csv.tmp", .temporary),
            (".syncthing.terms.csv.tmp", .temporary), ("terms.tmp", .temporary),
            ("~WRL0001.tmp", .temporary), ("8C2F11A0", .temporary), ("~$terms.xlsx", .editor),
            (".~lock.terms.csv#", .editor), ("#terms.csv#", .editor), ("terms.csv~", .editor),
            ("terms.csv.lock", .editor), ("terms.csv.swp", .editor), ("terms.csv.bak", .editor),
            ("4913", .editor), ("terms.csv.md5", .checksum), ("SHA256SUMS", .checksum),
            ("terms.csv.sha512", .checksum), ("terms.csv.asc", .checksum), ("README", .remark),
            ("readme.txt", .remark), ("README.md", .remark), ("LICENSE", .remark),
        ]
    )
    func known(name: String, as neighbour: Neighbour) throws {
        #expect(Neighbour.of(Array(name.utf8)) == neighbour)
        try folder.write("x", to: name)
        let scan = try scan()
        #expect(scan.ready.isEmpty && scan.unsettled == 0)
        #expect(scan.leftAlone == [.init(place: name, why: neighbour.rawValue, isResting: true)])
    }

    @Test(
        "what may have been dropped is taken, however odd its name is",
        arguments: [
            "terms", "terms.csv", "part.csv", "download.txt", "my.part.csv", "a.old", "lock.csv",
            "deadbeef", "12345678.txt", "README terms.csv", "tmp", "~terms.csv", "#terms.csv",
            "terms (1).csv", "thumbs.csv", "desktop.ini.csv", "terms.sync-conflict-20261201.csv",
        ]
    )
    func taken(name: String) throws {
        try folder.write("x", to: name)
        #expect(try scan().ready.map(\.place) == [name])
    }

    @Test("a file is left alone as long as the mark of its download stands beside it")
    func halfDone() throws {
        for mark in ["aria2", "crdownload", "part", "download"] {
            try folder.write("half", to: "terms.csv")
            try folder.write("", to: "terms.csv.\(mark)")
            #expect(try scan().ready.isEmpty)
            #expect(try scan().leftAlone.map(\.place) == ["terms.csv", "terms.csv.\(mark)"])
            unlink(folder.path + "/terms.csv.\(mark)")
            #expect(try scan().ready.map(\.place) == ["terms.csv"])
        }
    }

    @Test("what is still written is not told before it rests")
    func resting() throws {
        try folder.write("x", to: "terms.csv.part")
        var scanner = InboxScanner(inbox: SpoolPath(folder.path), quietPeriod: .seconds(5))
        #expect(try scanner.scan(at: .seconds(1)).leftAlone.map(\.isResting) == [false])
        #expect(try scanner.scan(at: .seconds(7)).leftAlone.map(\.isResting) == [true])
    }

    // MARK: - Folders

    @Test("task folders, folders of loaded vocabularies and both count, in any letter case")
    func folders() throws {
        for name in [
            "Place", "EXPAND", "medic", "MEDIC/Place", "place/Medic", "Vocabulary", "other",
            "vocabulary/place", "medic/other",
        ] {
            try? folder.makeFolder(name)
            try folder.write("x", to: "\(name)/x.txt")
        }
        let scan = try scan(["MEDIC", "MeSH"])
        let found = Dictionary(uniqueKeysWithValues: scan.ready.map { ($0.place, $0.jobFacts) })
        #expect(
            Set(found.keys) == [
                "Place/x.txt", "EXPAND/x.txt", "medic/x.txt", "MEDIC/Place/x.txt",
                "place/Medic/x.txt", "Vocabulary/x.txt",
            ]
        )
        #expect(found["Place/x.txt"]?.taskHint == .place)
        #expect(found["medic/x.txt"]?.vocabularyHint == "medic")
        for place in ["MEDIC/Place/x.txt", "place/Medic/x.txt"] {
            #expect(found[place]?.taskHint == .place)
            #expect(found[place]?.vocabularyHint?.lowercased() == "medic")
        }
        #expect(found["Vocabulary/x.txt"]?.asVocabulary == true)
        #expect(found["Place/x.txt"]?.asVocabulary == false)
        #expect(
            Set(scan.leftAlone.map(\.place)) == ["other", "vocabulary/place", "medic/other"]
        )
        let why = try #require(scan.leftAlone.first).why
        #expect(why.contains("vocabulary") && why.contains("MEDIC, MeSH"), "\(why)")
    }

    @Test("a folder counts as soon as its vocabulary is loaded")
    func loadedLater() throws {
        try folder.makeFolder("MeSH")
        try folder.write("x", to: "MeSH/x.txt")
        var scanner = InboxScanner(inbox: SpoolPath(folder.path), quietPeriod: .zero)
        #expect(try scanner.scan(at: .zero).ready.isEmpty)
        scanner.vocabularies = ["MeSH"]
        #expect(try scanner.scan(at: .zero).ready.map(\.meaning.vocabulary) == ["MeSH"])
    }

    @Test("what lies in the folder of vocabularies comes before lists")
    func vocabulariesFirst() throws {
        try folder.makeFolder("vocabulary")
        try folder.write("x", to: "a.txt")
        try folder.write("x", to: "vocabulary/z.csv")
        #expect(try scan().ready.map(\.place) == ["vocabulary/z.csv", "a.txt"])
    }

    @Test("facts of earlier versions have no folder of vocabularies, and the key stays as it was")
    func earlierFacts() throws {
        var facts = JobFacts(name: "a", claimedName: "a", taskHint: .place, droppedAt: "a")
        facts.outcome = LoadOutcome(kind: .list, sha256: "s", bytes: 1, reading: "", basis: "b")
        let text = try CanonicalJSON.text(of: facts)
        #expect(!text.contains("ocabular") && !text.contains("remarks"))
        #expect(try CanonicalJSON.value(JobFacts.self, from: text) == facts)
        #expect(facts.duplicateKey == Digest.sha256("s\nb\nplace"))
        var other = JobFacts(name: "a", claimedName: "a", asVocabulary: true, droppedAt: "a")
        other.outcome = facts.outcome
        #expect(other.duplicateKey != Digest.sha256("s\nb\n"))
    }
}
