/// How far the rows of a table name each other as parents, which makes the table a vocabulary.
struct TableConcepts {
    /// The number of parents that the rows give.
    private(set) var parents = 0
    /// How many of them are rows of the table, by identifier or name.
    private(set) var inside = 0
    /// Whether the table has columns of identifiers, names and parents.
    let hasColumns: Bool
    /// The identifiers of the rows that have a name, by its key; empty where several share it.
    private(set) var identifiers: [String: String] = [:]
    private var known: Set<String> = []

    init(_ reading: TableReading) {
        let identifier = reading.column(.identifier)
        let name = reading.fields.firstIndex { $0?.namesRow == true }
        let isTree = reading.column(.child) != nil
        hasColumns =
            identifier != nil && name != nil && !isTree
            && (reading.column(.parent) ?? reading.column(.parentIdentifier)) != nil
        guard hasColumns else { return }
        for row in reading.rows {
            guard let given = reading.text(row, identifier) else { continue }
            known.insert(given)
            guard let text = reading.text(row, name) else { continue }
            let key = text.lowercased()
            identifiers[key] = identifiers[key] == nil ? given : ""
        }
        for row in reading.rows {
            for parent in Self.parents(row, reading) {
                parents += 1
                if resolve(parent) != nil { inside += 1 }
            }
        }
    }

    /// Whether the rows are concepts of one vocabulary: at least four fifths of the parents are rows.
    var areVocabulary: Bool { hasColumns && parents > 0 && inside * 5 >= parents * 4 }

    /// The identifier of the row that a parent names.
    func resolve(_ parent: String) -> String? {
        if known.contains(parent) { return parent }
        guard let identifier = identifiers[parent.lowercased()], !identifier.isEmpty else {
            return nil
        }
        return identifier
    }

    /// The parents of a row: its identifiers where it gives some, else its names.
    static func parents(_ row: Table.Row, _ reading: TableReading) -> [String] {
        let identifiers = reading.entries(row, .parentIdentifier)
        return identifiers.isEmpty ? reading.entries(row, .parent) : identifiers
    }
}
