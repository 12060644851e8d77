/// What the cells of a column look like, without its title.
struct ColumnProfile {
    private static let compared = 1_000

    /// Cells that hold anything, among the rows compared.
    let filled: Int
    private let compared: Int
    private let identifiers: Int
    private let codes: Int
    private let bytes: Int
    private let spaces: Int
    private let lists: Int
    let distinct: Int
    /// Whether the cells count the rows from 0 or 1.
    let countsRows: Bool

    init(_ column: Int, of rows: [Table.Row]) {
        var filled = 0
        var identifiers = 0
        var codes = 0
        var bytes = 0
        var spaces = 0
        var lists = 0
        var seen: Set<String> = []
        let sample = rows.prefix(Self.compared)
        for row in sample where column < row.cells.count {
            let cell = row.cells[column]
            guard !CellKind.isBlank(cell) else { continue }
            filled += 1
            if CellKind.isIdentifier(cell) { identifiers += 1 }
            if CellKind.isCode(cell) || CellKind.isNumeric(cell) { codes += 1 }
            if cell.contains("|") { lists += 1 }
            bytes += cell.utf8.count
            spaces += cell.utf8.count { $0 == 0x20 }
            seen.insert(cell)
        }
        compared = sample.count
        self.filled = filled
        self.identifiers = identifiers
        self.codes = codes
        self.bytes = bytes
        self.spaces = spaces
        self.lists = lists
        distinct = seen.count
        countsRows = filled > 0 && Self.counts(column, rows)
    }

    /// Whether every cell is an identifier.
    var isIdentifiers: Bool { filled > 0 && identifiers == filled }
    /// Whether the cells are codes or numbers, with few exceptions.
    var isCodes: Bool { filled > 0 && codes * 10 >= filled * 9 }
    /// Whether the cells are lists separated by “|”.
    var isLists: Bool { lists * 3 >= filled && lists > 0 }
    /// Whether the cells read like sentences.
    var isProse: Bool { filled > 0 && spaces >= 4 * filled && bytes >= 25 * filled }
    /// Whether the cells can be the names of the rows.
    var isNames: Bool {
        filled * 2 >= compared && filled > 0 && !isCodes && !countsRows && bytes <= 120 * filled
            && distinct * 2 >= filled
    }

    private static func counts(_ column: Int, _ rows: [Table.Row]) -> Bool {
        var expected: Int?
        for row in rows {
            guard column < row.cells.count else { return false }
            var cell = row.cells[column][...]
            if cell.last == "." || cell.last == ")" { cell = cell.dropLast() }
            if cell.first == "#" { cell = cell.dropFirst() }
            if cell.hasSuffix(".0") { cell = cell.dropLast(2) }
            guard let number = Int(cell), number == expected ?? number,
                expected != nil || number == 0 || number == 1
            else { return false }
            expected = number + 1
        }
        return expected != nil
    }
}
