package import ChangeSets
package import Contract

/// The rows of `results.tsv`: one per proposal; an answer without proposals still gets one row.
package enum ResultTable {
    package static let columns: [TabSeparated.Column] = [
        .init("key"), .init("task"), .init("query"), .init("status"), .init("reason"),
        .init("rank", "integer"), .init("relation"), .init("identifier"), .init("name"),
        .init("parent"), .init("standing"), .init("score", "number"), .init("root_path"),
        .init("nearest"), .init("vocabulary"), .init("vocabulary_version"),
        .init("query_identifier"), .init("match_kind"), .init("match_identifier"),
        .init("match_name"), .init("match_confidence", "number"),
    ]
    /// Number of columns that are empty in the row of an answer without proposals.
    private static let ofProposal = 9

    /// The answer's rows, each ending in a line feed.
    package static func rows(of answer: Answer) -> String {
        let asked = [
            answer.key, answer.task.rawValue, answer.query, answer.status.rawValue,
            answer.reason?.code ?? "",
        ]
        let match = answer.termMatch
        let source = [
            answer.provenance?.vocabulary ?? "", answer.provenance?.vocabularyVersion ?? "",
            answer.identifier ?? "", match?.kind.rawValue ?? "", match?.identifier ?? "",
            match?.name ?? "", match.map { String($0.confidence) } ?? "",
        ]
        guard !answer.proposals.isEmpty else {
            let empty = [String](repeating: "", count: ofProposal)
            return TabSeparated.row(asked + empty + source)
        }
        return answer.proposals.map { proposal in
            TabSeparated.row(
                asked + [
                    String(proposal.rank), proposal.relation.rawValue, proposal.identifier,
                    proposal.name, proposal.parent ?? "", proposal.standing.rawValue,
                    String(proposal.score), proposal.evidence.rootPath.joined(separator: " > "),
                    proposal.evidence.nearest.joined(separator: " | "),
                ] + source
            )
        }.joined()
    }
}

/// The rows of `matches.tsv`: one for each name that a seed set or a tree gives.
enum MatchTable {
    static let columns: [TabSeparated.Column] = [
        .init("key"), .init("given"), .init("given_identifier"), .init("kind"),
        .init("identifier"), .init("name"), .init("confidence", "number"), .init("candidates"),
    ]

    /// The answer's rows, each ending in a line feed.
    static func rows(of answer: Answer) -> String {
        answer.nameMatches.map { match in
            TabSeparated.row([
                answer.key, match.given, match.givenIdentifier ?? "", match.kind.rawValue,
                match.identifier ?? "", match.name ?? "", String(match.confidence),
                match.candidateText,
            ])
        }.joined()
    }
}

/// The rows of `problems.tsv`: one for each record of a vocabulary that was skipped.
enum ProblemTable {
    static let columns: [TabSeparated.Column] = [
        .init("line", "integer"), .init("identifier"), .init("code"), .init("message"),
    ]

    /// The problem's row with its line feed.
    static func row(of problem: LoadOutcome.Problem) -> String {
        TabSeparated.row([
            problem.line.map(String.init) ?? "", problem.identifier ?? "", problem.code,
            problem.message,
        ])
    }
}
