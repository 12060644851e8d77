import Contract

/// Turns JSON values into entries: names, trees, and objects with taxod's or the paper's fields.
struct JSONList {
    let fileName: String

    /// The entries of all values in a file.
    func drafts(from values: [JSONValue]) -> ListDrafts {
        var drafts = ListDrafts()
        for value in values { add(value, to: &drafts) }
        return drafts
    }

    private func add(_ value: JSONValue, to drafts: inout ListDrafts) {
        switch value.content {
        case .string, .number:
            drafts.add(items([value]))
        case .object(let members):
            add(members, line: value.line, to: &drafts)
        case .array(let values):
            addArray(values, to: &drafts)
        case .null, .bool:
            drafts.add(
                entry(
                    fault(
                        "found \(value.kind), expected a name, an object or an array",
                        line: value.line
                    )
                )
            )
        }
    }

    private func addArray(_ values: [JSONValue], to drafts: inout ListDrafts) {
        let rows = values.compactMap { $0.array?.compactMap(\.text) }
        guard rows.count == values.count, !rows.isEmpty else {
            for value in values {
                if let inner = value.array {
                    add(.seeds(items(inner), parent: nil), line: value.line, to: &drafts)
                } else {
                    add(value, to: &drafts)
                }
            }
            return
        }
        if rows.allSatisfy({ $0.count == 2 }),
            SeedTree.looksLikeEdges(rows.map { (child: $0[0], parent: $0[1]) })
        {
            add(.tree(SeedTree.edges(pairs: rows)), line: values[0].line, to: &drafts)
            return
        }
        for value in values {
            add(.seeds(items(value.array ?? []), parent: nil), line: value.line, to: &drafts)
        }
    }

    private func add(_ content: ListFile.Content, line: Int, to drafts: inout ListDrafts) {
        drafts.add(ListFile.Entry(content, line: line))
    }

    // MARK: Objects

    private func add(
        _ members: [(key: String, value: JSONValue)],
        line: Int,
        to drafts: inout ListDrafts
    ) {
        // Of repeated keys the last one counts, as usual in JSON.
        var fields: [ListField: JSONValue] = [:]
        for (key, value) in members {
            guard let field = ListField(key) else { continue }
            if case .null = value.content { continue }
            fields[field] = value
        }
        if case .bool(true)? = fields[.force]?.content { drafts.force = true }
        if let inner = fields[.queries]?.array {
            addWrapped(inner, fields: fields, to: &drafts)
            return
        }
        if fields[.ignored] != nil {
            drafts.note("candidate_parents, output and gold are fields of training files; not used")
        }
        var entry = ListFile.Entry(.names([]), line: line)
        entry.vocabulary = fields[.vocabulary]?.text.map { Text.clean($0) }
        entry.hide = strings(fields[.hide])
        if let task = fields[.task] {
            guard let known = task.text.flatMap(TaskNames.task) else {
                let name = task.text ?? task.kind
                entry.content = .fault(
                    TaskNames.fault(name, fileName: fileName, line: task.line)
                )
                drafts.add(entry)
                return
            }
            entry.task = known
        }
        let contents = contents(of: fields, members: members, task: entry.task, line: line)
        if case .terms? = contents.first, fields[.parent] != nil {
            drafts.note("the field parent of a term to be placed is what is asked; it was not used")
        }
        for content in contents {
            entry.content = content
            if case .names(let items) = content, items.count == 1, fields[.names] == nil {
                let hasDetails = !items[0].synonyms.isEmpty || items[0].definition != nil
                drafts.add(record: entry, hasDetails: hasDetails)
            } else {
                drafts.add(entry)
            }
        }
    }

    private func addWrapped(
        _ values: [JSONValue],
        fields: [ListField: JSONValue],
        to drafts: inout ListDrafts
    ) {
        var inner = ListDrafts()
        addArray(values, to: &inner)
        for var entry in inner.entries {
            entry.vocabulary = entry.vocabulary ?? fields[.vocabulary]?.text
            entry.task = entry.task ?? fields[.task]?.text.flatMap(TaskNames.task)
            drafts.add(entry)
        }
        for note in inner.notes { drafts.note(note) }
        if inner.force { drafts.force = true }
    }

    private func contents(
        of fields: [ListField: JSONValue],
        members: [(key: String, value: JSONValue)],
        task: Query.Task?,
        line: Int
    ) -> [ListFile.Content] {
        if let tree = fields[.tree] { return [SeedTree.content(tree, fileName: fileName)] }
        if let audit = fields[.audit] {
            switch audit.content {
            case .bool(false): break
            case .bool(true): return [.audit([])]
            case .string(let word) where word.lowercased() == "all": return [.audit([])]
            default: return [.audit(items(audit.array ?? [audit]))]
            }
        }
        if let seeds = fields[.seeds] {
            let parent = fields[.parent].flatMap { strings($0).first }
            return [.seeds(items(seeds.array ?? [seeds]), parent: parent)]
        }
        if let terms = fields[.terms] { return [.terms(items(terms.array ?? [terms]))] }
        if let names = fields[.names] { return [.names(items(names.array ?? [names]))] }
        if let children = fields[.children],
            let parent = fields[.name] ?? fields[.parent] ?? fields[.term]
        {
            return [SeedTree.content(root: parent, children: children, fileName: fileName)]
        }
        if fields[.term] ?? fields[.child] != nil {
            return [.terms([item(fields, line: line)])]
        }
        if fields[.name] ?? fields[.identifier] != nil {
            return [.names([item(fields, line: line)])]
        }
        if task == .audit { return [.audit([])] }
        let rest = members.filter { ListField($0.key) == nil && !$0.key.hasPrefix("_") }
        if let trees = SeedTree.maps(rest) { return trees.map { .tree($0) } }
        let keys = members.prefix(8).map { "“\(Text.cut($0.key, to: 30))”" }
        return [
            fault(
                """
                found an object with \(keys.isEmpty ? "no keys" : keys.joined(separator: ", ")), \
                expected seeds, term, terms, names, tree or audit
                """,
                line: line
            )
        ]
    }

    private func item(_ fields: [ListField: JSONValue], line: Int) -> ListFile.Item {
        let name = fields[.term] ?? fields[.child] ?? fields[.name] ?? fields[.identifier]
        return ListFile.Item(
            name: Text.clean(name?.text ?? ""),
            identifier: fields[.identifier]?.text.map { Text.clean($0) },
            synonyms: strings(fields[.synonyms]),
            definition: fields[.definition]?.text.map { Text.clean($0) },
            line: line
        )
    }

    /// Items given as strings, or as objects with a name or an identifier.
    private func items(_ values: [JSONValue]) -> [ListFile.Item] {
        values.compactMap { value in
            if let text = value.text {
                return ListFile.Item(name: Text.clean(text), line: value.line)
            }
            guard let members = value.object else { return nil }
            var fields: [ListField: JSONValue] = [:]
            for (key, value) in members {
                if let field = ListField(key) { fields[field] = value }
            }
            return item(fields, line: value.line)
        }
    }

    /// The strings of an array, or the parts of one string separated by “|”.
    private func strings(_ value: JSONValue?) -> [String] {
        guard let value else { return [] }
        if let array = value.array {
            return array.compactMap(\.text).map { Text.clean($0) }.filter { !$0.isEmpty }
        }
        return (value.text ?? "").split(separator: "|").map { Text.clean(String($0)) }
            .filter { !$0.isEmpty }
    }

    private func fault(_ message: String, line: Int) -> ListFile.Content {
        .fault(SubmissionError(.unknownListShape, at: .init(file: fileName, line: line), message))
    }

    private func entry(_ content: ListFile.Content) -> ListFile.Entry {
        guard case .fault(let fault) = content else { return .init(content, line: 1) }
        return .init(content, line: fault.location?.line ?? 1)
    }
}
