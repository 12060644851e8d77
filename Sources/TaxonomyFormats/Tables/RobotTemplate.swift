/// The row of template strings below the header of a ROBOT template.
///
/// Source: <https://robot.obolibrary.org/template>.
struct RobotTemplate {
    /// The row's index among those given.
    let row: Int
    /// What the strings say about the columns.
    let fields: [ListField?]
    /// The separator that a column's string names with `SPLIT=`.
    let separators: [Int: String]

    /// The template row among the first three; people write a row of instructions above it.
    init?(in rows: ArraySlice<Table.Row>) {
        guard let index = rows.prefix(3).firstIndex(where: { Self.isTemplate($0) }) else {
            return nil
        }
        row = index
        let cells = rows[index].cells
        fields = cells.map(Self.field)
        var separators: [Int: String] = [:]
        for (column, cell) in cells.enumerated() {
            guard let split = cell.firstRange(of: "SPLIT=") else { continue }
            let separator = cell[split.upperBound...].prefix { $0 != " " }
            if !separator.isEmpty { separators[column] = String(separator) }
        }
        self.separators = separators
    }

    private static func isTemplate(_ row: Table.Row) -> Bool {
        let filled = row.cells.filter { !$0.isEmpty }
        let strings = filled.count { isString($0) }
        return strings > 1 && strings * 2 > filled.count
    }

    private static func isString(_ cell: String) -> Bool {
        let words = ["ID", "LABEL", "TYPE", "CLASS_TYPE", "CI"]
        if words.contains(cell) || cell.contains("SPLIT=") { return true }
        if cell.contains("%") {
            return ["C ", "SC ", "EC ", "DC ", "I ", "P ", "SP "].contains { cell.hasPrefix($0) }
        }
        let body = cell.hasPrefix(">") ? cell.drop { $0 == ">" } : cell[...]
        let kinds = ["A ", "AT ", "AL ", "AI ", "PI ", "PD ", "SI ", "C ", "SC ", "EC ", "DC "]
        return kinds.contains { body.hasPrefix($0) } && (body.contains(":") || body.utf8.count < 40)
    }

    private static func field(_ cell: String) -> ListField? {
        if cell == "ID" { return .identifier }
        if cell == "LABEL" { return .name }
        if cell.hasPrefix("SC ") || cell.hasPrefix("C ") || cell.hasPrefix("CI") { return .parent }
        guard cell.hasPrefix("A") else { return nil }
        let property = cell.split(separator: " ").dropFirst().prefix { !$0.hasPrefix("SPLIT=") }
        let name = property.joined(separator: " ")
        let plain = name.split(separator: "@").first.map(String.init) ?? ""
        let field = ListField(plain)
        return field == .other ? nil : field
    }
}
