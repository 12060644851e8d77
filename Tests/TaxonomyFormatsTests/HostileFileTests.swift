import Contract
import Fixtures
import Glibc
import TaxonomyFormats
import Testing

@Suite("Hostile files")
struct HostileFileTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    @Test("an empty file is refused")
    func empty() {
        #expect(space.fault("", as: "a.xml")?.code == .emptyFile)
        #expect(space.fault("", as: "a.json")?.code == .emptyFile)
    }

    @Test("truncated XML is refused with the line where it ends")
    func truncated() throws {
        let whole = Fixture.flat(50)
        let fault = try #require(space.fault(String(whole.prefix(whole.count / 2)), as: "a.xml"))
        #expect(fault.code == .malformedXML)
        #expect((fault.location?.line ?? 0) > 20)
        #expect(fault.location?.column != nil)
    }

    @Test(
        "a file cut at any byte is refused with its location, or is a shorter list",
        arguments: 0..<4
    )
    func cut(index: Int) throws {
        let (name, whole) = [
            (
                "a.xml",
                Fixture.medic([Fixture.row("R", "Diseases"), Fixture.row("A", "é", parents: "R")])
            ),
            ("a.json", "{\"seeds\": [\"Glaucoma\", \"caf\u{E9}\"], \"task\": \"expand\"}"),
            ("a.jsonl", "{\"term\": \"gout\"}\n{\"term\": \"caf\u{E9}\"}\n"),
            ("a.csv", "term,note\n\"gout, acute\",a\ncaf\u{E9},b\n"),
        ][index]
        let bytes = Array(whole.utf8)
        #expect(space.fault(bytes, as: name) == nil)
        var refused = 0
        for length in 0..<bytes.count {
            guard let fault = space.fault(Array(bytes[..<length]), as: name) else { continue }
            refused += 1
            #expect(fault.isPermanent && fault.location?.file == name, "\(length): \(fault)")
        }
        // Only a list of one entry per line can be cut and still be a list.
        #expect(refused == bytes.count || index >= 2)
        #expect(refused > 0)
    }

    @Test(
        "a file that is written to, cut or replaced while it is read is not taken for complete",
        arguments: ["append", "truncate", "touch", "replace"]
    )
    func changes(how: String) throws {
        let path = try space.write(Fixture.flat(20_000), as: "a.xml")
        let source = try ByteSource(path: path, name: "a.xml", limits: .standard)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_000, alignment: 8)
        defer { buffer.deallocate() }
        #expect(try source.read(into: buffer) == 1_000)
        switch how {
        case "append":
            let file = open(path, O_WRONLY | O_APPEND)
            #expect(write(file, "x", 1) == 1)
            close(file)
        case "truncate": #expect(truncate(path, 2_000) == 0)
        case "touch": #expect(utimensat(AT_FDCWD, path, nil, 0) == 0)
        default:
            let other = try space.write("other", as: "b.xml")
            #expect(rename(other, path) == 0)
        }
        if how == "replace" {
            // The opened file is read to its end, so that the hash is of the bytes that were
            // parsed.
            let hash = try source.finish()
            let again = try space.write(Fixture.flat(20_000), as: "c.xml")
            #expect(try ByteSource(path: again, name: "c", limits: .standard).finish() == hash)
        } else {
            let error = #expect(throws: SubmissionError.self) { try source.finish() }
            #expect(error?.code == .changedWhileRead)
        }
    }

    @Test("mismatched tags are refused with line and column")
    func mismatched() throws {
        let fault = try #require(space.fault("<RowSet>\n<Row></RowSet>", as: "a.xml"))
        #expect(fault.code == .malformedXML)
        #expect(fault.location?.line == 2)
    }

    @Test("XML of another kind is refused because of its root or its rows")
    func otherKind() throws {
        let other = try #require(space.fault("<feed><entry/></feed>", as: "a.xml"))
        #expect(other.code == .unknownVocabularyShape)
        #expect(other.message.contains("<feed>"))
        let chemicals = """
            <RowSet><Row><ChemicalName>Lead</ChemicalName><ChemicalID>D1</ChemicalID></Row></RowSet>
            """
        #expect(space.fault(chemicals, as: "a.xml")?.code == .unknownVocabularyShape)
        #expect(space.fault("<RowSet></RowSet>", as: "a.xml")?.code == .noConcepts)
        // Elements stand in the same brackets as the addresses of N-Triples.
        let lines = "<RowSet>\n<Row>\n<b/></Row>\n</RowSet>"
        #expect(space.fault(lines, as: "a")?.code == .unknownVocabularyShape)
        #expect(space.fault("just words", as: "a.xml")?.code == .malformedXML)
    }

    @Test("entity declarations are refused: a bomb, an external entity, a parameter entity")
    func entities() throws {
        let bomb = """
            <?xml version="1.0"?>
            <!DOCTYPE RowSet [
            <!ENTITY a "aaaaaaaaaa">
            <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
            <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
            ]>
            <RowSet><Row><DiseaseName>&c;</DiseaseName></Row></RowSet>
            """
        let fault = try #require(space.fault(bomb, as: "a.xml"))
        #expect(fault.code == .entityDeclaration)
        // The first one is short and plain, as Protégé writes them.
        #expect(fault.location?.line == 4)
        for declaration in [
            "<!ENTITY x SYSTEM \"file:///etc/passwd\">",
            "<!ENTITY % x SYSTEM \"http://h/x.dtd\"> %x;",
            "<!NOTATION n SYSTEM \"n\"><!ENTITY x SYSTEM \"a.gif\" NDATA n>",
        ] {
            let text = "<!DOCTYPE RowSet [\(declaration)]>\n<RowSet><Row/></RowSet>"
            #expect(space.fault(text, as: "a.xml")?.code == .entityDeclaration, "\(declaration)")
        }
    }

    @Test("an undeclared entity is refused, with or without a DOCTYPE")
    func undeclaredEntity() {
        let body = "<RowSet><Row><DiseaseName>&nbsp;x</DiseaseName></Row></RowSet>"
        #expect(space.fault(body, as: "a.xml")?.code == .malformedXML)
        let withType = "<!DOCTYPE RowSet SYSTEM \"a.dtd\">\n\(body)"
        let fault = space.fault(withType, as: "a.xml")
        #expect(fault?.code == .malformedXML)
        #expect(fault?.location?.line == 2)
    }

    @Test("bytes that do not match the declared encoding, or UTF-8, are refused")
    func encoding() {
        let body = Fixture.flat(3).split(separator: "Disease 2")
        let latin = Array(body[0].utf8) + [0xE9] + Array(body[1].utf8)
        #expect(space.fault(latin, as: "a.xml")?.code == .wrongEncoding)
        let unknown = "<?xml version=\"1.0\" encoding=\"x-klingon\"?><RowSet/>"
        #expect(space.fault(unknown, as: "a.xml")?.code == .wrongEncoding)
        #expect(space.fault([0xFF, 0xFE, 0x61, 0, 0x62, 0], as: "a.txt")?.code == .wrongEncoding)
        #expect(space.fault([0x61, 0, 0x62, 0, 0x63, 0], as: "a.txt")?.code == .wrongEncoding)
        let list = space.fault(Array("gout\nM".utf8) + [0xE9, 0x6E], as: "a.txt")
        #expect(list?.code == .wrongEncoding)
        #expect(list?.location?.line == 2)
        #expect(list?.location?.column == 2)
        #expect(space.fault([0x50, 0x4B, 3, 4, 0, 1], as: "a.txt")?.code == .corruptCompression)
        #expect(space.fault([0x50, 0x4C, 3, 4, 0, 1], as: "a.txt")?.code == .unknownFormat)
    }

    @Test("elements or brackets nested 300 deep are refused")
    func nesting() throws {
        let xml = String(repeating: "<RowSet>\n", count: 300)
        let fault = try #require(space.fault(xml, as: "a.xml"))
        #expect(fault.code == .nestingTooDeep)
        #expect(fault.location?.line == 65)
        let json = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
        let other = try #require(space.fault(json, as: "a.json"))
        #expect(other.code == .nestingTooDeep)
        #expect(other.location?.column == 65)
        #expect(
            space.fault(String(repeating: "{\"a\":", count: 100_000), as: "a.json")?.code
                == .nestingTooDeep
        )
    }

    @Test("a text above the length limit is refused")
    func longText() {
        var limits = ReadLimits.standard
        limits.textBytes = 1_000
        let text = Fixture.medic([Fixture.row("a", String(repeating: "x", count: 1_001))])
        #expect(space.fault(text, as: "a.xml", limits: limits)?.code == .textTooLong)
        #expect(space.fault(text, as: "a.xml")?.code == .tooManyBadRecords)
    }

    @Test("a cycle costs the edge that closes it, and its concepts are named")
    func cycle() throws {
        let rows = [
            Fixture.row("R", "Diseases"), Fixture.row("A", "a", parents: "B|R"),
            Fixture.row("B", "b", parents: "C"), Fixture.row("C", "c", parents: "A"),
        ]
        let more = (1...4).map { Fixture.row("N\($0)", "n", parents: "R") }
        let file = try space.vocabulary(Fixture.medic(rows + more))
        #expect(file.taxonomy.parents.prefix(4) == [[], [0], [3], [1]])
        #expect(file.problems.map(\.code) == ["cyclic-parent"])
        #expect(file.problems.map(\.line) == [4])
        #expect(file.problems[0].message.contains("A → B → C → A"))
        // One faulty record of four is more than a fifth.
        #expect(space.fault(Fixture.medic(rows), as: "a.xml")?.code == .tooManyBadRecords)
    }

    @Test("tree numbers by which a descriptor lies below itself cost one edge")
    func treeCycle() throws {
        let records = [
            Fixture.descriptor("D1", "a", trees: ["C01", "C01.100.100"]),
            Fixture.descriptor("D2", "b", trees: ["C01.100"]),
        ]
        let more = (3...8).map { Fixture.descriptor("D\($0)", "n", trees: ["C01.\($0)00"]) }
        let file = try space.vocabulary(Fixture.mesh(records + more))
        #expect(file.problems.map(\.code) == ["cyclic-parent"])
        #expect(file.problems.map(\.identifier) == ["D1"])
        #expect(file.taxonomy.parents.prefix(2) == [[8], [0]])
    }

    @Test("a file is refused if more than a fifth of its records are bad, but not at a fifth")
    func tooManyBad() throws {
        let good = (1...7).map { Fixture.row("N\($0)", "n", parents: "R") }
        let root = Fixture.row("R", "Diseases")
        let dangling = (1...3).map { Fixture.row("X\($0)", "x", parents: "NONE") }
        let fifth = Fixture.medic([root] + good + dangling.prefix(2))
        #expect(space.fault(fifth, as: "a.xml") == nil)
        let fault = try #require(space.fault(Fixture.medic([root] + good + dangling), as: "a.xml"))
        #expect(fault.code == .tooManyBadRecords)
        #expect(fault.message.contains("3 of 11 records"))
        #expect(fault.message.contains("NONE"))
        #expect(fault.location?.line == 11)
    }

    @Test("a link, a folder, a pipe and a missing file are refused at once")
    func notRegular() throws {
        let real = try space.write(Fixture.flat(2), as: "real.xml")
        symlink(real, "\(space.path)/link.xml")
        mkdir("\(space.path)/folder.xml", 0o755)
        mkfifo("\(space.path)/pipe.xml", 0o644)
        for name in ["link.xml", "folder.xml", "pipe.xml"] {
            #expect(throws: SubmissionError.self) {
                try Submission.read("\(space.path)/\(name)")
            }
            do throws(SubmissionError) {
                _ = try Submission.read("\(space.path)/\(name)")
            } catch {
                #expect(error.code == .notARegularFile)
                #expect(error.location?.file == name)
            }
        }
        do throws(SubmissionError) {
            _ = try Submission.read("\(space.path)/none.xml")
            Issue.record("a missing file was read")
        } catch {
            #expect(error.code == .storageUnavailable)
            #expect(!error.isPermanent)
        }
    }

    @Test("files, lists and unpacked bytes above their limits are refused")
    func limits() throws {
        var limits = ReadLimits.standard
        limits.fileBytes = 100
        #expect(space.fault(Fixture.flat(20), as: "a.xml", limits: limits)?.code == .fileTooLarge)
        limits = .standard
        limits.listBytes = 2_000
        let long = String(repeating: "gout\n", count: 1_000)
        #expect(space.fault(long, as: "a.txt", limits: limits)?.code == .fileTooLarge)
        limits = .standard
        limits.listItems = 5
        #expect(
            space.fault("a\nb\nc\nd\ne\nf\n", as: "a.txt", limits: limits)?.code == .fileTooLarge
        )
        #expect(space.fault("[1, 2, 3, 4, 5]", as: "a.json", limits: limits)?.code == .fileTooLarge)
        limits.records = 10
        #expect(space.fault(Fixture.flat(10), as: "a.xml", limits: limits)?.code == .fileTooLarge)
        limits = .standard
        limits.unpackedBytes = 1_000_000
        let packed = try Gzip.pack([UInt8](repeating: 0x20, count: 2_000_000))
        #expect(space.fault(packed, as: "a.gz", limits: limits)?.code == .fileTooLarge)
    }

    @Test("gzip is unpacked whatever the file name, with several members and with padding")
    func gzip() throws {
        let text = Array(Fixture.flat(30).utf8)
        let one = try Gzip.pack(text)
        let two = try Gzip.pack(Array(text[..<500])) + Gzip.pack(Array(text[500...]))
        for (bytes, name) in [(one, "a.xml"), (one, "a.xml.gz"), (two + [0, 0, 0], "b.txt")] {
            #expect(space.fault(bytes, as: name) == nil, "\(name)")
        }
    }

    @Test("broken gzip is refused: cut off, changed, or followed by other bytes")
    func brokenGzip() throws {
        let whole = try Gzip.pack(Array(Fixture.flat(300).utf8))
        var changed = whole
        changed[whole.count / 2] ^= 0x55
        for bytes in [
            Array(whole.dropLast(10)), Array(whole.prefix(15)), changed, whole + Array("rest".utf8),
        ] {
            let code = space.fault(bytes, as: "a.xml.gz")?.code
            #expect(code == .corruptCompression || code == .malformedXML)
        }
        #expect(space.fault(Array(whole.dropLast(4)), as: "a.gz")?.code == .corruptCompression)
        #expect(space.fault(whole + [1], as: "a.gz")?.code == .corruptCompression)
    }

    @Test("a gzip bomb is refused early")
    func bomb() throws {
        let member = try Gzip.pack([UInt8](repeating: 0x20, count: 16 << 20))
        let bytes = [[UInt8]](repeating: member, count: 8).flatMap { $0 }
        var limits = ReadLimits.standard
        limits.listBytes = 1 << 30
        #expect(space.fault(bytes, as: "a.xml.gz", limits: limits)?.code == .compressionBomb)
        #expect(space.fault(bytes, as: "a.txt.gz")?.code == .compressionBomb)
    }
}
