import Contract

/// Reads tables: RFC 4180 with commas (or semicolons), or tabs.
///
/// A header is recognised by its column names. Without a header, a single column holds names. Of
/// two columns, one that looks like identifiers is taken as such; pairs that look like edges of a
/// tree become (child, parent) edges; otherwise the second column is a definition. A table in which
/// every comma is followed by a space is read as one term per line, because names such as
/// “Hypertension, Renal” look like that.
struct TableList {
    let fileName: String

    private typealias Row = Table.Row

    func read(_ text: String, isTabbed: Bool) -> (ListFile.Format, ListDrafts) {
        let format: ListFile.Format = isTabbed || firstLine(of: text).contains("\t") ? .tsv : .csv
        let separator = separator(for: format, text: text)
        let drafts = drafts(
            from: Table(rows: rows(of: text, separator: separator)),
            isOneTermALine: separator == "," && hasSpaceAfterCommas(text)
        )
        return (format, drafts)
    }

    /// Makes entries of a table that was read elsewhere.
    func drafts(from table: Table) -> ListDrafts { drafts(from: table, isOneTermALine: false) }

    private func drafts(from table: Table, isOneTermALine: Bool) -> ListDrafts {
        var drafts = ListDrafts()
        for note in table.notes { drafts.note(note) }
        var rows = table.rows
        rows.removeAll { $0.cells.allSatisfy(\.isEmpty) || $0.cells[0].hasPrefix("#") }
        guard let first = rows.first else { return drafts }
        let header = first.cells.map { ListField($0) }
        if header.contains(where: { $0 != nil }),
            header.allSatisfy({ $0 != nil || rows.count > 1 }),
            Set(first.cells.map(ListField.key)).count == first.cells.count
        {
            read(rows.dropFirst(), header: header, into: &drafts)
        } else {
            readBare(rows, isOneTermALine: isOneTermALine, into: &drafts)
        }
        return drafts
    }

    private func read(
        _ rows: ArraySlice<Row>,
        header: [ListField?],
        into drafts: inout ListDrafts
    ) {
        let rows = rows.map { row in
            header.count > 1
                ? row : Row(cells: [row.cells.joined(separator: ", ")], line: row.line)
        }
        func column(_ fields: ListField...) -> Int? {
            fields.lazy.compactMap { field in header.firstIndex { $0 == field } }.first
        }
        func cell(_ row: Row, _ column: Int?) -> String? {
            guard let column, column < row.cells.count, !row.cells[column].isEmpty else {
                return nil
            }
            return row.cells[column]
        }
        if let child = column(.child), let parent = column(.parent) {
            addTree(
                rows.map { [cell($0, child) ?? "", cell($0, parent) ?? ""] },
                line: rows.first?.line ?? 1,
                to: &drafts
            )
            return
        }
        let nameColumn = column(.term, .name, .child, .terms, .names, .seeds)
        let isTerms = column(.term, .terms) != nil
        for row in rows {
            let identifier = cell(row, column(.identifier))
            guard let name = cell(row, nameColumn) ?? identifier else { continue }
            let item = ListFile.Item(
                name: name,
                identifier: identifier,
                synonyms: parts(cell(row, column(.synonyms))),
                definition: cell(row, column(.definition)),
                line: row.line
            )
            var entry = ListFile.Entry(.names([item]), line: row.line)
            entry.vocabulary = cell(row, column(.vocabulary))
            if let name = cell(row, column(.task)) {
                entry.task = TaskNames.task(name)
                if entry.task == nil {
                    entry.content = .fault(
                        TaskNames.fault(name, fileName: fileName, line: row.line)
                    )
                }
            }
            let hasDetails = isTerms && header.count > 1 || !item.synonyms.isEmpty
            drafts.add(record: entry, hasDetails: hasDetails || item.definition != nil)
        }
        drafts.gatherSeeds()
    }

    private func readBare(
        _ rows: [Row],
        isOneTermALine: Bool,
        into drafts: inout ListDrafts
    ) {
        let width = rows.map(\.cells.count).max() ?? 1
        if isOneTermALine, width > 1 {
            drafts.note("no header, and a space after every comma: read as one term a line")
            drafts.add(
                rows.map { row in
                    ListFile.Item(name: row.cells.joined(separator: ", "), line: row.line)
                }
            )
            return
        }
        guard width > 1 else {
            drafts.add(rows.map { ListFile.Item(name: $0.cells[0], line: $0.line) })
            return
        }
        let pairs = rows.map { (child: $0.cells[0], parent: $0.cells.count > 1 ? $0.cells[1] : "") }
        let firstIsIdentifier = rows.allSatisfy { isIdentifier($0.cells[0]) }
        let secondIsIdentifier = pairs.allSatisfy { $0.parent.isEmpty || isIdentifier($0.parent) }
        if firstIsIdentifier == secondIsIdentifier, width == 2, SeedTree.looksLikeEdges(pairs) {
            drafts.note("no header: the two columns were read as child and parent")
            addTree(pairs.map { [$0.child, $0.parent] }, line: rows[0].line, to: &drafts)
            return
        }
        drafts.note(
            firstIsIdentifier
                ? "no header: the columns were read as identifier and name"
                : secondIsIdentifier
                    ? "no header: the columns were read as name and identifier"
                    : "no header: the columns were read as name and definition"
        )
        for (row, pair) in zip(rows, pairs) {
            let other = pair.parent.isEmpty ? nil : pair.parent
            let item =
                firstIsIdentifier
                ? ListFile.Item(
                    name: other ?? pair.child,
                    identifier: pair.child,
                    line: row.line
                )
                : ListFile.Item(
                    name: pair.child,
                    identifier: secondIsIdentifier ? other : nil,
                    definition: secondIsIdentifier ? nil : other,
                    line: row.line
                )
            drafts.add([item])
        }
    }

    private func addTree(_ pairs: [[String]], line: Int, to drafts: inout ListDrafts) {
        let edges = SeedTree.edges(pairs: pairs).filter { !$0.child.isEmpty }
        guard !edges.isEmpty else { return }
        drafts.add(ListFile.Entry(.tree(edges), line: line))
    }

    // MARK: Cells

    private func firstLine(of text: String) -> Substring {
        text.prefix { !$0.isNewline }
    }

    private func separator(for format: ListFile.Format, text: String) -> Character {
        if format == .tsv { return "\t" }
        let first = firstLine(of: text)
        return first.contains(";") && !first.contains(",") ? ";" : ","
    }

    /// Whether a cell looks like an identifier of MeSH: letters, perhaps a colon, then at least
    /// three digits.
    private func isIdentifier(_ cell: String) -> Bool {
        let digits = cell.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let head = cell.dropLast(digits)
        let isHead = head.allSatisfy { $0.isASCII && ($0.isLetter || $0 == ":" || $0 == "_") }
        return digits >= 3 && isHead
    }

    private func hasSpaceAfterCommas(_ text: String) -> Bool {
        var isQuoted = false
        var previous: Character = " "
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if previous == ",", character != " ", !isQuoted { return false }
            previous = isQuoted ? " " : character
        }
        return true
    }

    private func parts(_ cell: String?) -> [String] {
        (cell ?? "").split(separator: "|").map { Text.clean(String($0)) }.filter { !$0.isEmpty }
    }

    /// Splits the text into rows of cleaned cells; a quoted cell may contain separators, line ends
    /// and doubled quotes.
    private func rows(of text: String, separator: Character) -> [Row] {
        var rows: [Row] = []
        var cells: [String] = []
        var cell = ""
        var line = 1
        var start = 1
        var isQuoted = false
        var isEmpty = true
        var rest = text[...]
        func finishCell() {
            cells.append(Text.clean(cell))
            cell = ""
            isEmpty = true
        }
        func finishRow() {
            finishCell()
            rows.append(Row(cells: cells, line: start))
            cells = []
        }
        while let character = rest.popFirst() {
            if character.isNewline { line += 1 }
            if isQuoted {
                if character != "\"" {
                    cell.append(character)
                } else if rest.first == "\"" {
                    cell.append("\"")
                    rest.removeFirst()
                } else {
                    isQuoted = false
                }
            } else if character == "\"", isEmpty {
                isQuoted = true
                isEmpty = false
            } else if character == separator {
                finishCell()
            } else if character.isNewline {
                finishRow()
                start = line
            } else {
                cell.append(character)
                if character != " " { isEmpty = false }
            }
        }
        if !cell.isEmpty || !cells.isEmpty { finishRow() }
        return rows
    }
}
