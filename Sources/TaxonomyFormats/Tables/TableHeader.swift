/// Finds the row with the titles of the columns.
struct TableHeader {
    /// Rows at the top in which a header may stand.
    private static let depth = 12
    /// Rows whose cells are compared with the first row.
    private static let compared = 500
    private static let longestTitle = 120

    /// The row's index among those given.
    let row: Int
    /// The titles, without a leading `#`; empty where the header has none.
    let titles: [String]
    /// How many titles are known.
    let known: Int
    /// Whether the row was recognised by its shape, not by its words.
    var isByShape: Bool { known == 0 }

    /// The header whose words are known; `nil` if there is none.
    ///
    /// Rows above it must hold fewer cells, as a title of the whole table does.
    static func known(in rows: [Table.Row]) -> TableHeader? {
        var best: TableHeader?
        var widest = 0
        var farthest = -1
        let top = rows.lazy.enumerated().filter { $0.element.filled > 0 }.prefix(Self.depth)
        for (index, row) in top {
            let titles = Self.titles(of: row)
            let filled = titles.filter { !$0.isEmpty }
            let last = row.cells.lastIndex { !$0.isEmpty } ?? 0
            let isWider = filled.count > widest || last > farthest || row.isComment
            if isWider, let known = known(filled), known > (best?.known ?? 0),
                filled.count > 1 || isColumn(rows, below: index),
                known > 1 || isUnrepeated(row, in: rows, below: index)
            {
                best = TableHeader(row: index, titles: titles, known: known)
            }
            if !row.isComment {
                widest = max(widest, row.filled)
                farthest = max(farthest, last)
            }
        }
        return best
    }

    /// How many titles are known, if the cells can be a header.
    private static func known(_ filled: [String]) -> Int? {
        guard filled.allSatisfy({ $0.utf8.count <= longestTitle }) else { return nil }
        let fields = filled.map { ListField($0) }
        let known = fields.count { $0 != nil }
        let isUseful = fields.contains { $0?.isUseful == true || $0 == .parent }
        guard isUseful || known > 1 && known == fields.count else { return nil }
        return zip(filled, fields).allSatisfy { $1 != nil || CellKind.isTitle($0) } ? known : nil
    }

    /// Whether rows follow and none has the same cell where this one has its only known title.
    ///
    /// A column of kinds, in which “Disease” stands in every row, is no header.
    private static func isUnrepeated(
        _ row: Table.Row,
        in rows: [Table.Row],
        below index: Int
    ) -> Bool {
        let titles = titles(of: row)
        guard let column = titles.firstIndex(where: { !$0.isEmpty && ListField($0) != nil }) else {
            return false
        }
        let body = rows[(index + 1)...].prefix(compared).filter { !$0.isComment && $0.filled > 0 }
        return row.filled == 1
            || !body.isEmpty
                && !body.contains {
                    column < $0.cells.count && $0.cells[column] == titles[column]
                }
    }

    /// Whether the rows below hold a single column, so that a single cell can be its title.
    private static func isColumn(_ rows: [Table.Row], below index: Int) -> Bool {
        guard !rows[index].isComment,
            let column = rows[index].cells.firstIndex(where: { !$0.isEmpty }),
            ListField(rows[index].cells[column])?.isKey == true,
            // “Disease (disorder)” at the top of a list is a term.
            !rows[index].cells[column].contains("(")
        else { return false }
        let body = rows[(index + 1)...].prefix(compared).filter { !$0.isComment && $0.filled > 0 }
        return body.allSatisfy { row in
            // R and pandas write the numbers of the rows before them, under no title.
            let isNumbered = row.filled == 2 && Int(row.cells[0]) != nil
            return isNumbered
                || row.filled == 1 && column < row.cells.count && !row.cells[column].isEmpty
        }
    }

    /// The first row as a header although its words are not known; `nil` if it looks like data.
    ///
    /// Its cells are short and distinct, and in at least one column it differs from all rows below:
    /// they are numbers, codes or much longer texts, or repeat a few values.
    static func byShape(in rows: [Table.Row]) -> TableHeader? {
        guard let first = rows.firstIndex(where: { $0.filled > 0 && !$0.isComment }) else {
            return nil
        }
        let titles = titles(of: rows[first])
        let filled = titles.filter { !$0.isEmpty }
        let body = rows[(first + 1)...].lazy.filter { $0.filled > 0 && !$0.isComment }
            .prefix(compared)
        guard filled.count > 1, filled.allSatisfy(CellKind.isTitle),
            Set(filled).count == filled.count, body.count > 1
        else { return nil }
        let differs = titles.indices.contains { column in
            let cells = body.compactMap { row -> String? in
                guard column < row.cells.count, !CellKind.isBlank(row.cells[column]) else {
                    return nil
                }
                return row.cells[column]
            }
            return cells.count > 1 && !titles[column].isEmpty
                && isUnlike(titles[column], Array(cells))
        }
        return differs ? TableHeader(row: first, titles: titles, known: 0) : nil
    }

    private static func isUnlike(_ title: String, _ cells: [String]) -> Bool {
        if cells.contains(title) { return false }
        let isCode = { CellKind.isCode($0) || CellKind.isNumeric($0) }
        if !isCode(title), cells.allSatisfy(isCode) { return true }
        // A title such as “ICD10” is a code itself, but names what stands below.
        let field = ListField(title)
        if field == .other || field == .references, cells.allSatisfy(isCode) { return true }
        let total = cells.reduce(0) { $0 + $1.utf8.count }
        if total > 30 * cells.count, total > 3 * title.utf8.count * cells.count { return true }
        return cells.count >= 6 && Set(cells).count * 3 <= cells.count
    }

    private static func titles(of row: Table.Row) -> [String] {
        // pandas calls a column without a title so.
        var cells = row.cells.map { $0.hasPrefix("Unnamed: ") ? "" : $0 }
        while cells.last?.isEmpty == true { cells.removeLast() }
        guard let first = cells.first, first.hasPrefix("#"), first.count > 1 else { return cells }
        cells[0] = Text.clean(String(first.drop { $0 == "#" }))
        return cells
    }
}
