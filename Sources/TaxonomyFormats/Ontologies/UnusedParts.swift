/// Counts the parts of an ontology that are read and not used, to tell of each kind once.
struct UnusedParts {
    private static let mostKinds = 1_000
    private static let shown = 12

    private var known: [String: Int] = [:]
    private var unknown: [String: (count: Int, line: Int)] = [:]

    /// Counts a part that taxod knows and has no use for.
    mutating func count(_ kind: String) {
        if let count = known[kind] {
            known[kind] = count + 1
        } else if known.count < Self.mostKinds {
            known[kind] = 1
        }
    }

    /// Counts a part that taxod does not know.
    mutating func count(unknown kind: String, line: Int) {
        if let found = unknown[kind] {
            unknown[kind] = (found.count + 1, found.line)
        } else if unknown.count < Self.mostKinds {
            unknown[kind] = (1, line)
        }
    }

    /// One sentence for each sort of part.
    var notes: [String] {
        var notes: [String] = []
        if !known.isEmpty {
            let kinds = known.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let shown = kinds.prefix(Self.shown).map { "\($0.key) (\($0.value))" }
            notes.append("read but not used: \(Self.list(shown, of: kinds.count))")
        }
        if !unknown.isEmpty {
            let kinds = unknown.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            let shown = kinds.prefix(Self.shown).map { kind, found in
                "\(Text.cut(kind, to: 40)) (\(found.count), first in line \(found.line))"
            }
            notes.append("unknown and left out: \(Self.list(shown, of: kinds.count))")
        }
        return notes
    }

    private static func list(_ shown: [String], of count: Int) -> String {
        let more = count > shown.count ? " and \(count - shown.count) others" : ""
        return shown.joined(separator: ", ") + more
    }
}
