import Fixtures
import Foundation

/// Good files that are packed, and workbooks made of their parts.
extension HostileReader {
    static let xz = decoded(
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAYZ291dApIeXBlcnRlbnNpb24sIFJlbmFsCgAAAAA4vMppHCnT"
            + "WAABMRlZGrCCH7bzfQEAAAAABFla"
    )
    static let bzip2 = decoded(
        "QlpoOTFBWSZTWeu74uIAAAVXgAAQQAQAQBAAIqXeICAAMU0yMTExCgyaMj0nqS6Qi3bPVlxygBxBLH4u5Ipw"
            + "oSHXd8XE"
    )

    /// The parts of a workbook, one after the other, each below a line with its path.
    ///
    /// In this form a mutation can change, drop, double and exchange parts, and the archive made of
    /// them has no false checksum.
    static let workbookParts: [UInt8] = {
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        let parts = [
            ("[Content_Types].xml", "<Types/>"),
            (
                "xl/workbook.xml",
                """
                <workbook><workbookPr date1904="1"/><sheets><sheet name="A" sheetId="1" state="hidden"
                r:id="r1"/><sheet name="B" sheetId="2" r:id="r2"/></sheets></workbook>
                """
            ),
            (
                "xl/_rels/workbook.xml.rels",
                """
                <Relationships><Relationship Id="r1" Type="\(office)/worksheet" Target="s1.xml"/>
                <Relationship Id="r2" Type="\(office)/worksheet" Target="/xl/s2.xml"/>
                <Relationship Id="r3" Type="\(office)/sharedStrings" Target="../xl/t.xml"/>
                <Relationship Id="r4" Type="\(office)/styles" Target="y.xml"/></Relationships>
                """
            ),
            (
                "xl/t.xml",
                """
                <sst><si><t>Term</t></si><si><r><t>rich </t></r><r><t>text_x0041_</t></r><rPh sb="0"
                eb="1"><t>x</t></rPh></si></sst>
                """
            ),
            (
                "xl/y.xml",
                """
                <styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-409]yyyy\\-mm;@"/><numFmt
                numFmtId="165" formatCode="000000"/><numFmt numFmtId="166" formatCode="[h]:mm"/>
                </numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf
                numFmtId="18"/><xf numFmtId="166"/></cellXfs></styleSheet>
                """
            ),
            (
                "xl/s1.xml",
                "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"
            ),
            (
                "xl/s2.xml",
                """
                <worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1"
                t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row r="3" hidden="1"><c r="A3"
                t="inlineStr"><is><t>gout</t></is></c><c r="B3" s="1"><v>45000.5</v></c><c s="2"><v>12
                </v></c><c s="3"><v>0.25</v></c><c s="4"><v>1e300</v></c><c t="b"><v>1</v></c><c t="e"><v>
                #N/A</v></c><c t="str"><f>A1</f><v>x</v></c><c><f>1+1</f></c><c r="XFD3" t="d"><v>2026
                </v></c></row></sheetData><mergeCells><mergeCell ref="A1:B3"/></mergeCells></worksheet>
                """
            ),
        ]
        return Array(parts.map { "\(mark)\($0.0)\n\($0.1)\n" }.joined().utf8)
    }()

    private static let mark = "=== "

    /// Packs such parts.
    static func workbook(of bytes: [UInt8]) -> [UInt8] {
        var members: [Zip.Member] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.starts(with: mark.utf8) {
                let path = String(
                    decoding: line.dropFirst(mark.utf8.count).prefix(200),
                    as: UTF8.self
                )
                members.append(Zip.Member(path, []))
            } else if !members.isEmpty {
                members[members.count - 1].bytes += line + [0x0A]
            }
        }
        return Zip.pack(members)
    }

    private static func decoded(_ text: String) -> [UInt8] {
        Data(base64Encoded: text).map(Array.init) ?? []
    }
}
