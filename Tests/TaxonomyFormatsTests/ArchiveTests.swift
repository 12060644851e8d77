import Contract
import Fixtures
import FoundationEssentials
import TaxonomyFormats
import Testing

@Suite("Packed files")
struct ArchiveTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private static let names = ["gout", "Hypertension, Renal"]
    private static let text = Array("gout\nHypertension, Renal\n".utf8)
    /// The text above, and nothing at all, packed by Python.
    private static let xz = decoded(
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAYZ291dApIeXBlcnRlbnNpb24sIFJlbmFsCgAAAAA4vMppHCnT"
            + "WAABMRlZGrCCH7bzfQEAAAAABFla"
    )
    private static let emptyXZ = decoded("/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=")
    private static let bzip2 = decoded(
        "QlpoOTFBWSZTWeu74uIAAAVXgAAQQAQAQBAAIqXeICAAMU0yMTExCgyaMj0nqS6Qi3bPVlxygBxBLH4u5Ipw"
            + "oSHXd8XE"
    )
    /// 96 MiB of spaces.
    private static let bomb = decoded(
        "QlpoOTFBWSZTWbUiZb8BX44QAMAAAAggADCATUZCoCWpCoCXMUFZJlNZtSJlvwFfjhAAwAAACCAAMIBNRkKg"
            + "JakKgJcxQVkmU1mQH6j/AEPoUACQAEAAAAggADDMBSmnGKKqDYKKqDxdyRThQkC7S9X4"
    )

    private static func decoded(_ text: String) -> [UInt8] {
        Data(base64Encoded: text).map(Array.init) ?? []
    }

    private func names(_ bytes: [UInt8], as name: String) throws -> [String] {
        let path = try space.write(bytes, as: name)
        guard case .list(let list) = try Submission.read(path) else { return [] }
        return list.entries.flatMap { entry -> [String] in
            guard case .names(let items) = entry.content else { return [] }
            return items.map(\.name)
        }
    }

    @Test("xz, bzip2 and zip are unpacked by their content, whatever the file is called")
    func unpacked() throws {
        let zip = Zip.pack([Zip.Member("folder/list.txt", Self.text)])
        let deflated = Zip.pack([try Zip.Member.deflated("list.txt", Self.text)])
        for (bytes, packing) in [
            (Self.xz, "xz"), (Self.bzip2, "bz2"), (zip, "zip"), (deflated, "zip"),
        ] {
            for name in ["a.txt.\(packing)", "a.csv", "a.gz", "a"] {
                #expect(try names(bytes, as: name) == Self.names, "\(packing) as \(name)")
            }
        }
        // Several streams are one text, as `cat` makes them.
        #expect(try names(Self.bzip2 + Self.bzip2, as: "a.txt") == Self.names)
        #expect(try names(Self.xz + Self.xz, as: "a.txt") == Self.names)
    }

    @Test("the hash is that of the bytes on disk, and the name inside gives the format")
    func inside() throws {
        let table = Zip.pack([Zip.Member("in.csv", "name,note\n\"gout, acute\",x\n")])
        let path = try space.write(table, as: "a.zip")
        let hash = try ByteSource(path: path, name: "a", limits: .standard).finish()
        guard case .list(let list) = try Submission.read(path) else {
            Issue.record("no list")
            return
        }
        #expect(list.format == .csv)
        #expect(list.fileName == "a.zip")
        #expect(list.sha256 == hash)
        let vocabulary = Zip.pack([try Zip.Member.deflated("v.xml", Array(Fixture.flat(500).utf8))])
        guard case .vocabulary(let file) = try Submission.read(space.write(vocabulary, as: "v.zip"))
        else {
            Issue.record("no vocabulary")
            return
        }
        #expect(file.taxonomy.concepts.count == 501)
        #expect(file.sha256.count == 64 && file.sha256 != hash)
    }

    @Test("what macOS and Windows add to a zip file does not count")
    func litter() throws {
        let zip = Zip.pack([
            Zip.Member("terms/", ""), Zip.Member("terms/.DS_Store", "x"),
            Zip.Member("terms/Thumbs.db", "x"), Zip.Member("terms/list.txt", Self.text),
            Zip.Member("__MACOSX/terms/._list.txt", "x"), Zip.Member("terms/._list.txt", "x"),
        ])
        #expect(try names(zip, as: "terms.zip") == Self.names)
    }

    @Test("a zip file of several files, of none, with a password or odd methods is told of")
    func refusedZip() throws {
        func fault(_ members: [Zip.Member]) throws -> SubmissionError {
            try #require(space.fault(Zip.pack(members), as: "a.zip"))
        }
        let several = try fault(["a", "b", "c", "d"].map { Zip.Member("\($0).txt", "gout") })
        #expect(several.code == .unknownFormat)
        #expect(several.message.contains("4 files (“a.txt”, “b.txt”, “c.txt” …)"))
        #expect(several.remedy.contains("drop each file by itself"))
        #expect(try fault([]).message.contains("no file"))
        var member = Zip.Member("list.txt", Self.text)
        member.flags = 1
        #expect(try fault([member]).message.contains("password"))
        member.flags = 0
        member.method = 14
        #expect(try fault([member]).message.contains("few programs read"))
    }

    @Test("paths inside are names and nothing else")
    func paths() throws {
        for path in [
            "/etc/passwd", "../../up.txt", "C:\\x\\list.txt", "a\u{0}b.txt", "..", "résumé.txt",
        ] {
            #expect(
                try names(Zip.pack([Zip.Member(path, Self.text)]), as: "a.zip") == Self.names,
                "\(path)"
            )
        }
    }

    @Test("what is packed twice is told of")
    func twice() throws {
        for inner in [
            try Gzip.pack(Self.text), Self.xz, Self.bzip2, Zip.pack([Zip.Member("a", "b")]),
        ] {
            for outer in [try Gzip.pack(inner), Zip.pack([Zip.Member("a.txt", inner)])] {
                let fault = try #require(space.fault(outer, as: "a.txt.gz"))
                #expect(fault.code == .unknownFormat)
                #expect(fault.message.contains("a packed file inside a packed file"))
            }
        }
    }

    @Test("data cut off, changed or followed by other bytes are refused, with the command to check")
    func broken() throws {
        let zip = Zip.pack([try Zip.Member.deflated("a.txt", Self.text)])
        for (whole, command) in [(Self.xz, "xz -t"), (Self.bzip2, "bzip2 -t"), (zip, "unzip -t")] {
            var changed = whole
            changed[command == "unzip -t" ? 40 : whole.count / 2] ^= 0x55
            for bytes in [
                Array(whole.dropLast(5)), Array(whole.prefix(20)), changed,
            ] + (command == "unzip -t" ? [] : [whole + Array("rest".utf8)]) {
                let fault = try #require(space.fault(bytes, as: "a.txt"), "\(command)")
                #expect(fault.code == .corruptCompression, "\(command): \(fault)")
                #expect(fault.remedy.contains(command), "\(fault)")
            }
        }
        var member = Zip.Member("a.txt", Self.text)
        member.checksum = 1
        #expect(space.fault(Zip.pack([member]), as: "a.zip")?.code == .corruptCompression)
        #expect(space.fault(Self.emptyXZ, as: "a.txt.xz")?.code == .emptyFile)
    }

    @Test("bombs of bzip2 and zip are refused early")
    func bombs() throws {
        var limits = ReadLimits.standard
        limits.listBytes = 1 << 30
        #expect(space.fault(Self.bomb, as: "a.txt", limits: limits)?.code == .compressionBomb)
        let spaces = [UInt8](repeating: 0x20, count: 80 << 20)
        let zip = Zip.pack([try Zip.Member.deflated("a.txt", spaces)])
        #expect(space.fault(zip, as: "a.txt", limits: limits)?.code == .compressionBomb)
        limits.unpackedBytes = 1_000_000
        #expect(space.fault(zip, as: "a.txt", limits: limits)?.code == .fileTooLarge)
        #expect(space.fault(Self.bomb, as: "a.txt", limits: limits)?.code == .fileTooLarge)
        let many = Zip.pack((0...10_000).map { Zip.Member("\($0)", "") })
        #expect(space.fault(many, as: "a.zip")?.code == .fileTooLarge)
    }
}
