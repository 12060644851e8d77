/// Splits the cells of a column that hold lists.
struct CellLists {
    /// Cells from which the meaning of a comma is judged.
    private static let compared = 1_000

    private let separators: [Character]
    /// How commas were taken, if the column has any that could be separators.
    let note: String?

    /// - Parameters:
    ///   - column: The column.
    ///   - rows: The rows of the table.
    ///   - given: The separator that a template gives for the column.
    ///   - title: The column's title, for the note.
    init(_ column: Int, of rows: [Table.Row], given: String?, title: String) {
        var separators: [Character] = ["|", ";"]
        var note: String?
        if let given, given.count == 1, let separator = given.first {
            separators = ["|", separator]
        } else {
            let filled = rows.lazy.compactMap { column < $0.cells.count ? $0.cells[column] : nil }
                .filter { !$0.isEmpty }.prefix(Self.compared)
            // Where “|” separates, other marks belong to the names.
            let hasBars = filled.contains { $0.contains("|") }
            if hasBars { separators = ["|"] }
            let cells = filled.filter {
                !hasBars && $0.contains(",") && !$0.contains(";") && Self.literal($0) == nil
            }
            let shown = title.isEmpty ? "column \(column + 1)" : "“\(Text.cut(title, to: 40))”"
            if Self.commaSeparates(Array(cells)) {
                separators.append(",")
                note = "commas in \(shown) were taken to separate its entries"
            } else if !cells.isEmpty {
                note = """
                    commas in \(shown) were taken as part of the names; write “|” between entries
                    """
            }
        }
        self.separators = separators
        self.note = note
    }

    func parts(_ cell: String) -> [String] {
        if let entries = Self.literal(cell) { return entries }
        guard cell.contains(where: separators.contains) else {
            return CellKind.isBlank(cell) ? [] : [cell]
        }
        return cell.split(whereSeparator: separators.contains).map { Text.clean(String($0)) }
            .filter { !CellKind.isBlank($0) }
    }

    /// The entries of a list as Python or JSON write it into a cell: `['a', 'b']`.
    private static func literal(_ cell: String) -> [String]? {
        guard cell.hasPrefix("["), cell.hasSuffix("]"), cell.utf8.count > 1 else { return nil }
        var entries: [String] = []
        var entry = ""
        var mark: Character?
        var isEscaped = false
        for character in cell.dropFirst().dropLast() {
            if mark != nil {
                if isEscaped || character != "\\" && character != mark {
                    entry.append(character)
                    isEscaped = false
                } else if character == mark {
                    entries.append(Text.clean(entry))
                    entry = ""
                    mark = nil
                } else {
                    isEscaped = true
                }
            } else if character == "\"" || character == "'" {
                mark = character
            } else if character != ",", character != " " {
                return nil
            }
        }
        return mark == nil ? entries.filter { !$0.isEmpty } : nil
    }

    /// Whether commas separate entries rather than stand inside inverted names such as “Asthma,
    /// Bronchial”.
    ///
    /// They do if the entries are identifiers, if no space follows any comma, or if cells have
    /// three entries and more on average and most of these are phrases or acronyms.
    private static func commaSeparates(_ cells: [String]) -> Bool {
        guard !cells.isEmpty else { return false }
        var count = 0
        var whole = 0
        var identifiers = 0
        var isTight = true
        for cell in cells {
            if cell.contains(", ") || cell.contains(where: \.isNumber) { isTight = false }
            for part in cell.split(separator: ",") {
                let part = Text.clean(String(part))
                count += 1
                if part.contains(" ") || part == part.uppercased() { whole += 1 }
                if CellKind.isIdentifier(part) { identifiers += 1 }
            }
        }
        if identifiers == count || isTight { return true }
        return count * 2 >= cells.count * 5 && whole * 3 >= count * 2
    }
}
