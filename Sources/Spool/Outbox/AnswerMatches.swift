import Contract

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
