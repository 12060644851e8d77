import Contract

/// Turns JSON values into entries: names, trees, and objects with taxod's or the paper's fields.
///
/// Shapes of other programs are undone first: see ``JSONRecords`` and ``ForeignJSON``.
struct JSONList {
    let fileName: String
    private(set) var drafts = ListDrafts()
    private var remarks = JSONRemarks()

    init(fileName: String) { self.fileName = fileName }

    /// The entries of all values in a file.
    func drafts(from values: [JSONValue]) -> ListDrafts {
        var list = self
        for value in values { list.add(value) }
        list.drafts.dropRowNumbers()
        for note in list.remarks.notes { list.drafts.note(note) }
        return list.drafts
    }

    private mutating func add(_ value: JSONValue) {
        switch value.content {
        case .string, .number:
            drafts.add(items([value]))
        case .object(let members):
            add(members, line: value.line)
        case .array(let values):
            addArray(values)
        case .null, .bool:
            drafts.add(
                fault("found \(value.kind), expected a name, an object or an array", value.line)
            )
        }
    }

    // MARK: Arrays

    private mutating func addArray(_ values: [JSONValue]) {
        if let foreign = ForeignJSON.name(ofRecords: values) {
            drafts.add(ForeignJSON.entry(foreign, fileName: fileName, line: values[0].line))
            return
        }
        if let rows = JSONRecords.rows(values) {
            addRows(rows)
            return
        }
        let named = values.filter { value in
            guard case .null = value.content else { return true }
            remarks.unnamed.add(value.line)
            return false
        }
        for value in named {
            if let inner = value.array {
                add(.seeds(items(inner), parent: nil), line: value.line)
            } else {
                add(value)
            }
        }
    }

    /// Adds arrays of cells: edges, records below a row of titles, a table, or seed sets.
    private mutating func addRows(_ rows: [JSONValue]) {
        let texts = rows.map { $0.array?.compactMap(\.text) ?? [] }
        let isWhole = zip(rows, texts).allSatisfy { $0.array?.count == $1.count }
        if isWhole, texts.allSatisfy({ $0.count == 2 }), !JSONRecords.isTable(texts),
            SeedTree.looksLikeEdges(texts.map { (child: $0[0], parent: $0[1]) })
        {
            add(.tree(SeedTree.edges(pairs: texts)), line: rows[0].line)
        } else if let records = JSONRecords.records(below: rows) {
            for record in records { add(record) }
        } else if JSONRecords.isTable(texts) {
            let table = Table(
                rows: rows.map { row in
                    let cells = (row.array ?? []).map { Text.clean(JSONText.text($0) ?? "") }
                    return Table.Row(cells: cells, line: row.line)
                }
            )
            let inner = TableList(fileName: fileName).drafts(from: table)
            for entry in inner.entries { drafts.add(record: entry, hasDetails: entry.hasDetails) }
            for note in inner.notes { drafts.note(note) }
        } else {
            for row in rows { add(.seeds(items(row.array ?? []), parent: nil), line: row.line) }
        }
    }

    private mutating func add(_ content: ListFile.Content, line: Int) {
        drafts.add(ListFile.Entry(content, line: line))
    }

    // MARK: Objects

    private mutating func add(_ members: [(key: String, value: JSONValue)], line: Int) {
        if let foreign = ForeignJSON.name(of: members) {
            drafts.add(ForeignJSON.entry(foreign, fileName: fileName, line: line))
            return
        }
        var fields = JSONFields(members)
        if let found = JSONRecords.unwrap(members) {
            remarks.add(unused: found.unused.filter { !fields.isSetting($0) })
            if fields.hasSettings {
                takeFormats(fields)
                if case .bool(true)? = fields[.force]?.content { drafts.force = true }
                addWrapped(found.values, fields: fields)
            } else {
                addArray(found.values)
            }
            return
        }
        if case .bool(true)? = fields[.force]?.content { drafts.force = true }
        takeFormats(fields)
        if let queries = fields[.queries] {
            remarks.add(unused: fields.unused)
            addWrapped(queries.array ?? [queries], fields: fields)
            return
        }
        if !fields.ignored.isEmpty {
            drafts.note("candidate_parents, output and gold are fields of training files; not used")
        }
        add(&fields, members: members, line: line)
    }

    /// Adds what an object asks: a query, or several of one kind.
    private mutating func add(
        _ fields: inout JSONFields,
        members: [(key: String, value: JSONValue)],
        line: Int
    ) {
        var entry = ListFile.Entry(.names([]), line: line)
        entry.vocabulary = fields[.vocabulary]?.text.map { Text.clean($0) }
        entry.hide = JSONText.strings(fields[.hide]).texts
        if let task = fields[.task] {
            guard let known = task.text.flatMap(TaskNames.task) else {
                let name = task.text ?? task.kind
                entry.content = .fault(TaskNames.fault(name, fileName: fileName, line: task.line))
                drafts.add(entry)
                return
            }
            entry.task = known
        }
        switch fields.scope {
        case .success(let scope): entry.scope = scope
        case .failure(let fault):
            drafts.add(self.fault(fault.message, fault.line))
            return
        }
        let contents = contents(of: &fields, members: members, task: entry.task, line: line)
        for content in contents {
            var entry = entry
            entry.content = content
            if contents.count > 1, let task = entry.task, !content.fits(task) {
                // Beside seeds to be expanded, terms are still placed.
                entry.task = nil
                drafts.note("the task \(task.rawValue) was not applied to what it cannot take")
            }
            if case .names(let items) = content, items.count > 1,
                items.contains(where: \.hasDetails)
            {
                entry.content = .terms(items)
                drafts.add(entry)
            } else if case .names(let items) = content, items.count == 1, fields[.names] == nil {
                drafts.add(record: entry, hasDetails: items[0].hasDetails)
            } else {
                drafts.add(entry)
            }
        }
    }

    private mutating func addWrapped(_ values: [JSONValue], fields: JSONFields) {
        let inner = JSONList(fileName: fileName).drafts(from: [
            JSONValue(content: .array(values), line: values.first?.line ?? 1)
        ])
        let scope = fields.scope
        if case .failure(let fault) = scope { drafts.add(self.fault(fault.message, fault.line)) }
        for var entry in inner.entries {
            if let outer = try? scope.get() { entry.scope = entry.scope.or(outer) }
            entry.vocabulary = entry.vocabulary ?? fields[.vocabulary]?.text
            entry.task = entry.task ?? fields[.task]?.text.flatMap(TaskNames.task)
            drafts.add(entry)
        }
        for note in inner.notes { drafts.note(note) }
        if inner.force { drafts.force = true }
        drafts.formats = drafts.formats ?? inner.formats
    }

    private mutating func takeFormats(_ fields: JSONFields) {
        guard let value = fields[.formats] else { return }
        drafts.formats = (drafts.formats ?? []) + JSONText.strings(value).texts
    }

    /// What an object asks: every field that holds seeds, terms, names, a tree or an audit.
    private mutating func contents(
        of fields: inout JSONFields,
        members: [(key: String, value: JSONValue)],
        task: Query.Task?,
        line: Int
    ) -> [ListFile.Content] {
        var contents: [ListFile.Content] = []
        if let tree = fields[.tree] { contents.append(SeedTree.content(tree, fileName: fileName)) }
        if let audit = fields[.audit] {
            switch audit.content {
            case .bool(false): break
            case .bool(true): contents.append(.audit([]))
            case .string(let word) where word.lowercased() == "all": contents.append(.audit([]))
            default: contents.append(.audit(items(audit.array ?? [audit])))
            }
        }
        if let seeds = fields[.seeds] {
            let parent = JSONText.strings(fields[.parent]).texts.first
            contents.append(.seeds(listed(seeds), parent: parent))
        }
        if let terms = fields[.terms] { contents.append(.terms(listed(terms))) }
        if let names = fields[.names] { contents.append(.names(listed(names))) }
        if !contents.isEmpty {
            remarks.add(unused: fields.unused)
            return contents
        }
        if let children = fields[.children],
            let parent = fields[.name] ?? fields[.parent] ?? fields[.term]
        {
            return [SeedTree.content(root: parent, children: children, fileName: fileName)]
        }
        if let trees = SeedTree.maps(members.filter { !fields.isSetting($0.key) }),
            !fields.hasNames
        {
            return trees.map { .tree($0) }
        }
        if let list = fields.list {
            remarks.add(unused: fields.unused)
            let items = items(list.values)
            return [list.field == .name ? .names(items) : .terms(items)]
        }
        if let item = item(fields, line: line) {
            remarks.add(unused: fields.unused)
            let isTerm = fields[.term] ?? fields[.child] != nil
            return [isTerm ? .terms([item]) : .names([item])]
        }
        if task == .audit { return [.audit([])] }
        return [unknown(members, line: line)]
    }

    private func unknown(
        _ members: [(key: String, value: JSONValue)],
        line: Int
    ) -> ListFile.Content {
        let keys = members.prefix(8).map { "“\(Text.cut($0.key, to: 30))”" }
        let found = keys.isEmpty ? "no keys" : keys.joined(separator: ", ")
        return .fault(
            SubmissionError(
                .unknownListShape,
                at: .init(file: fileName, line: line),
                """
                found an object with \(found), expected seeds, term, terms, names, tree or audit
                """
            )
        )
    }

    // MARK: Items

    private mutating func item(_ fields: JSONFields, line: Int) -> ListFile.Item? {
        var identifier = JSONText.text(fields[.identifier])
        if let given = identifier, CellKind.isPromised(given) {
            if !given.isEmpty { remarks.promised.add(line) }
            identifier = nil
        }
        let name =
            [fields[.term], fields[.child], fields[.name]].lazy.compactMap { JSONText.text($0) }
            .first { !$0.isEmpty }
        guard let key = name ?? identifier else { return nil }
        let synonyms = JSONText.strings(fields[.synonyms])
        if synonyms.isPartial { remarks.add(unused: ["synonyms without a text"]) }
        var definition = JSONText.text(fields[.definition])
        if definition == nil, let comment = JSONText.text(fields[.comment]) {
            if CellKind.isDefinition(comment) {
                definition = comment
                remarks.hasCommentDefinitions = true
            } else {
                remarks.add(unused: ["comment"])
            }
        }
        return ListFile.Item(
            name: key,
            identifier: identifier,
            synonyms: synonyms.texts,
            definition: definition.flatMap { CellKind.isBlank($0) ? nil : $0 },
            references: JSONText.strings(fields[.references]).texts,
            parents: JSONText.strings(fields[.parent]).texts
                + JSONText.strings(fields[.parentIdentifier]).texts,
            line: line
        )
    }

    /// The items of an array; of one string, those that “|” or line ends separate.
    private mutating func listed(_ value: JSONValue) -> [ListFile.Item] {
        if let array = value.array { return items(array) }
        guard let text = value.text else { return items([value]) }
        let parts = text.split { $0 == "|" || $0.isNewline }
        return parts.map { ListFile.Item(name: Text.clean(String($0)), line: value.line) }
            .filter { !$0.name.isEmpty }
    }

    /// Items given as strings, or as objects with a name or an identifier.
    private mutating func items(_ values: [JSONValue]) -> [ListFile.Item] {
        values.compactMap { value in
            if let text = value.text {
                return ListFile.Item(name: Text.clean(text), line: value.line)
            }
            if let members = value.object {
                let fields = JSONFields(members)
                if let item = item(fields, line: value.line) {
                    remarks.add(unused: fields.unused)
                    return item
                }
            }
            remarks.unnamed.add(value.line)
            return nil
        }
    }

    private func fault(_ message: String, _ line: Int) -> ListFile.Entry {
        let place = SubmissionError.Location(file: fileName, line: line)
        return ListFile.Entry(
            .fault(SubmissionError(.unknownListShape, at: place, message)),
            line: line
        )
    }
}

extension ListFile.Content {
    /// Whether a task can take this content; see the workshop's queries.
    fileprivate func fits(_ task: Query.Task) -> Bool {
        switch (self, task) {
        case (.seeds, .expand), (.terms, .place), (.tree, .grow), (.audit, .audit): true
        case (.names, .expand), (.names, .place), (.names, .audit), (.fault, _): true
        default: false
        }
    }
}

extension ListFile.Entry {
    fileprivate var hasDetails: Bool {
        guard case .names(let items) = content else { return false }
        return items.contains(where: \.hasDetails)
    }
}
