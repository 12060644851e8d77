import Contract

/// Reads the cells of a sheet.
///
/// Rows and cells carry their places (`B7`) or follow the one before. Only cells with a text are
/// kept, so that a reference to the last column costs nothing.
final class SheetReader: XMLHandler {
    /// A row with at least one text.
    struct Row {
        /// Counted from 1.
        let number: Int
        /// Columns counted from 1, in rising order, with their texts.
        var cells: [(column: Int, text: String)] = []
    }

    /// What else there was.
    struct Remarks {
        /// Cells with an error such as `#N/A`.
        var errors = Cells()
        /// Formulas whose result the program that wrote the file did not compute.
        var unknownResults = Cells()
        /// Numbers that the sheet shows as a date or duration and that are no day of the calendar.
        var oddDates = Cells()
        var hiddenRows = 0
        var hasHiddenColumns = false
        var merged: [String] = []
        var mergedCount = 0
    }

    /// How many cells there are of a kind, and the first ones.
    struct Cells {
        private(set) var count = 0
        private(set) var first: [String] = []

        mutating func add(column: Int, row: Int) {
            count += 1
            if first.count < 3 { first.append(CellReference(column: column, row: row).description) }
        }
    }

    private enum Place {
        static let sheet: XMLPaths.Place = 1
        static let columns: XMLPaths.Place = 2
        static let column: XMLPaths.Place = 3
        static let data: XMLPaths.Place = 4
        static let row: XMLPaths.Place = 5
        static let cell: XMLPaths.Place = 6
        static let value: XMLPaths.Place = 7
        static let formula: XMLPaths.Place = 8
        static let inline: XMLPaths.Place = 9
        static let run: XMLPaths.Place = 10
        static let text: XMLPaths.Place = 11
        static let merges: XMLPaths.Place = 12
        static let merge: XMLPaths.Place = 13
    }

    private enum Kind { case number, shared, text, boolean, error, date }

    let paths = XMLPaths(
        [
            .init(XMLPaths.document, "worksheet", Place.sheet),
            .init(Place.sheet, "cols", Place.columns), .init(Place.columns, "col", Place.column),
            .init(Place.sheet, "sheetData", Place.data), .init(Place.data, "row", Place.row),
            .init(Place.row, "c", Place.cell), .init(Place.cell, "v", Place.value),
            .init(Place.cell, "f", Place.formula), .init(Place.cell, "is", Place.inline),
            .init(Place.inline, "t", Place.text), .init(Place.inline, "r", Place.run),
            .init(Place.run, "t", Place.text),
            .init(Place.sheet, "mergeCells", Place.merges),
            .init(Place.merges, "mergeCell", Place.merge),
        ],
        capturing: [Place.value, Place.text]
    )

    /// The rows that hold a text; only their number if the cells are not kept.
    private(set) var rows: [Row] = []
    private(set) var rowCount = 0
    private(set) var remarks = Remarks()
    private let sheet: String
    private let fileName: String
    private let keepsCells: Bool
    private let strings: [String]
    private let styles: CellStyles
    private let countsFrom1904: Bool
    private let limits: ReadLimits

    private var row = Row(number: 0)
    private var isHiddenRow = false
    private var column = 0
    private var kind = Kind.number
    private var style = 0
    private var hasFormula = false
    private var value: [UInt8] = []
    private var cellCount = 0
    private var bytes = 0
    private var hiddenColumns: [ClosedRange<Int>] = []

    init(
        _ sheet: String,
        of workbook: WorkbookContext,
        fileName: String,
        keepsCells: Bool,
        limits: ReadLimits
    ) {
        self.sheet = sheet
        self.fileName = fileName
        self.keepsCells = keepsCells
        strings = workbook.strings
        styles = workbook.styles
        countsFrom1904 = workbook.countsFrom1904
        self.limits = limits
    }

    func begin(
        _ place: XMLPaths.Place,
        attributes: XMLAttributes,
        line: Int
    ) throws(SubmissionError) {
        switch place {
        case Place.row: try beginRow(attributes)
        case Place.cell: try beginCell(attributes)
        case Place.formula: hasFormula = true
        case Place.column: addColumn(attributes)
        case Place.merge: addMerge(attributes)
        default: break
        }
    }

    func end(_ place: XMLPaths.Place, text: UnsafeBufferPointer<UInt8>) throws(SubmissionError) {
        switch place {
        case Place.value, Place.text:
            guard value.count + text.count <= limits.textBytes else {
                throw SubmissionError(
                    .textTooLong,
                    at: .init(file: fileName),
                    "a text on the sheet “\(sheet)” is longer than \(limits.textBytes) bytes"
                )
            }
            value += text
        case Place.cell: try endCell()
        case Place.row: try endRow()
        default: break
        }
    }

    // MARK: Rows

    private func beginRow(_ attributes: XMLAttributes) throws(SubmissionError) {
        var number = row.number + 1
        if let given = attributes.bytes(of: "r") {
            guard let read = CellReference.number(given), read > row.number else {
                throw malformed("row “\(Self.shown(given))” stands behind row \(row.number)")
            }
            number = read
        }
        guard number <= CellReference.rowLimit else {
            throw malformed("row \(number) is below the last possible one")
        }
        row = Row(number: number)
        column = 0
        isHiddenRow = attributes.isTrue("hidden")
    }

    private func endRow() throws(SubmissionError) {
        guard !row.cells.isEmpty else { return }
        rowCount += 1
        guard rowCount <= limits.listItems else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: fileName),
                "the sheet “\(sheet)” has more than \(limits.listItems) rows"
            )
        }
        if isHiddenRow { remarks.hiddenRows += 1 }
        if keepsCells { rows.append(row) }
    }

    // MARK: Cells

    private func beginCell(_ attributes: XMLAttributes) throws(SubmissionError) {
        var next = column + 1
        if let given = attributes.bytes(of: "r") {
            guard let reference = CellReference(given), reference.column > column else {
                throw malformed(
                    "the cell “\(Self.shown(given))” is out of order in row \(row.number)"
                )
            }
            next = reference.column
        }
        guard next <= CellReference.columnLimit else {
            throw malformed("row \(row.number) has more than \(CellReference.columnLimit) cells")
        }
        column = next
        hasFormula = false
        value.removeAll(keepingCapacity: true)
        style = attributes.bytes(of: "s").flatMap(CellReference.number) ?? 0
        kind =
            switch attributes.bytes(of: "t").map(Self.shown) {
            case "s": .shared
            case "str", "inlineStr": .text
            case "b": .boolean
            case "e": .error
            case "d": .date
            default: .number
            }
    }

    private func endCell() throws(SubmissionError) {
        if value.isEmpty {
            if hasFormula { remarks.unknownResults.add(column: column, row: row.number) }
            return
        }
        // The cells of a sheet that is not used are counted and not looked at.
        guard keepsCells else {
            if row.cells.isEmpty { row.cells.append((column, "")) }
            return
        }
        let text = try text()
        guard !text.isEmpty else { return }
        cellCount += 1
        bytes += text.utf8.count
        guard cellCount <= limits.cells, bytes <= limits.listBytes else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: fileName),
                "the sheet “\(sheet)” has more than \(limits.cells) cells or \(limits.listBytes) bytes"
            )
        }
        if hiddenColumns.contains(where: { $0.contains(column) }) {
            remarks.hasHiddenColumns = true
        }
        row.cells.append((column, text))
    }

    private func text() throws(SubmissionError) -> String {
        switch kind {
        case .shared:
            let index = value.withUnsafeBufferPointer { CellReference.index($0) }
            guard let index, strings.indices.contains(index) else {
                let place = CellReference(column: column, row: row.number)
                throw malformed(
                    """
                    \(place) refers to the text “\(Text.cut(String(decoding: value, as: UTF8.self)))” \
                    of \(strings.count)
                    """
                )
            }
            return strings[index]
        case .text, .date: return CellText.clean(value)
        case .boolean:
            return ["1", "true"].contains(String(decoding: value, as: UTF8.self)) ? "TRUE" : "FALSE"
        case .error:
            remarks.errors.add(column: column, row: row.number)
            return ""
        case .number: return number(String(decoding: value, as: UTF8.self))
        }
    }

    private func number(_ spelled: String) -> String {
        let plain = CellText.number(spelled)
        let display = styles.display(style)
        switch display {
        case .number: return plain
        case .code(let prefix, let width, let suffix):
            guard plain.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return plain }
            let zeros = String(repeating: "0", count: max(0, width - plain.utf8.count))
            return Text.clean("\(prefix)\(zeros)\(plain)\(suffix)")
        case .date, .time:
            let date = Double(spelled).flatMap {
                CellText.date($0, countsFrom1904: countsFrom1904, isTime: display == .time)
            }
            if let date { return date }
            fallthrough
        case .duration:
            remarks.oddDates.add(column: column, row: row.number)
            return plain
        }
    }

    // MARK: Around the cells

    private func addColumn(_ attributes: XMLAttributes) {
        guard attributes.isTrue("hidden"), hiddenColumns.count < 100,
            let first = attributes.bytes(of: "min").flatMap(CellReference.number),
            let last = attributes.bytes(of: "max").flatMap(CellReference.number), first <= last
        else { return }
        hiddenColumns.append(first...last)
    }

    private func addMerge(_ attributes: XMLAttributes) {
        guard let area = attributes.value(of: "ref") else { return }
        let corners = area.split(separator: ":").map(String.init)
        // Areas follow the rows; one below the last row covers nothing.
        guard corners.count == 2, let first = CellReference(corners[0]), first.row <= row.number
        else { return }
        remarks.mergedCount += 1
        if remarks.merged.count < 3 { remarks.merged.append(Text.cut(Text.clean(area), to: 20)) }
    }

    private func malformed(_ message: String) -> SubmissionError {
        SubmissionError(
            .malformedXML,
            at: .init(file: fileName),
            "sheet “\(sheet)”: \(message)",
            remedy: WorkbookParts.remedy
        )
    }

    private static func shown(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        Text.cut(String(decoding: bytes, as: UTF8.self), to: 20)
    }
}
