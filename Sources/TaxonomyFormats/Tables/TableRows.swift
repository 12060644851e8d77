/// The rows of a table that hold data, and the titles above them.
///
/// Everything else at the top is set aside with a note: a title of the whole table, instructions, a
/// ROBOT template's second header, comments, and headers repeated further down.
struct TableRows {
    /// The titles of all columns; empty where there is none.
    private(set) var titles: [String] = []
    private(set) var header: TableHeader?
    private(set) var template: RobotTemplate?
    private(set) var rows: [Table.Row]
    /// The number of cells in the header's row, empty ones included.
    private var headerWidth = 0
    /// Whether the header stands in a comment, as in CTD's files.
    private(set) var hasCommentHeader = false
    private(set) var notes: [String]

    /// The number of columns, with or without a title.
    var width: Int { titles.count }

    init(_ table: Table) {
        notes = table.notes
        rows = table.rows.filter { $0.filled > 0 }
        header = TableHeader.known(in: rows) ?? TableHeader.byShape(in: rows)
        if let header { takeHeader(header) }
        dropComments()
        if header == nil, rows.count == 1, rows[0].filled == 1,
            ListField(rows[0].cells.first { !$0.isEmpty } ?? "")?.namesRow == true
        {
            // A title with no row below it.
            rows = []
        }
        dropRules()
        let whole = rows.lazy.filter { !$0.isTorn }
        let widest = whole.map(\.cells.count).max() ?? 0
        let last = whole.map { ($0.cells.lastIndex { !$0.isEmpty } ?? 0) + 1 }.max() ?? 0
        let countsFirst = header != nil && widest == headerWidth + 1 && countsRows
        if countsFirst,
            // An identifier under the second title is a sign that the first has none.
            last == widest || !canNumber(titles.first ?? "") || secondIsIdentifier
        {
            // R writes no title above the names of its rows.
            titles.insert("", at: 0)
        }
        titles += [String](repeating: "", count: max(0, widest - titles.count))
    }

    private mutating func takeHeader(_ header: TableHeader) {
        titles = header.titles
        let row = rows[header.row]
        hasCommentHeader = row.isComment
        headerWidth = row.cells.count
        for above in rows[..<header.row] where !above.isComment {
            let text = above.cells.filter { !$0.isEmpty }.joined(separator: " ")
            notes.append(
                "line \(above.line): “\(Text.cut(text))” stands above the header and was not used"
            )
        }
        if header.isByShape {
            let shown = titles.filter { !$0.isEmpty }.prefix(6).map { "“\(Text.cut($0, to: 30))”" }
            notes.append(
                """
                line \(row.line) was read as the header, because it differs from the rows below; \
                none of its titles is known: \(shown.joined(separator: ", "))
                """
            )
        }
        let commentsAbove = rows[..<header.row].filter(\.isComment)
        var body = rows[(header.row + 1)...]
        if let template = RobotTemplate(in: body) {
            let above = body[..<template.row].map(\.line) + [body[template.row].line]
            let shown = above.map(String.init).joined(separator: " and ")
            notes.append(
                """
                \(above.count > 1 ? "lines" : "line") \(shown) below the header \
                (ROBOT template) \(above.count > 1 ? "are" : "is") no data
                """
            )
            self.template = template
            body = body[(template.row + 1)...]
        }
        var repeated = LineNote()
        let cells = row.cells
        rows = commentsAbove
        rows += body.filter { other in
            guard other.cells == cells else { return true }
            repeated.add(other.line)
            return false
        }
        if !repeated.isEmpty { notes.append("\(repeated.text): the header again; not used") }
    }

    private mutating func dropComments() {
        var comments = LineNote()
        for row in rows where row.isComment { comments.add(row.line) }
        guard !comments.isEmpty else { return }
        rows.removeAll(where: \.isComment)
        notes.append("\(comments.text): comments, because “#” stands at the beginning; not used")
    }

    /// Drops rows that only draw a line, as between the header and the rows of a table in Markdown.
    private mutating func dropRules() {
        let marks: Set<UInt8> = [0x2D, 0x3A, 0x3D]
        rows.removeAll { row in
            row.cells.contains { $0.utf8.count > 2 }
                && row.cells.allSatisfy { $0.utf8.allSatisfy(marks.contains) }
        }
    }

    private var secondIsIdentifier: Bool {
        titles.count > 1 && ListField(titles[1]) != .identifier
            && ColumnProfile(1, of: Array(rows.prefix(1_000))).isIdentifiers
    }

    /// Whether numbers that count the rows may stand below a title.
    private func canNumber(_ title: String) -> Bool {
        let words = ["no", "nr", "n", "number", "index", "row", "rank", "count", "score", "order"]
        return ListField(title) == .identifier || title == "#"
            || words.contains(ListField.key(title))
    }

    private var countsRows: Bool {
        let first = rows.prefix(1_000).map { Table.Row(cells: [$0.cells[0]], line: $0.line) }
        let profile = ColumnProfile(0, of: first)
        return profile.countsRows
    }
}
