import Contract
import Fixtures
import Foundation
import TaxonomyFormats
import Testing

/// The cells that a workbook of another make must give, as `make_workbooks.py` wrote them.
struct ExpectedWorkbook: Decodable {
    struct Row: Decodable, Equatable {
        let number: Int
        let cells: [String]

        init(number: Int, cells: [String]) {
            self.number = number
            self.cells = cells
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            number = try container.decode(Int.self)
            cells = try container.decode([String].self)
        }
    }

    let madeBy: String
    let notes: [String]
    let rows: [Row]

    init(_ path: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
    }

    static func table(_ path: String) throws -> Table {
        let source = try ByteSource(path: path, name: "a.xlsx", limits: .standard)
        return try Workbook.table(in: ZipArchive(source))
    }

    static func rows(of table: Table) -> [Row] {
        table.rows.map { Row(number: $0.line, cells: $0.cells) }
    }
}

@Suite("Workbooks")
struct WorkbookTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private static let golden = Bundle.module.resourcePath.map { "\($0)/Golden/workbooks" } ?? ""

    @Test(
        "workbooks of other makes are read cell by cell, and what is left out is told",
        arguments: [
            "openpyxl-types", "openpyxl-sheets", "xlsxwriter-rich", "xlsxwriter-wide",
            "pandas-index",
            "strict-1904", "sparse", "libreoffice",
        ]
    )
    func golden(_ name: String) throws {
        let expected = try ExpectedWorkbook("\(Self.golden)/\(name).json")
        let table = try ExpectedWorkbook.table("\(Self.golden)/\(name).xlsx")
        #expect(ExpectedWorkbook.rows(of: table) == expected.rows)
        #expect(table.notes == expected.notes)
    }

    @Test("a workbook becomes a list of the format xlsx, with the hash of its bytes")
    func list() throws {
        let sheet =
            WorkbookFixture.row("Term", "Definition") + WorkbookFixture.row("gout", "Painful")
        let bytes = Zip.pack(WorkbookFixture.parts([sheet]))
        let path = try space.write(bytes, as: "a.csv")
        guard case .list(let list) = try Submission.read(path) else {
            Issue.record("no list")
            return
        }
        #expect(list.format == .xlsx)
        let hash = try ByteSource(path: path, name: "a", limits: .standard).finish()
        #expect(list.sha256 == hash)
        #expect(
            list.entries.map(\.content) == [
                .terms([.init(name: "gout", definition: "Painful", line: 2)])
            ]
        )
    }

    private func refusal(
        _ members: [Zip.Member],
        limits: ReadLimits = .standard
    ) -> SubmissionError? {
        space.fault(Zip.pack(members), as: "a.xlsx", limits: limits)
    }

    @Test(
        "a cell or row out of order, or outside the sheet, is refused with its place",
        arguments: [
            (
                "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"2\"/>",
                "row “2” stands behind row 2"
            ),
            ("<row r=\"0\"/>", "row “0”"), ("<row r=\"1048577\"/>", "below the last"),
            ("<row r=\"99999999999999999999\"/>", "row “99999999999999999999”"),
            ("<row><c r=\"B1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row>", "“B1” is out of order"),
            ("<row><c r=\"XFE1\"><v>1</v></c></row>", "“XFE1”"),
            ("<row><c r=\"XFD1\"/><c/></row>", "more than 16384 cells"),
            ("<row><c r=\"1A\"><v>1</v></c></row>", "“1A”"),
            ("<row><c t=\"s\"><v>1</v></c></row>", "A1 refers to the text “1” of 1"),
            ("<row><c/><c t=\"s\"><v>-1</v></c></row>", "B1 refers to the text “-1” of 1"),
            ("<row><c t=\"s\"><v>99999999999999999999</v></c></row>", "A1 refers to the text"),
        ]
    )
    func place(sheet: String, words: String) throws {
        let fault = try #require(
            refusal(WorkbookFixture.parts([sheet], strings: "<si><t>x</t></si>"))
        )
        #expect(fault.code == .malformedXML)
        #expect(fault.message.contains(words), "\(fault)")
        #expect(fault.remedy.contains("save it again"))
    }

    @Test("a reference to the last cell of a sheet costs nothing")
    func lastCell() throws {
        let sheet =
            WorkbookFixture.row("gout")
            + "<row r=\"1048576\"><c r=\"XFD1048576\"><v>5</v></c></row>"
        let path = try space.write(Zip.pack(WorkbookFixture.parts([sheet])), as: "a.xlsx")
        let table = try ExpectedWorkbook.table(path)
        #expect(table.rows.map(\.cells) == [["gout"], ["", "5"]])
        #expect(table.rows.map(\.line) == [1, 1_048_576])
    }

    @Test("missing, repeated and cyclic parts are refused or do no harm")
    func parts() throws {
        let row = WorkbookFixture.row("gout")
        let good = WorkbookFixture.parts([row])
        #expect(refusal(good) == nil)
        #expect(
            refusal(good.filter { $0.path != "xl/s0.xml" })?.message.contains("does not hold it")
                == true
        )
        #expect(
            refusal(good + [Zip.Member("XL/S0.xml", "<x/>")])?.message.contains("twice") == true
        )
        let cyclic = good.map { part in
            part.path.hasSuffix(".rels")
                ? Zip.Member(
                    part.path,
                    String(decoding: part.bytes, as: UTF8.self).replacing(
                        "s0.xml",
                        with: "workbook.xml"
                    )
                ) : part
        }
        #expect(refusal(cyclic)?.code == .emptyList)
        // All sheets lead to one part, which is read once.
        let same = WorkbookFixture.parts([row] + [String](repeating: "", count: 200)).map { part in
            Zip.Member(
                part.path,
                String(decoding: part.bytes, as: UTF8.self).replacing(/s\d+\.xml/, with: "s0.xml")
            )
        }
        #expect(refusal(same.filter { $0.path != "xl/s0.xml" } + [good[4]]) == nil)
        let many = WorkbookFixture.parts([String](repeating: "", count: 300))
        #expect(refusal(many)?.code == .fileTooLarge)
        #expect(refusal(WorkbookFixture.parts(["", ""]))?.code == .emptyList)
    }

    @Test("entities, deep nesting and broken XML are refused with the part that holds them")
    func hostileXML() throws {
        for (text, code) in [
            (
                "<!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><sst><si><t>&c;</t></si></sst>",
                SubmissionError.Code.entityDeclaration
            ),
            (String(repeating: "<sst>", count: 300), .nestingTooDeep), ("<sst><si>", .malformedXML),
            (
                "<sst><si><t>\(String(repeating: "x", count: 1_100_000))</t></si></sst>",
                .textTooLong
            ),
        ] {
            let parts = WorkbookFixture.parts([WorkbookFixture.row("gout")]).map {
                $0.path == "xl/t.xml" ? Zip.Member($0.path, text) : $0
            }
            let fault = try #require(refusal(parts))
            #expect(fault.code == code)
            #expect(fault.message.contains("“xl/t.xml”, line 1"), "\(fault)")
        }
    }

    @Test("a text of many runs is limited like any other")
    func longText() throws {
        let run = "<r><t>\(String(repeating: "x", count: 600_000))</t></r>"
        let sheet = "<row><c t=\"inlineStr\"><is>\(run)\(run)</is></c></row>"
        let fault = try #require(refusal(WorkbookFixture.parts([sheet])))
        #expect(fault.code == .textTooLong)
    }

    @Test("rows, cells and bytes above their limits are refused")
    func limits() throws {
        let rows = (1...30).map { WorkbookFixture.row("term \($0)") }.joined()
        // Each row has its one text in a column of its own.
        let diagonal = (1...26).map { number in
            let letter = Character(Unicode.Scalar(UInt8(64 + number)))
            return "<row r=\"\(number)\"><c r=\"\(letter)\(number)\"><v>1</v></c></row>"
        }
        for change in [
            \ReadLimits.listItems, \ReadLimits.cells, \ReadLimits.listBytes,
        ] {
            var limits = ReadLimits.standard
            limits[keyPath: change] = 29
            let fault = try #require(refusal(WorkbookFixture.parts([rows]), limits: limits))
            #expect(fault.code == .fileTooLarge)
        }
        var limits = ReadLimits.standard
        limits.cells = 600
        let fault = try #require(
            refusal(WorkbookFixture.parts([diagonal.joined()]), limits: limits)
        )
        #expect(fault.message.contains("26 rows in 26 columns"))
        limits.cells = 10
        let strings = String(repeating: "<si><t>x</t></si>", count: 11)
        let parts = WorkbookFixture.parts([WorkbookFixture.row("gout")], strings: strings)
        #expect(refusal(parts, limits: limits)?.code == .fileTooLarge)
    }

    @Test("a bomb among the parts is refused early")
    func bomb() throws {
        var parts = WorkbookFixture.parts([WorkbookFixture.row("gout")])
        let spaces = "<sst>" + String(repeating: " ", count: 90 << 20) + "</sst>"
        parts[3] = try Zip.Member.deflated("xl/t.xml", Array(spaces.utf8))
        #expect(refusal(parts)?.code == .compressionBomb)
    }

    @Test(
        "random workbooks of two other makes are read cell by cell",
        .enabled(if: RandomWorkbooks.count > 0, "TAXOD_WORKBOOKS is not set; `make fuzz` sets it")
    )
    func random() throws {
        let folder = try RandomWorkbooks.make(
            in: space.path,
            script: "\(Self.golden)/make_workbooks.py"
        )
        var equal = 0
        for number in 0..<RandomWorkbooks.count {
            let expected = try ExpectedWorkbook("\(folder)/\(number).json")
            let rows = try ExpectedWorkbook.rows(
                of: ExpectedWorkbook.table("\(folder)/\(number).xlsx")
            )
            if rows == expected.rows {
                equal += 1
            } else {
                let pairs = zip(rows, expected.rows).first { $0 != $1 }
                print("\(number).xlsx, \(rows.count) rows: \(String(describing: pairs))")
            }
        }
        print("\(equal) of \(RandomWorkbooks.count) random workbooks read back cell by cell")
        #expect(equal * 100 >= RandomWorkbooks.count * 99)
    }
}

/// Workbooks that `make_workbooks.py` draws by chance.
private enum RandomWorkbooks {
    private static let environment = ProcessInfo.processInfo.environment
    static let count = environment["TAXOD_WORKBOOKS"].flatMap(Int.init) ?? 0

    static func make(in folder: String, script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let python = environment["TAXOD_PYTHON"] ?? "python3"
        let seed = environment["TAXOD_FUZZ_SEED"] ?? "20261122"
        process.arguments = [python, script, "\(count)", seed, "\(folder)/random"]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(python) needs openpyxl and XlsxWriter")
        return "\(folder)/random"
    }
}
