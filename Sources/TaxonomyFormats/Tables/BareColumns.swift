/// Decides what the columns of a table hold that has no header with known titles.
///
/// One column holds names. Of two, one that looks like identifiers is taken as such; pairs that look
/// like edges become child and parent; otherwise the second column is a definition. Of more columns,
/// the first that can be names is taken for them, then one of sentences for the definitions. The
/// files of TaxoExpan and TExEval are known by their endings or by numbering their rows.
struct BareColumns {
    private let rows: [Table.Row]
    private let profiles: [ColumnProfile]
    private let ending: String
    private let hasTitles: Bool
    private(set) var fields: [ListField?]
    private(set) var notes: [String] = []
    /// Why the table cannot be used.
    private(set) var refusal: String?

    init(
        _ rows: [Table.Row],
        _ profiles: [ColumnProfile],
        named ending: String,
        hasTitles: Bool
    ) {
        self.rows = rows
        self.profiles = profiles
        self.ending = ending
        self.hasTitles = hasTitles
        fields = [ListField?](repeating: nil, count: profiles.count)
    }

    mutating func choose() {
        var columns = profiles.indices.filter { profiles[$0].filled > 0 }
        guard columns.count > 1 else {
            if let only = columns.first { fields[only] = .name }
            return
        }
        if !hasTitles, rows.count == 1, columns.count > 2, isRowOfNames(columns) {
            for column in columns { fields[column] = .names }
            notes.append("a single row of \(columns.count) cells: each was read as a name")
            return
        }
        if columns.count == 2, columns.allSatisfy({ isNumbers($0) }) {
            refusal = """
                found two columns of numbers; the names that they stand for are in another file. \
                Write the child and the parent of each edge by name
                """
            return
        }
        // Numbers in the first column count the rows, or are a benchmark's identifiers.
        if profiles[columns[0]].countsRows { columns.removeFirst() }
        if !hasTitles, chooseEdges(columns) { return }
        chooseDetails(columns)
        let named = fields.enumerated().compactMap { column, field in
            field.map { "column \(column + 1) as \($0.rawValue)" }
        }
        if !hasTitles || named.count < columns.count {
            let reason = hasTitles ? "no known title" : "no header"
            notes.append("\(reason): read \(named.joined(separator: ", "))")
        }
    }

    // MARK: Trees

    private mutating func chooseEdges(_ columns: [Int]) -> Bool {
        guard columns.count == 2,
            profiles[columns[0]].isIdentifiers == profiles[columns[1]].isIdentifiers
        else { return false }
        let (first, second) = (columns[0], columns[1])
        let pairs = rows.compactMap { row -> (String, String)? in
            guard second < row.cells.count, !row.cells[first].isEmpty else { return nil }
            return (row.cells[first], row.cells[second])
        }
        let isNamed = ending == "taxo"
        guard isNamed || pairs.count == rows.count && looksLikeEdges(pairs) else { return false }
        // A child mostly has one parent, so that the column of parents repeats itself more.
        let firstIsParent =
            isNamed && columns.count == profiles.count
            || profiles[first].distinct < profiles[second].distinct
        fields[first] = firstIsParent ? .parent : .child
        fields[second] = firstIsParent ? .child : .parent
        notes.append(
            """
            no header: the two columns were read as \
            \(firstIsParent ? "parent and child" : "child and parent")
            """
        )
        return true
    }

    /// Whether pairs look like edges of a tree: one of the columns repeats itself, or a name stands
    /// in both.
    private func looksLikeEdges(_ pairs: [(String, String)]) -> Bool {
        let first = Set(pairs.map(\.0))
        let second = Set(pairs.map(\.1))
        if second.contains(where: CellKind.isDefinition) || second.contains("") { return false }
        let isCode = { (cell: String) in CellKind.isNumeric(cell) && cell.contains(" ") }
        if second.contains(where: isCode) { return false }
        return second.count < pairs.count || first.count * 3 <= pairs.count * 2
            || !first.isDisjoint(with: second)
    }

    /// Whether the cells of a single row are names alike: none is a number, identifier or sentence.
    private func isRowOfNames(_ columns: [Int]) -> Bool {
        columns.allSatisfy {
            !profiles[$0].isCodes && !profiles[$0].isIdentifiers && !profiles[$0].isProse
        }
    }

    private func isNumbers(_ column: Int) -> Bool {
        rows.allSatisfy { column < $0.cells.count && Int($0.cells[column]) != nil }
    }

    // MARK: Names

    private mutating func chooseDetails(_ columns: [Int]) {
        let isIdentifiers = { (column: Int) in profiles[column].isIdentifiers }
        let identifier = columns.first(where: isIdentifiers)
        let rest = columns.filter { $0 != identifier }
        guard
            let name = rest.first(where: { profiles[$0].isNames })
                ?? rest.first(where: { !profiles[$0].isCodes })
                ?? (identifier == nil ? rest.first : nil)
        else {
            if let identifier { fields[identifier] = .identifier }
            return
        }
        fields[name] = .name
        if let identifier { fields[identifier] = .identifier }
        let others = rest.filter { $0 != name && !profiles[$0].isCodes }
        if let lists = others.first(where: { profiles[$0].isLists }) { fields[lists] = .synonyms }
        let open = others.filter { fields[$0] == nil }
        if let definition = open.first(where: { profiles[$0].isProse }) {
            fields[definition] = .definition
        } else if !hasTitles, open.count == 1, columns.count <= 3, fields[open[0]] == nil {
            fields[open[0]] = .definition
        }
    }
}
