import FoundationEssentials

/// Packs files into zip archives for tests; nothing is compressed unless it is given so.
package enum Zip {
    /// A file of the archive.
    package struct Member {
        package var path: String
        package var bytes: [UInt8]
        /// Bit 0 says that the content is encrypted.
        package var flags: UInt16 = 0
        package var method: UInt16 = 0
        /// The bytes as the archive holds them, if they are not the content itself.
        package var packed: [UInt8]?
        /// What the archive says of the content; its true values unless set.
        package var checksum: UInt32?

        package init(_ path: String, _ bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }

        package init(_ path: String, _ text: String) {
            self.init(path, Array(text.utf8))
        }

        /// A file that is deflated, by the system's `gzip`.
        package static func deflated(_ path: String, _ bytes: [UInt8]) throws -> Member {
            var member = Member(path, bytes)
            // RFC 1952: a header of ten bytes, the deflated bytes, checksum and size.
            member.packed = try Array(Gzip.pack(bytes).dropFirst(10).dropLast(8))
            member.method = 8
            return member
        }
    }

    package static func pack(_ members: [Member]) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for member in members {
            let packed = member.packed ?? member.bytes
            let name = Array(member.path.utf8)
            let facts =
                little(20, 2) + little(Int(member.flags | 1 << 11), 2)
                + little(Int(member.method), 2) + little(0x21_0000, 4)
                + little(Int(member.checksum ?? checksum(of: member.bytes)), 4)
                + little(packed.count, 4) + little(member.bytes.count, 4) + little(name.count, 2)
            let start = bytes.count
            bytes += [0x50, 0x4B, 3, 4] + facts + little(0, 2) + name + packed
            directory +=
                [0x50, 0x4B, 1, 2] + little(20, 2) + facts + little(0, 12) + little(start, 4) + name
        }
        let count = little(members.count, 2)
        return bytes + directory
            + [0x50, 0x4B, 5, 6] + little(0, 4) + count + count + little(directory.count, 4)
            + little(bytes.count, 4) + little(0, 2)
    }

    private static func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in
            rest & 1 == 1 ? 0xEDB8_8320 ^ rest >> 1 : rest >> 1
        }
    }

    private static func checksum(of bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { rest, byte in
            table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] ^ rest >> 8
        }
    }
}

/// Workbooks for tests, part by part.
package enum WorkbookFixture {
    private static let office =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    /// The parts of a workbook with these sheets, each given as the content of `sheetData`.
    package static func parts(_ sheets: [String], strings: String = "") -> [Zip.Member] {
        let names = sheets.indices.map {
            "<sheet name=\"Sheet\($0 + 1)\" sheetId=\"\($0 + 1)\" r:id=\"r\($0)\"/>"
        }
        let relations = sheets.indices.map {
            "<Relationship Id=\"r\($0)\" Type=\"\(office)/worksheet\" Target=\"s\($0).xml\"/>"
        }
        return [
            Zip.Member("[Content_Types].xml", "<Types/>"),
            Zip.Member(
                "xl/workbook.xml",
                "<workbook xmlns=\"\(main)\" xmlns:r=\"\(office)\"><sheets>\(names.joined())</sheets></workbook>"
            ),
            Zip.Member(
                "xl/_rels/workbook.xml.rels",
                """
                <Relationships>\(relations.joined())<Relationship Id="t" \
                Type="\(office)/sharedStrings" Target="t.xml"/></Relationships>
                """
            ), Zip.Member("xl/t.xml", "<sst>\(strings)</sst>"),
        ]
            + sheets.enumerated().map { index, data in
                Zip.Member(
                    "xl/s\(index).xml",
                    "<worksheet xmlns=\"\(main)\"><sheetData>\(data)</sheetData></worksheet>"
                )
            }
    }

    /// A row whose cells hold their texts themselves.
    package static func row(_ texts: String...) -> String {
        "<row>\(texts.map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined())</row>"
    }
}
