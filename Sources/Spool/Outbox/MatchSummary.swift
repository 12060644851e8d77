import Contract

/// What a result says of the names that were given: which concepts they stand for.
///
/// Counts are complete; of the names only the first ``mostNames`` of a kind are kept.
struct MatchSummary {
    /// Names shown for each kind of match that a reader should look at.
    static let mostNames = 12

    /// Names that stand for a concept of the vocabulary, and all others.
    private(set) var matched = 0
    private(set) var unmatched = 0
    /// Names of seed sets and trees.
    private var given = 0
    private var known = 0
    private var byKind: [TermMatch.Kind: (count: Int, shown: [String])] = [:]

    mutating func add(_ answer: Answer) {
        for match in answer.matches {
            if match.identifier == nil { unmatched += 1 } else { matched += 1 }
        }
        for match in answer.nameMatches {
            given += 1
            if match.identifier != nil { known += 1 }
            var kind = byKind[match.kind] ?? (0, [])
            kind.count += 1
            if kind.shown.count < Self.mostNames { kind.shown.append(Self.shown(match)) }
            byKind[match.kind] = kind
        }
    }

    /// A sentence for the receipt; `nil` if no seed set and no tree was given.
    var note: String? {
        guard given > 0 else { return nil }
        var text = "\(known) of \(given) names known"
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
        (.spelling, "by spelling"), (.nearest, "by likeness"), (.ambiguous, "ambiguous"),
        (.unknown, "unknown"),
    ]

    private static func shown(_ match: TermMatch) -> String {
        let given = "“\(cut(match.given))”"
        if let name = match.name { return "\(given) → \(cut(name))" }
        let candidates = match.candidates ?? []
        guard let first = candidates.first else { return given }
        let rest = candidates.count > 1 ? " or \(candidates.count - 1) others" : ""
        return "\(given) (perhaps \(cut(first.name))\(rest))"
    }

    /// A name as it is shown in a sentence.
    private static func cut(_ name: String) -> String {
        name.count > 80 ? name.prefix(79) + "…" : name
    }
}

extension Answer {
    /// The match of the one term that was asked about; `nil` for a seed set or a tree.
    var termMatch: TermMatch? {
        switch task {
        case .place, .audit: matches.first
        case .expand, .grow: nil
        }
    }

    /// The matches of the names of a seed set or a tree; none for a single term.
    var nameMatches: [TermMatch] {
        switch task {
        case .place, .audit: []
        case .expand, .grow: matches
        }
    }
}

extension TermMatch {
    /// What the name may mean, as one cell.
    var candidateText: String {
        (candidates ?? []).map { "\($0.name) (\($0.identifier))" }.joined(separator: " | ")
    }
}
