import Contract

/// The rows of `results.tsv`: one per proposal; an answer without proposals still gets one row.
enum ResultTable {
    static let columns = [
        "key", "task", "query", "status", "reason", "rank", "relation", "identifier", "name",
        "parent", "standing", "score", "root_path", "nearest", "vocabulary", "vocabulary_version",
    ]
    static let header = columns.joined(separator: "\t") + "\n"

    /// The answer's rows, each ending in a line feed.
    static func rows(of answer: Answer) -> String {
        let asked = [
            answer.key, answer.task.rawValue, answer.query, answer.status.rawValue,
            answer.reason?.code ?? "",
        ]
        let source = [
            answer.provenance?.vocabulary ?? "", answer.provenance?.vocabularyVersion ?? "",
        ]
        guard !answer.proposals.isEmpty else {
            let empty = [String](
                repeating: "",
                count: columns.count - asked.count - source.count
            )
            return row(asked + empty + source)
        }
        return answer.proposals.map { proposal in
            row(
                asked + [
                    String(proposal.rank), proposal.relation.rawValue, proposal.identifier,
                    proposal.name, proposal.parent ?? "", proposal.standing.rawValue,
                    String(proposal.score), proposal.evidence.rootPath.joined(separator: " > "),
                    proposal.evidence.nearest.joined(separator: " | "),
                ] + source
            )
        }.joined()
    }

    static func row(_ cells: [String]) -> String {
        cells.map(escaped).joined(separator: "\t") + "\n"
    }

    /// Escapes a cell: tab, line ends and backslash become `\t`, `\n`, `\r`, `\\`, as PostgreSQL
    /// reads them; other control characters become spaces.
    static func escaped(_ cell: String) -> String {
        var text = ""
        for scalar in cell.unicodeScalars {
            switch scalar {
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\\": text += "\\\\"
            case "\u{2028}", "\u{2029}", "\u{85}": text += " "
            case _ where scalar.properties.generalCategory == .control: text += " "
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
