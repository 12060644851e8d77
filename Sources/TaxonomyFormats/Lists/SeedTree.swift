import Contract

/// Reads seed trees: nested objects, maps of names to children, or edges.
///
///     {"name": "heart diseases", "children": [{"name": "arrhythmias"}, "cardiomyopathies"]}
///     {"heart diseases": ["arrhythmias", "cardiomyopathies"]}
///     [["arrhythmias", "heart diseases"], ["cardiomyopathies", "heart diseases"]]
///
/// A key `ROOT` stands for a root without a name, as in HiExpan's seed files: its children are top
/// nodes, each given as an edge with an empty parent.
enum SeedTree {
    /// The content of an entry whose value holds a tree in any of these shapes.
    static func content(_ value: JSONValue, fileName: String) -> ListFile.Content {
        var edges: [Query.Edge] = []
        switch value.content {
        case .array(let values):
            for value in values {
                if let pair = value.array?.compactMap(\.text), pair.count == 2 {
                    edges += Self.edges(pairs: [pair])
                } else if let members = value.object {
                    add(node: members, to: &edges)
                } else {
                    return fault(value, fileName: fileName)
                }
            }
        case .object(let members):
            if member(.name, members) != nil || member(.children, members) != nil {
                add(node: members, to: &edges)
            } else if let maps = maps(members) {
                edges = maps.flatMap { $0 }
            } else {
                return fault(value, fileName: fileName)
            }
        default:
            return fault(value, fileName: fileName)
        }
        return edges.isEmpty ? fault(value, fileName: fileName) : .tree(unique(edges))
    }

    /// The content of an entry that gives a tree as a root's name and its children.
    static func content(
        root: JSONValue,
        children: JSONValue,
        fileName: String
    ) -> ListFile.Content {
        var edges: [Query.Edge] = []
        if let parent = root.text.map({ Text.clean($0) }) {
            add(children: children, of: parent, to: &edges)
        }
        return edges.isEmpty ? fault(children, fileName: fileName) : .tree(unique(edges))
    }

    /// The edges given by `[child, parent]` pairs.
    static func edges(pairs: [[String]]) -> [Query.Edge] {
        pairs.map { Query.Edge(child: Text.clean($0[0]), parent: Text.clean($0[1])) }
    }

    /// The trees of an object whose keys are names: several if each value is a tree of its own,
    /// `nil` if there is none.
    static func maps(_ members: [(key: String, value: JSONValue)]) -> [[Query.Edge]]? {
        let members = members.filter { !$0.key.hasPrefix("_") }
        guard !members.isEmpty, members.allSatisfy({ holdsNames($0.value) }) else { return nil }
        let inner = members.compactMap { $0.value.object }
        if inner.count == members.count, inner.allSatisfy(isAdjacency) {
            return inner.map { unique(adjacency($0)) }.filter { !$0.isEmpty }
        }
        var edges: [Query.Edge] = []
        for (key, value) in members { add(children: value, of: parent(key), to: &edges) }
        return edges.isEmpty ? nil : [unique(edges)]
    }

    /// Whether pairs look like edges of a tree: a parent occurs twice, or is itself a child.
    static func looksLikeEdges(_ pairs: [(child: String, parent: String)]) -> Bool {
        let children = Set(pairs.map(\.child))
        let parents = pairs.map(\.parent)
        return Set(parents).count < parents.count || parents.contains { children.contains($0) }
    }

    // MARK: Shapes

    /// Whether a value holds names alone: an array of names and nodes, or a map of names to such.
    ///
    /// Numbers, and objects with fields of another program, are no tree.
    private static func holdsNames(_ value: JSONValue) -> Bool {
        if let values = value.array {
            return values.allSatisfy { element in
                if case .string = element.content { return true }
                guard let members = element.object else { return false }
                return member(.name, members)?.text != nil || member(.term, members)?.text != nil
                    || holdsNames(element)
            }
        }
        guard let members = value.object else { return false }
        return members.allSatisfy { holdsNames($0.value) }
    }

    private static func parent(_ key: String) -> String {
        key.uppercased() == "ROOT" ? "" : Text.clean(key)
    }

    /// Whether an object maps names to their children: it has a key `ROOT`, or a key that is also a
    /// child.
    private static func isAdjacency(_ members: [(key: String, value: JSONValue)]) -> Bool {
        let children = Set(members.flatMap { $0.value.array?.compactMap(\.text) ?? [] })
        return members.contains { $0.key.uppercased() == "ROOT" || children.contains($0.key) }
    }

    private static func adjacency(_ members: [(key: String, value: JSONValue)]) -> [Query.Edge] {
        var edges: [Query.Edge] = []
        for (key, value) in members where !key.hasPrefix("_") {
            add(children: value, of: parent(key), to: &edges)
        }
        return edges
    }

    private static func add(
        node members: [(key: String, value: JSONValue)],
        to edges: inout [Query.Edge]
    ) {
        if let child = member(.child, members)?.text, let parent = member(.parent, members)?.text {
            edges.append(Query.Edge(child: Text.clean(child), parent: Text.clean(parent)))
        }
        let name = member(.name, members) ?? member(.term, members) ?? member(.identifier, members)
        if let name = name?.text, let children = member(.children, members) {
            add(children: children, of: Text.clean(name), to: &edges)
        }
    }

    private static func add(
        children: JSONValue,
        of parent: String,
        to edges: inout [Query.Edge]
    ) {
        for child in children.array ?? [] {
            if let name = child.text {
                edges.append(Query.Edge(child: Text.clean(name), parent: parent))
            } else if let members = child.object {
                let name = member(.name, members) ?? member(.term, members)
                if let name = name?.text {
                    edges.append(Query.Edge(child: Text.clean(name), parent: parent))
                    add(node: members, to: &edges)
                } else {
                    add(map: members, under: parent, to: &edges)
                }
            }
        }
        if let members = children.object { add(map: members, under: parent, to: &edges) }
    }

    private static func add(
        map members: [(key: String, value: JSONValue)],
        under parent: String,
        to edges: inout [Query.Edge]
    ) {
        for (key, value) in members {
            edges.append(Query.Edge(child: Text.clean(key), parent: parent))
            add(children: value, of: Text.clean(key), to: &edges)
        }
    }

    private static func member(
        _ field: ListField,
        _ members: [(key: String, value: JSONValue)]
    ) -> JSONValue? {
        members.last { ListField($0.key) == field }?.value
    }

    private static func unique(_ edges: [Query.Edge]) -> [Query.Edge] {
        var seen: Set<Query.Edge> = []
        return edges.filter { edge in
            !edge.child.isEmpty && edge.child != edge.parent && seen.insert(edge).inserted
        }
    }

    private static func fault(_ value: JSONValue, fileName: String) -> ListFile.Content {
        .fault(
            SubmissionError(
                .unknownListShape,
                at: .init(file: fileName, line: value.line),
                """
                found \(value.kind) without an edge, expected a tree: nested objects with name and \
                children, a map of names to children, or [child, parent] pairs
                """
            )
        )
    }
}
