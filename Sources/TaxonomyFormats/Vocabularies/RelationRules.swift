/// Which relations besides `is_a` count as edges to a parent.
///
/// A relation is named by its identifier, such as `BFO:0000050`, or by a name, such as `part of`;
/// letter case, spaces, `_` and `:` do not matter.
struct RelationRules {
    /// The configured names by their keys.
    private let configured: [String: String]
    private let names: [String: Set<String>]
    private var known: [String: Bool] = [:]
    private var matched: Set<String> = []

    /// - Parameters:
    ///   - relations: The configured relations.
    ///   - names: The keys of a relation's other names and identifiers, by its own key.
    init(_ relations: [String], names: [String: Set<String>]) {
        configured = Dictionary(
            relations.map { (Self.key(CompactIdentifier().compact($0)), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.names = names
    }

    /// The spelling by which relations are compared.
    static func key(_ name: String) -> String {
        String(name.lowercased().filter { $0 != " " && $0 != "_" && $0 != ":" })
    }

    /// Whether edges of this relation lead to a parent.
    mutating func isEdge(_ relation: String) -> Bool {
        if configured.isEmpty { return false }
        if let answer = known[relation] { return answer }
        let key = Self.key(relation)
        let keys = (names[key] ?? []).union([key])
        let found = keys.filter { configured[$0] != nil }
        matched.formUnion(found)
        known[relation] = !found.isEmpty
        return !found.isEmpty
    }

    /// The configured relations that ``isEdge(_:)`` was not asked about.
    var unmatched: [String] {
        configured.filter { !matched.contains($0.key) }.values.sorted()
    }
}
