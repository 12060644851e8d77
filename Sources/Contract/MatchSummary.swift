/// Which concepts given names stand for, summed up.
///
/// Counts are complete; of the names only the first ``mostNames`` of a kind are kept.
package struct MatchSummary: Sendable {
    /// Names shown for each kind of match that a reader should look at.
    private static let mostNames = 12

    private var given = 0
    private var known = 0
    private var byKind: [TermMatch.Kind: (count: Int, shown: [String])] = [:]

    package init() {}

    package mutating func add(_ match: TermMatch) {
        given += 1
        if match.isKnown { known += 1 }
        var kind = byKind[match.kind] ?? (0, [])
        kind.count += 1
        if kind.shown.count < Self.mostNames { kind.shown.append(Self.shown(match)) }
        byKind[match.kind] = kind
    }

    /// The sum in one sentence; `nil` if no name was added.
    ///
    ///     12 of 15 names known; 2 by spelling: “cardia arrests” → Heart Arrest, …; 1 unknown: “…”.
    package var sentence: String? {
        guard given > 0 else { return nil }
        var text = "\(known) of \(given) \(given == 1 ? "name" : "names") known"
        for (kind, words) in Self.told {
            guard let (count, shown) = byKind[kind] else { continue }
            let further = count - shown.count
            text += "; \(count) \(words): \(shown.joined(separator: ", "))"
            if further > 0 { text += " and \(further) more" }
        }
        return text + "."
    }

    /// The kinds of which the names are told, with what is said of them.
    private static let told: [(TermMatch.Kind, String)] = [
        (.spelling, "by spelling"), (.nearest, "by likeness"),
        (.replaced, "obsolete and replaced"), (.obsolete, "obsolete"), (.ambiguous, "ambiguous"),
        (.unknown, "unknown"),
    ]

    private static func shown(_ match: TermMatch) -> String {
        let given = "“\(cut(match.given))”"
        if let name = match.name { return "\(given) → \(cut(name))" }
        let candidates = match.candidates ?? []
        guard let first = candidates.first else { return given }
        let others = candidates.count - 1
        let rest = others > 0 ? " or \(others) \(others == 1 ? "other" : "others")" : ""
        return "\(given) (perhaps \(cut(first.name))\(rest))"
    }

    /// A name as it is shown in a sentence.
    private static func cut(_ name: String) -> String {
        name.count > 80 ? name.prefix(79) + "…" : name
    }
}

extension TermMatch {
    /// Whether a concept was taken.
    package var isKnown: Bool { ![.unknown, .ambiguous, .obsolete].contains(kind) }
}
