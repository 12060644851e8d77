package import Contract

/// Reads the table out of a workbook of Excel 2007 or later (ECMA-376; `.xlsx`, `.xlsm`).
///
/// The table is the first visible sheet with a text, where sheets called “Readme” and the like come
/// last; what is on the other sheets is not read, and is told. No formula is computed, no macro, no
/// link and no picture is looked at.
package enum Workbook {
    /// - Parameters:
    ///   - archive: The zip file that holds the parts.
    ///   - progress: Called with the fraction of bytes read, 0 to 1.
    /// - Returns: The rows that hold something, without columns that hold nothing.
    /// - Throws: `SubmissionError` for a fault in zip, XML or structure, and above a limit.
    package static func table(
        in archive: ZipArchive,
        progress: (Double) -> Void = { _ in }
    ) throws(SubmissionError) -> Table {
        let parts = try WorkbookParts(archive)
        let path = try parts.workbook()
        let list = try sheets(path, of: parts)
        let relations = try parts.relations(of: path)
        let context = try WorkbookContext(parts, relations: relations, sheets: list)

        var table: Table?
        var chosen: SheetList.Sheet?
        var others: [String] = []
        var seen: Set<String> = []
        for sheet in ordered(list.sheets) {
            guard let relation = relations[sheet.relation], relation.isOf("worksheet"),
                seen.insert(relation.target.lowercased()).inserted
            else { continue }
            let reader = SheetReader(
                sheet.name,
                of: context,
                fileName: archive.fileName,
                keepsCells: table == nil,
                limits: archive.limits
            )
            try parts.parse(relation.target, by: reader, progress: progress)
            guard reader.rowCount > 0 else { continue }
            if table == nil {
                chosen = sheet
                table = try Self.table(of: reader, archive: archive)
            } else {
                let rows = reader.rowCount == 1 ? "1 row" : "\(reader.rowCount) rows"
                others.append("“\(sheet.name)” (\(sheet.isHidden ? "hidden, " : "")\(rows))")
            }
        }
        guard var table, let chosen else {
            throw SubmissionError(
                .emptyList,
                at: .init(file: archive.fileName),
                "no sheet of the workbook holds a text"
            )
        }
        if let note = note(on: chosen, others: others) { table.notes.insert(note, at: 0) }
        return table
    }

    private static func sheets(
        _ path: String,
        of parts: WorkbookParts
    ) throws(SubmissionError) -> SheetList {
        let list = SheetList(fileName: parts.archive.fileName)
        try parts.parse(path, by: list)
        guard !list.sheets.isEmpty else {
            throw SubmissionError(
                .unknownFormat,
                at: .init(file: parts.archive.fileName),
                "the workbook names no sheet in “\(Text.cut(path))”",
                remedy: WorkbookParts.remedy
            )
        }
        return list
    }

    /// Which sheet was read and which were not; `nil` if there is but one and it is visible.
    private static func note(on chosen: SheetList.Sheet, others: [String]) -> String? {
        let read = "the \(chosen.isHidden ? "hidden " : "")sheet “\(chosen.name)” was read"
        guard !others.isEmpty else { return chosen.isHidden ? read : nil }
        let rest = others.count > 5 ? " and \(others.count - 5) more" : ""
        let verb = others.count == 1 ? "was" : "were"
        return "\(read); \(others.prefix(5).joined(separator: ", "))\(rest) \(verb) not read"
    }

    /// Visible sheets, then those that explain the others, then hidden ones.
    private static func ordered(_ sheets: [SheetList.Sheet]) -> [SheetList.Sheet] {
        sheets.filter { !$0.isHidden && !$0.isNotes } + sheets.filter { !$0.isHidden && $0.isNotes }
            + sheets.filter(\.isHidden)
    }

    private static func table(
        of sheet: SheetReader,
        archive: ZipArchive
    ) throws(SubmissionError) -> Table {
        let columns = Set(sheet.rows.lazy.flatMap { $0.cells.map(\.column) }).sorted()
        guard sheet.rows.count * columns.count <= archive.limits.cells else {
            throw SubmissionError(
                .fileTooLarge,
                at: .init(file: archive.fileName),
                """
                the sheet has \(sheet.rows.count) rows in \(columns.count) columns, more than \
                \(archive.limits.cells) cells
                """
            )
        }
        var places = [Int](repeating: 0, count: (columns.last ?? 0) + 1)
        for (place, column) in columns.enumerated() { places[column] = place }
        var table = Table(
            rows: sheet.rows.map { row in
                let width = row.cells.last.map { places[$0.column] + 1 } ?? 0
                var cells = [String](repeating: "", count: width)
                for (column, text) in row.cells { cells[places[column]] = text }
                return Table.Row(cells: cells, line: row.number)
            }
        )
        table.notes = notes(on: sheet.remarks)
        return table
    }

    private static func notes(on remarks: SheetReader.Remarks) -> [String] {
        var notes: [String] = []
        func tell(_ cells: SheetReader.Cells, _ one: String, _ several: String) {
            guard cells.count > 0 else { return }
            let places = cells.first.joined(separator: ", ")
            notes.append(
                cells.count == 1
                    ? "\(places) \(one)"
                    : "\(cells.count) cells \(several): \(places)\(cells.count > 3 ? " …" : "")"
            )
        }
        tell(
            remarks.errors,
            "holds an error such as #N/A and counts as empty",
            "hold an error such as #N/A and count as empty"
        )
        tell(
            remarks.unknownResults,
            "holds a formula without its result and counts as empty; save the file in Excel",
            "hold a formula without its result and count as empty; save the file in Excel"
        )
        tell(
            remarks.oddDates,
            "is shown as a date or duration and was read as a number",
            "are shown as a date or duration and were read as numbers"
        )
        if remarks.mergedCount > 0 {
            let areas = remarks.merged.joined(separator: ", ")
            let rest = remarks.mergedCount > remarks.merged.count ? " …" : ""
            notes.append(
                "merged cells (\(areas)\(rest)) have their text in the first cell, the others are empty"
            )
        }
        if remarks.hiddenRows > 0 {
            notes.append(
                remarks.hiddenRows == 1
                    ? "1 hidden row was read, too"
                    : "\(remarks.hiddenRows) hidden rows were read, too"
            )
        }
        if remarks.hasHiddenColumns { notes.append("hidden columns were read, too") }
        return notes
    }
}

/// What the cells of all sheets refer to.
struct WorkbookContext {
    let strings: [String]
    let styles = CellStyles()
    let countsFrom1904: Bool

    init(
        _ parts: WorkbookParts,
        relations: [String: Relations.Relation],
        sheets: SheetList
    ) throws(SubmissionError) {
        let shared = SharedStrings(
            fileName: parts.archive.fileName,
            limits: parts.archive.limits
        )
        if let path = relations.values.first(where: { $0.isOf("sharedStrings") })?.target,
            parts.holds(path)
        {
            try parts.parse(path, by: shared)
        }
        if let path = relations.values.first(where: { $0.isOf("styles") })?.target,
            parts.holds(path)
        {
            try parts.parse(path, by: styles)
        }
        strings = shared.texts
        countsFrom1904 = sheets.countsFrom1904
    }
}
