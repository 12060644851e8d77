import Contract

/// Turns the rows of a table into entries of a list.
struct TableList {
    /// What several rows have in common that a reader of the receipt must know.
    private struct Remarks {
        var nameless = LineNote()
        var blankNames = LineNote()
        var promised: [String: LineNote] = [:]
    }

    let fileName: String

    /// The entries of all rows.
    func drafts(from table: Table) -> ListDrafts {
        let reading = TableReading(table, named: FileNames.baseExtension(fileName))
        var drafts = ListDrafts()
        drafts.columns = reading.columns.map { ListFile.Column(title: $0.title, field: $0.field) }
        if let refusal = reading.refusal {
            let line = reading.rows.first?.line ?? 1
            let fault = SubmissionError(
                .unknownListShape,
                at: .init(file: fileName, line: line),
                refusal,
                remedy: "The page Formats lists the titles of columns that are understood."
            )
            drafts.add(ListFile.Entry(.fault(fault), line: line))
        } else if reading.column(.child) != nil, reading.column(.parent) != nil {
            addTree(reading, to: &drafts)
        } else {
            addRows(reading, to: &drafts)
        }
        for note in reading.notes { drafts.note(note) }
        return drafts
    }

    // MARK: Trees

    private func addTree(_ reading: TableReading, to drafts: inout ListDrafts) {
        var edges: [Query.Edge] = []
        var childless = LineNote()
        var seen: Set<Query.Edge> = []
        for row in reading.rows {
            if row.isTorn {
                drafts.add(torn(row))
                continue
            }
            guard let child = reading.text(row, reading.column(.child)) else {
                childless.add(row.line)
                continue
            }
            let parents = reading.entries(row, .parent)
            for parent in parents.isEmpty ? [""] : parents {
                let edge = Query.Edge(child: child, parent: parent)
                if seen.insert(edge).inserted { edges.append(edge) }
            }
        }
        if !childless.isEmpty {
            drafts.note("\(childless.text): no child, so the row was not used")
        }
        guard !edges.isEmpty else { return }
        drafts.note(
            """
            a column of children and one of parents: read as a tree to grow; in Inbox/place its \
            names would be placed as new terms
            """
        )
        drafts.add(ListFile.Entry(.tree(edges), line: reading.rows.first?.line ?? 1))
    }

    // MARK: Rows

    private func addRows(_ reading: TableReading, to drafts: inout ListDrafts) {
        if reading.fields.count(where: { $0 == .names }) > 1 {
            for row in reading.rows {
                drafts.add(row.cells.filter { !$0.isEmpty }.map { .init(name: $0, line: row.line) })
            }
            return
        }
        let concepts = TableConcepts(reading)
        if concepts.parents > 0 {
            drafts.note(
                """
                \(concepts.inside) of the \(concepts.parents) parents are rows of the table, less \
                than four fifths: read as a list; in Inbox/vocabulary it would be a vocabulary
                """
            )
        }
        let isTerms = reading.column(.term) != nil || reading.column(.terms) != nil
        let hasColumns = reading.titles.count > 1
        let columns = (
            name: reading.fields.firstIndex { $0?.namesRow == true },
            task: reading.column(.task), vocabulary: reading.column(.vocabulary)
        )
        let promised = promisedIdentifiers(reading)
        tellUnused(reading, to: &drafts)
        var remarks = Remarks()
        for row in reading.rows {
            if row.isTorn {
                drafts.add(torn(row))
                continue
            }
            guard
                let item = item(row, reading, name: columns.name, promised: promised, &remarks)
            else { continue }
            var entry = ListFile.Entry(.names([item]), line: row.line)
            entry.vocabulary = reading.text(row, columns.vocabulary)
            if let name = reading.text(row, columns.task) {
                entry.task = TaskNames.task(name)
                if entry.task == nil {
                    entry.content = .fault(
                        TaskNames.fault(name, fileName: fileName, line: row.line)
                    )
                }
            }
            drafts.add(record: entry, hasDetails: isTerms && hasColumns || item.hasDetails)
        }
        drafts.gatherSeeds()
        tell(remarks, to: &drafts)
    }

    private func item(
        _ row: Table.Row,
        _ reading: TableReading,
        name column: Int?,
        promised: Set<String>,
        _ remarks: inout Remarks
    ) -> ListFile.Item? {
        var identifier = reading.text(row, reading.column(.identifier))
        if let given = identifier, promised.contains(given) {
            remarks.promised[given, default: LineNote()].add(row.line)
            identifier = nil
        }
        let name = reading.text(row, column)
        let isBlank =
            name == nil && column.map { $0 < row.cells.count && !row.cells[$0].isEmpty } == true
        if isBlank { remarks.blankNames.add(row.line) }
        // A text such as an instruction in the column of identifiers is none.
        let key = name ?? identifier.flatMap { CellKind.isIdentifier($0) ? $0 : nil }
        guard let key else {
            if !isBlank { remarks.nameless.add(row.line) }
            return nil
        }
        return ListFile.Item(
            name: key,
            identifier: identifier,
            synonyms: reading.entries(row, .synonyms),
            definition: reading.text(row, reading.column(.definition)),
            references: reading.entries(row, .references),
            parents: reading.entries(row, .parent) + reading.entries(row, .parentIdentifier),
            line: row.line
        )
    }

    /// Tells what a list says of its terms that only a vocabulary can use.
    private func tellUnused(_ reading: TableReading, to drafts: inout ListDrafts) {
        func titles(_ fields: ListField...) -> [String] {
            zip(reading.titles, reading.fields)
                .filter { $1.map(fields.contains) == true }
                .map { "“\(Text.cut($0.0, to: 40))”" }
        }
        let others = titles(.crossReferences, .obsolete, .replacedBy, .alternativeIdentifiers)
        if !others.isEmpty {
            drafts.note("not used for a list of terms: \(others.joined(separator: ", "))")
        }
        let loose = titles(.narrowSynonyms, .broadSynonyms, .relatedSynonyms)
        guard !loose.isEmpty else { return }
        drafts.note(
            """
            \(loose.joined(separator: ", ")): narrower, broader and related names are not the \
            term's own and were not used
            """
        )
    }

    /// Words in the column of identifiers that stand for one that is still to be given: “TBD” and
    /// the like, and what has no digit and stands at several names.
    private func promisedIdentifiers(_ reading: TableReading) -> Set<String> {
        guard let column = reading.column(.identifier) else { return [] }
        var counts: [String: Int] = [:]
        for row in reading.rows {
            guard let cell = reading.text(row, column), cell.utf8.count <= 40 else { continue }
            if CellKind.isPromised(cell) || !cell.utf8.contains(where: { 0x30...0x39 ~= $0 }) {
                counts[cell, default: 0] += 1
            }
        }
        return Set(counts.filter { $0.value > 1 || CellKind.isPromised($0.key) }.keys)
    }

    private func tell(_ remarks: Remarks, to drafts: inout ListDrafts) {
        if !remarks.blankNames.isEmpty {
            drafts.note(
                """
                \(remarks.blankNames.text): the name is a word for an empty cell, such as NA; \
                write a term of that name out
                """
            )
        }
        if !remarks.nameless.isEmpty {
            drafts.note("\(remarks.nameless.text): no name, so the row was not used")
        }
        for (word, lines) in remarks.promised.sorted(by: { $0.key < $1.key }) {
            drafts.note("\(lines.text): “\(Text.cut(word, to: 40))” was not taken as an identifier")
        }
    }

    private func torn(_ row: Table.Row) -> ListFile.Entry {
        let fault = SubmissionError(
            .unknownListShape,
            at: .init(file: fileName, line: row.line),
            """
            found \(row.cells.count) cells (“\(Text.cut(row.cells.joined(separator: " ‖ ")))”), \
            more than the table has columns
            """,
            remedy: "Put each cell that holds the separator into double quotes."
        )
        return ListFile.Entry(.fault(fault), line: row.line)
    }
}

extension ListFile.Item {
    /// Whether the file says more of the name than a seed needs.
    var hasDetails: Bool { !synonyms.isEmpty || definition != nil || !parents.isEmpty }
}
