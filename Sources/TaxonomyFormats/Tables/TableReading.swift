/// A table whose columns are understood.
struct TableReading {
    /// The titles of all columns; empty where there is none.
    let titles: [String]
    /// The rows that hold data.
    let rows: [Table.Row]
    /// What each column is taken for; `nil` if it is not used.
    private(set) var fields: [ListField?]
    private(set) var notes: [String]
    let hasHeader: Bool
    /// Whether the header stands in a comment, as in CTD's files.
    let hasCommentHeader: Bool
    /// Why the table cannot be used, if it cannot.
    private(set) var refusal: String?
    private var lists: [Int: CellLists] = [:]
    /// Columns whose loss a note of their own tells.
    private var told: Set<Int> = []

    /// - Parameters:
    ///   - table: The table.
    ///   - ending: The ending of the file's name, which tells a bare `.taxo` from a `.terms`.
    init(_ table: Table, named ending: String) {
        let found = TableRows(table)
        titles = found.titles
        rows = found.rows
        notes = found.notes
        hasHeader = found.header != nil
        hasCommentHeader = found.hasCommentHeader
        fields = [ListField?](repeating: nil, count: found.width)
        let profiles = titles.indices.map { ColumnProfile($0, of: found.rows) }
        if let header = found.header, !header.isByShape {
            takeTitles(template: found.template)
            choose(profiles)
        } else {
            var bare = BareColumns(rows, profiles, named: ending, hasTitles: hasHeader)
            bare.choose()
            fields = bare.fields
            notes += bare.notes
            refusal = bare.refusal
        }
        if refusal == nil, !rows.isEmpty, !fields.contains(where: { $0?.isKey == true }) {
            refusal = Self.refusal(titles)
        }
        for (column, field) in fields.enumerated() where field.map(Self.holdsLists) == true {
            let lists = CellLists(
                column,
                of: rows,
                given: found.template?.separators[column],
                title: titles[column]
            )
            if let note = lists.note { notes.append(note) }
            self.lists[column] = lists
        }
        tellUnused(profiles)
        if let header = found.header, titles.count == 1, !header.isByShape {
            notes.append("“\(titles[0])” is the title of the column and no term")
        }
    }

    /// The first column of a field.
    func column(_ field: ListField) -> Int? { fields.firstIndex { $0 == field } }

    /// A cell's text; `nil` if it has none.
    func text(_ row: Table.Row, _ column: Int?) -> String? {
        guard let column, column < row.cells.count, !CellKind.isBlank(row.cells[column]) else {
            return nil
        }
        return row.cells[column]
    }

    /// The entries of all columns of a field.
    func entries(_ row: Table.Row, _ field: ListField) -> [String] {
        var entries: [String] = []
        for (column, list) in lists where fields[column] == field && column < row.cells.count {
            let parts = list.parts(row.cells[column])
            if entries.isEmpty { entries = parts } else { entries += parts }
        }
        return entries
    }

    private static func holdsLists(_ field: ListField) -> Bool {
        [
            .synonyms, .narrowSynonyms, .broadSynonyms, .relatedSynonyms, .references, .parent,
            .parentIdentifier, .alternativeIdentifiers, .crossReferences, .replacedBy,
        ].contains(field)
    }

    // MARK: Titles

    /// Takes the columns for what their titles say, else for what a template says.
    private mutating func takeTitles(template: RobotTemplate?) {
        for (column, title) in titles.enumerated() {
            var field = title.isEmpty ? nil : ListField(title)
            if field == nil, let template, column < template.fields.count {
                field = template.fields[column]
            }
            switch field {
            case .other, .ignored, .force, .hide, .audit, .queries, .tree, .children, .below,
                .notBelow, .maximumParents, .formats, nil:
                break
            default: fields[column] = field
            }
        }
    }

    /// Settles which column counts where several have the same field, and what remains open.
    private mutating func choose(_ profiles: [ColumnProfile]) {
        // An edge of a tree has two ends; a child with details is a term.
        let isTree = column(.child) != nil && column(.parent) != nil
        if isTree {
            for column in fields.indices
            where ![.child, .parent, .task, .vocabulary].contains(fields[column]) {
                fields[column] = nil
            }
        }
        keepFirst(of: isTree ? [.child] : [.term, .name, .child, .terms, .names, .seeds], profiles)
        keepFirst(of: [.definition], profiles)
        keepFirst(of: [.comment], profiles)
        chooseIdentifier(profiles)
        if let comment = column(.comment) {
            let isUsed = column(.definition) == nil && profiles[comment].isProse
            fields[comment] = isUsed ? .definition : nil
            if isUsed {
                notes.append(
                    """
                    \(shown(comment)) was read as the definitions, because no other column is and \
                    its cells are sentences
                    """
                )
            }
        }
        guard !fields.contains(where: { $0?.namesRow == true }) else { return }
        let open = profiles.indices.first {
            fields[$0] == nil && profiles[$0].isNames && ListField(titles[$0]) == nil
        }
        guard let open else { return }
        fields[open] = .name
        notes.append(
            "no column is called term or name; \(shown(open)) was taken for the names"
        )
    }

    /// Keeps the first column of a group of fields and gives up the others.
    private mutating func keepFirst(of group: [ListField], _ profiles: [ColumnProfile]) {
        let columns = group.flatMap { field in fields.indices.filter { fields[$0] == field } }
        // A column without cells is no choice if another has some.
        guard let first = columns.first(where: { profiles[$0].filled > 0 }) ?? columns.first else {
            return
        }
        for column in columns where column != first { fields[column] = nil }
    }

    private mutating func chooseIdentifier(_ profiles: [ColumnProfile]) {
        let columns = fields.indices.filter { fields[$0] == .identifier }
        // Numbers are identifiers if other rows refer to them.
        let hasReferences = fields.indices.contains {
            fields[$0] == .parentIdentifier || fields[$0] == .parent && profiles[$0].isCodes
        }
        for column in columns where profiles[column].countsRows && !hasReferences {
            fields[column] = nil
            told.insert(column)
            notes.append("\(shown(column)) counts the rows; its numbers are no identifiers")
        }
        let left = columns.filter { fields[$0] != nil && profiles[$0].filled > 0 }
        let plain = ["id", "identifier", "curie", "ui", "diseaseid"]
        let best =
            left.first { titles[$0].lowercased().contains("mesh") }
            ?? left.first { plain.contains(ListField.key(titles[$0])) } ?? left.first
            ?? columns.first { fields[$0] != nil }
        for column in columns where column != best { fields[column] = nil }
    }

    private static func refusal(_ titles: [String]) -> String {
        let shown = titles.filter { !$0.isEmpty }.prefix(12).map { "“\(Text.cut($0, to: 30))”" }
        return """
            found the columns \(shown.isEmpty ? "without titles" : shown.joined(separator: ", ")), \
            and none holds names; call the column of names term, name or label
            """
    }

    // MARK: Telling

    /// The columns for ``ListFile/columns``: the title and the field's name.
    var columns: [(title: String, field: String?)] {
        zip(titles, fields).map { (title: $0, field: $1.map(\.rawValue)) }
    }

    private func shown(_ column: Int) -> String {
        titles[column].isEmpty
            ? "column \(column + 1)" : "the column “\(Text.cut(titles[column], to: 40))”"
    }

    private mutating func tellUnused(_ profiles: [ColumnProfile]) {
        let unused = titles.indices.filter {
            fields[$0] == nil && profiles[$0].filled > 0 && !told.contains($0)
        }
        guard !unused.isEmpty else { return }
        let names = unused.prefix(20).map {
            titles[$0].isEmpty ? "column \($0 + 1)" : "“\(Text.cut(titles[$0], to: 40))”"
        }
        let more = unused.count > 20 ? " and \(unused.count - 20) more" : ""
        notes.append(
            "\(unused.count == 1 ? "column" : "columns") not used: "
                + names.joined(separator: ", ") + more
        )
    }
}
