import Files
import Foundation
import Jobs
import Spool
import Testing

@Suite struct ChecksumFileTests {
    private static let one = String(repeating: "a1", count: 32)
    private static let two = String(repeating: "b2", count: 32)
    private let folder = TemporaryFolder()

    private func read(_ text: String, for name: String = "list.csv") -> ChecksumFile {
        ChecksumFile(Array(text.utf8), for: name)
    }

    private static func utf16(_ text: String, isBig: Bool, mark: Bool = true) -> [UInt8] {
        let units = (mark ? [0xFEFF] : []) + Array(text.utf16)
        return units.flatMap { unit in
            isBig
                ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        }
    }

    @Test(
        "every usual form gives the hash of the file",
        arguments: [
            "\(one)  list.csv\n", "\(one) *list.csv\n", "\(one.uppercased())  list.csv\r\n", one,
            "\(one)\n", "  \(one)  \n", "\(one)\tlist.csv\n", "\(one)  ./out/list.csv\n",
            "\(one)  C:\\Users\\me\\list.csv\r\n", "\(one)  LIST.CSV\n",
            "SHA256 (list.csv) = \(one)\n", "SHA2-256(list.csv)= \(one)\n",
            "sha256 (/srv/list.csv) = \(one)\n", "sha256:\(one)\n", "sha256=\(one)",
            "# made by us\n\(one)  list.csv\n", "; remark\n\n\(one) *list.csv",
            "\(two)  other.csv\n\(one)  list.csv\n", "\(one)  list.csv\n\(two)  other.csv\r\n",
            "MD5 (list.csv) = d41d8cd98f00b204e9800998ecf8427e\nSHA256 (list.csv) = \(one)\n",
            "\nAlgorithm       Hash                    Path\n---------       ----       ----\n"
                + "SHA256          \(one.uppercased())       C:\\a b\\list.csv\n\n",
            "Algorithm : SHA256\r\nHash      : \(one.uppercased())\r\nPath      : C:\\x\\list.csv\r\n",
            "SHA256 hash of list.csv:\r\n\(one)\r\nCertUtil: -hashfile command completed.\r\n",
            "SHA256 hash of file list.csv:\n"
                + Array(repeating: "a1", count: 32).joined(separator: " "),
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n\(one)  list.csv\n",
            "\(one)  list.csv\r", "\\\(one)  list.csv\n",
        ]
    )
    func forms(text: String) {
        #expect(read(text) == .digest(Self.one))
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        #expect(ChecksumFile(marked, for: "list.csv") == .digest(Self.one))
        for isBig in [true, false] {
            for mark in [true, false] {
                let bytes = Self.utf16(text, isBig: isBig, mark: mark)
                #expect(ChecksumFile(bytes, for: "list.csv") == .digest(Self.one))
            }
        }
    }

    @Test(
        "what is no SHA-256 of this file is not used, and the reason is told",
        arguments: [
            ("", "empty"), ("# nothing\n", "empty"), ("hello\n", "no SHA-256"),
            ("d41d8cd98f00b204e9800998ecf8427e  list.csv\n", "MD5"),
            ("da39a3ee5e6b4b0d3255bfef95601890afd80709  list.csv", "SHA-1"),
            ("\(String(repeating: "c", count: 128))  list.csv", "SHA-512"),
            ("\(one)  other.csv\n", "other.csv"), ("\(one)  a\n\(two)  b\n", "a and 1 others"),
            ("\(one)  list.csv\n\(two)  list.csv\n", "2 different"),
            ("\(one)\n\(two)\n", "2 hashes"),
            ("\(one)0  list.csv\n", "no SHA-256"), ("\(one.dropLast())  list.csv", "no SHA-256"),
            ("<html>\(one)</html>", "no SHA-256"),
            ("\(one)  \(String(repeating: "a", count: 9_000))/list.csv", "empty"),
        ]
    )
    func unusable(text: String, why: String) {
        guard case .unusable(let found) = read(text) else {
            Issue.record("\(text) is used")
            return
        }
        #expect(found.contains(why), "\(found)")
    }

    @Test("names with spaces, accents and escaped characters are found")
    func names() {
        #expect(read("\(Self.one)  my list.csv", for: "my list.csv").digest == Self.one)
        // Composed in the one place, decomposed in the other.
        #expect(read("\(Self.one)  liste\u{301}.csv", for: "list\u{E9}.csv").digest == Self.one)
        #expect(read("\\\(Self.one)  a\\\\b.csv", for: "a\\b.csv").digest == Self.one)
    }

    @Test("any bytes give a verdict")
    func anything() {
        var state: UInt64 = 1
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            #expect(ChecksumFile(bytes, for: "list.csv").digest == nil)
        }
    }

    @Test(
        "a checksum file without its file is late, and is moved beside the file without replacing"
    )
    func late() throws {
        let inbox = try Inbox(path: SpoolPath(folder.path))
        try folder.write("1", to: "list.csv.sha256")
        var scanner = InboxScanner(inbox: inbox.path, quietPeriod: .seconds(5))
        #expect(try scanner.scan(at: .zero).unsettled == 1)
        let place = try #require(try scanner.scan(at: .seconds(5)).lateChecksums.first)
        #expect(
            try inbox.setAside(checksum: place, beside: "_done/list.csv") == "_done/list.csv.sha256"
        )
        try folder.write("2", to: "list.csv.sha256")
        #expect(
            try inbox.setAside(checksum: place, beside: "_done/list.csv")
                == "_done/list.csv.sha256.1"
        )
        #expect(try inbox.setAside(checksum: place, beside: "_done/list.csv") == nil)
        #expect(try folder.text(of: "_done/list.csv.sha256") == "1")
        #expect(try folder.text(of: "_done/list.csv.sha256.1") == "2")
    }

    @Test("a checksum file of any letter case is claimed with its file")
    func letterCase() throws {
        for ending in ["sha256", "SHA256", "sha256sum"] {
            let inbox = try Inbox(path: SpoolPath(folder.path))
            try folder.write("x", to: "a.txt")
            try folder.write(Self.one, to: "a.txt.\(ending)")
            var scanner = InboxScanner(inbox: inbox.path, quietPeriod: .zero)
            let scan = try scanner.scan(at: .zero)
            #expect(scan.lateChecksums.isEmpty)
            let entry = try #require(scan.ready.first)
            let file = try inbox.claim(entry, as: JobID(at: Timestamp(milliseconds: 1)))
            #expect(file?.checksum == .digest(Self.one))
        }
    }
}
