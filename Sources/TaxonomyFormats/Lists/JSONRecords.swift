/// Undoes what other programs wrap around records: the orients of pandas, and answers of services.
enum JSONRecords {
    typealias Members = [(key: String, value: JSONValue)]

    /// Keys under which services and programs put their records, in lower case.
    private static let wrappers: Set<String> = [
        "data", "results", "result", "records", "rows", "entries", "docs", "collection", "value",
        "values", "content", "body", "hits", "response", "_embedded", "list", "member", "payload",
        "terms", "items", "concepts",
    ]

    /// The records in an object and the keys beside them; `nil` if the object is a record itself.
    static func unwrap(_ members: Members) -> (values: [JSONValue], unused: [String])? {
        if let split = split(members) { return split }
        if let records = columns(members) ?? lists(members) ?? index(members) {
            return (records, [])
        }
        return wrapped(members)
    }

    // MARK: Rows

    /// The rows of an array of arrays of equal meaning; `nil` if it holds anything else.
    static func rows(_ values: [JSONValue]) -> [JSONValue]? {
        guard !values.isEmpty,
            values.allSatisfy({ $0.array?.allSatisfy { $0.array == nil } == true })
        else { return nil }
        return values
    }

    /// The records below a first row of titles.
    static func records(below rows: [JSONValue]) -> [JSONValue]? {
        let titles = rows[0].array?.compactMap(\.text) ?? []
        guard rows.count > 1, titles.count > 1, titles.count == rows[0].array?.count,
            titles.contains(where: { ListField($0)?.isKey == true }),
            titles.allSatisfy({ ListField($0) != nil })
        else { return nil }
        return rows.dropFirst().map { record($0.array ?? [], titles: titles, line: $0.line) }
    }

    /// Whether rows are a table without titles rather than seed sets: one column holds sentences,
    /// identifiers or numbers, and another none.
    static func isTable(_ rows: [[String]]) -> Bool {
        guard let width = rows.first?.count, width > 1, rows.count > 1,
            rows.allSatisfy({ $0.count == width })
        else { return false }
        let table = rows.map { Table.Row(cells: $0, line: 1) }
        let profiles = (0..<width).map { ColumnProfile($0, of: table) }
        let special = profiles.count { $0.isProse || $0.isCodes || $0.isIdentifiers }
        return special > 0 && special < width
    }

    private static func record(
        _ cells: [JSONValue],
        titles: [String],
        line: Int
    ) -> JSONValue {
        var members: Members = []
        for (index, cell) in cells.enumerated() {
            members.append((index < titles.count ? titles[index] : "column \(index + 1)", cell))
        }
        return JSONValue(content: .object(members), line: cells.first?.line ?? line)
    }

    // MARK: pandas

    /// `orient="split"` and `"tight"`: titles under `columns`, rows under `data`.
    private static func split(_ members: Members) -> (values: [JSONValue], unused: [String])? {
        guard let columns = members.last(where: { $0.key == "columns" })?.value.array,
            let data = members.last(where: { $0.key == "data" })?.value.array,
            data.allSatisfy({ $0.array != nil })
        else { return nil }
        let titles = columns.map { JSONText.text($0) ?? "" }
        let known = ["columns", "data", "index", "index_names", "column_names"]
        let records = data.map { record($0.array ?? [], titles: titles, line: $0.line) }
        return (records, members.map(\.key).filter { !known.contains($0) })
    }

    /// `orient="columns"`: a map of titles to maps of row labels to cells.
    private static func columns(_ members: Members) -> [JSONValue]? {
        let maps = members.compactMap { $0.value.object }
        guard let first = maps.first, maps.count == members.count, !first.isEmpty,
            isTable(titles: members.map(\.key)),
            maps.allSatisfy({ map in
                map.count == first.count && zip(map, first).allSatisfy { $0.key == $1.key }
            }),
            maps.allSatisfy({ $0.allSatisfy { $0.value.object == nil } })
        else { return nil }
        return first.indices.map { row in
            let cells = maps.map { $0[row].value }
            return record(cells, titles: members.map(\.key), line: first[row].value.line)
        }
    }

    /// `to_dict("list")`: a map of titles to arrays of cells.
    private static func lists(_ members: Members) -> [JSONValue]? {
        let arrays = members.compactMap { $0.value.array }
        guard let first = arrays.first, arrays.count == members.count, members.count > 1,
            arrays.allSatisfy({ $0.count == first.count }), isTable(titles: members.map(\.key))
        else { return nil }
        return first.indices.map { row in
            let cells = arrays.map { $0[row] }
            return record(cells, titles: members.map(\.key), line: first[row].line)
        }
    }

    /// `orient="index"`: a map of row labels to records; a label may be an identifier or the name.
    private static func index(_ members: Members) -> [JSONValue]? {
        guard !members.isEmpty, members.allSatisfy({ !$0.key.hasPrefix("_") }) else { return nil }
        let records = members.compactMap { $0.value.object }
        guard records.count == members.count,
            members.allSatisfy({ ListField($0.key).map { $0 == .name || $0 == .other } ?? true }),
            records.allSatisfy({ record in
                !record.isEmpty
                    && record.contains { isDetail(ListField($0.key)) && $0.value.object == nil }
                    && !record.contains { ListField($0.key) == .children }
            })
        else { return nil }
        return zip(members, records).map { member, record in
            let fields = record.compactMap { ListField($0.key) }
            var record = record
            if Int(member.key) == nil {
                if CellKind.isIdentifier(member.key) {
                    if !fields.contains(.identifier) {
                        record.append(("id", text(member.key, member.value.line)))
                    }
                } else if !fields.contains(where: \.namesRow) {
                    record.append(("name", text(member.key, member.value.line)))
                }
            }
            return JSONValue(content: .object(record), line: member.value.line)
        }
    }

    private static func text(_ text: String, _ line: Int) -> JSONValue {
        JSONValue(content: .string(text), line: line)
    }

    /// Whether keys are titles of columns, one of which names the rows.
    private static func isTable(titles: [String]) -> Bool {
        let fields = titles.map { ListField($0) }
        return fields.contains { [.term, .name, .identifier, .child].contains($0) }
            && !fields.contains { [.seeds, .terms, .names, .tree, .children].contains($0) }
    }

    private static func isDetail(_ field: ListField?) -> Bool {
        switch field {
        case .term, .name, .identifier, .synonyms, .definition, .child: true
        default: false
        }
    }

    // MARK: Services

    /// The array under a usual key, at most three objects deep.
    private static func wrapped(
        _ members: Members,
        depth: Int = 0
    ) -> (values: [JSONValue], unused: [String])? {
        guard depth < 3, !members.contains(where: { isOwn($0.key, depth: depth) }) else {
            return nil
        }
        for (index, member) in members.enumerated()
        where wrappers.contains(member.key.lowercased()) {
            let others = members.enumerated().filter { $0.offset != index }.map(\.element.key)
            let isTitled = members.contains { ListField($0.key) == .name && $0.value.text != nil }
            if let array = member.value.array, !array.isEmpty,
                !isTitled || array.allSatisfy({ $0.object != nil }),
                array.allSatisfy({ $0.object != nil || $0.text != nil || $0.array != nil })
            {
                return (array.map(source), others)
            }
            if let inner = member.value.object, let found = wrapped(inner, depth: depth + 1) {
                return (found.values, found.unused + others)
            }
        }
        return nil
    }

    /// The record inside a hit of a search engine.
    private static func source(_ value: JSONValue) -> JSONValue {
        value.object?.last { $0.key == "_source" }?.value ?? value
    }

    /// Whether a key of taxod's own format makes the object an entry and no wrapper.
    private static func isOwn(_ key: String, depth: Int) -> Bool {
        switch ListField(key) {
        case .term, .identifier, .synonyms, .definition, .seeds, .tree, .audit, .queries, .children,
            .child:
            true
        case .terms, .names: depth == 0
        default: false
        }
    }
}
